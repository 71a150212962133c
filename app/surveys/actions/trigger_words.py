"""Giving words to keywords, which start something, and taking them back.

The main words of keywords and surveys are written by triggers of the database; what is written
here are the other words of a keyword. The primary key of `trigger_words` decides that a word
starts one thing only.
"""

from collections.abc import Sequence

from sqlalchemy import delete, insert

from app.core.db import db
from app.surveys.models import TriggerWord


def claim_trigger_words(rule_id: int, words: Sequence[str]) -> None:
    """Let these folded words start a keyword too. Inside write().

    Raises IntegrityError, which leaves write() as UniqueViolation, when one starts something.
    """
    rows = [{"word": word, "keyword_rule_id": rule_id} for word in words]
    if rows:
        db.session.execute(insert(TriggerWord), rows)


def release_trigger_words(rule_id: int, main_word: str) -> None:
    """Free all words of a keyword but its main word. Inside write()."""
    aliases = delete(TriggerWord).where(
        TriggerWord.keyword_rule_id == rule_id, TriggerWord.word != main_word
    )
    db.session.execute(aliases.execution_options(synchronize_session=False))

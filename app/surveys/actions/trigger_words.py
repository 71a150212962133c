"""Giving words to keywords, which start something, and taking them back.

The main words of keywords and surveys are written by triggers of the database; what is written
here are the other words of a keyword, and how each word is compared (`folded`), for which SQL
knows too little Unicode. The primary key and the unique index decide that a word, however spelt,
starts one thing only.
"""

from collections.abc import Sequence

from sqlalchemy import delete, insert, select, update

from app.core.db import db, write
from app.domain.texts.word_folding import fold_keyword
from app.surveys.models import TriggerWord


def claim_trigger_words(rule_id: int, words: Sequence[str]) -> None:
    """Let these folded words start a keyword too. Inside write().

    Raises IntegrityError, which leaves write() as UniqueViolation, when one starts something.
    """
    rows = []
    for word in words:
        row = {"word": word, "folded": fold_keyword(word), "keyword_rule_id": rule_id}
        rows.append(row)
    if rows:
        db.session.execute(insert(TriggerWord), rows)


def fold_main_word(word: str) -> None:
    """Store how the main word of a keyword or a survey is compared. Inside write().

    Raises IntegrityError, which leaves write() as UniqueViolation, when another word that starts
    something is compared alike.
    """
    db.session.flush()
    _fold_word(word)


def fold_stored_words() -> int:
    """Fold the words that an older release or another program stored; return how many.

    Opens its own write(), and only when there are any. Of two that are compared alike, the second
    starts nothing but by its exact spelling.
    """
    if not _find_foldable_words():
        return 0
    with write():
        words = _find_foldable_words()
        for word in words:
            _fold_word(word)
    return len(words)


def _fold_word(word: str) -> None:
    statement = update(TriggerWord).where(TriggerWord.word == word)
    values = statement.values(folded=fold_keyword(word))
    db.session.execute(values.execution_options(synchronize_session=False))


def _find_foldable_words() -> list[str]:
    """Return the words without a folded form whose form is free, the first of each form."""
    rows = db.session.execute(
        select(TriggerWord.word, TriggerWord.folded).order_by(TriggerWord.word)
    ).all()
    taken_words = {row.folded for row in rows}
    words: dict[str, str] = {}
    for row in rows:
        if row.folded is None and fold_keyword(row.word) not in taken_words:
            words.setdefault(fold_keyword(row.word), row.word)
    words.pop("", None)
    return list(words.values())


def release_trigger_words(rule_id: int, main_word: str) -> None:
    """Free all words of a keyword but its main word. Inside write()."""
    aliases = delete(TriggerWord).where(
        TriggerWord.keyword_rule_id == rule_id, TriggerWord.word != main_word
    )
    db.session.execute(aliases.execution_options(synchronize_session=False))

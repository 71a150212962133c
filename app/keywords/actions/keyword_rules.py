"""Writing keywords. That a word starts one thing only is decided by the database (Taken)."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import delete, insert

from app.core.db import NotFound, db
from app.keywords.models import KeywordAction, KeywordMatch, KeywordRule
from app.keywords.queries import find_keyword_aliases
from app.surveys.models import TriggerWord


@dataclass(frozen=True)
class KeywordInfo:
    """A keyword as somebody wants it; the words are folded.

    Moments are UTC, None: without a beginning, or an end.
    """

    keyword: str
    response_body: str | None
    is_active: bool = True
    match_kind: KeywordMatch = KeywordMatch.WHOLE
    active_from: datetime | None = None
    active_until: datetime | None = None
    action: KeywordAction = KeywordAction.NONE
    event_id: int | None = None
    survey_id: int | None = None


def create_keyword_rule(wanted: KeywordInfo, aliases: Sequence[str], by: str | None) -> KeywordRule:
    """A new keyword with its other words.

    Raises Taken when one of them starts something already.
    """
    row = KeywordRule(**asdict(wanted), created_by=by)
    db.session.add(row)
    db.session.flush()
    _add_aliases(row, aliases)
    return row


def update_keyword_rule(rule_id: int, wanted: KeywordInfo, aliases: Sequence[str]) -> list[str]:
    """Another word, answer or effect; gives what changed.

    Raises Gone, or Taken when a word starts something else.

    What the keyword has counted stays, also when it gets another word.
    """
    row = get_keyword_rule_for_update(rule_id)
    changed = [name for name, value in asdict(wanted).items() if getattr(row, name) != value]
    before = find_keyword_aliases([rule_id]).get(rule_id, [])
    # the other words go first, so that the new main word may be one of them
    ours = TriggerWord.keyword_rule_id == rule_id
    db.session.execute(
        delete(TriggerWord)
        .where(ours, TriggerWord.word != row.keyword)
        .execution_options(synchronize_session=False)
    )
    for name in changed:
        setattr(row, name, getattr(wanted, name))
    db.session.flush()
    _add_aliases(row, aliases)
    return changed + (["aliases"] if set(before) != set(aliases) else [])


def get_keyword_rule_for_update(rule_id: int) -> KeywordRule:
    """The keyword as it is inside this write section. Raises Gone."""
    row = db.session.get(KeywordRule, rule_id, populate_existing=True)
    if row is None:
        raise NotFound
    return row


def delete_keyword_rule(rule_id: int) -> KeywordRule:
    """Delete a keyword with all its words; gives what it was.

    Raises Gone. What it answered stays in the logs.
    """
    row = get_keyword_rule_for_update(rule_id)
    db.session.delete(row)
    db.session.flush()
    return row


def _add_aliases(row: KeywordRule, aliases: Sequence[str]) -> None:
    words = [{"word": word, "keyword_rule_id": row.id} for word in aliases if word != row.keyword]
    if words:
        db.session.execute(insert(TriggerWord), words)

"""Create, change and delete keywords. Inside audited_write(); none of these commits.

The database decides that a word starts one thing only (UniqueViolation).
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from app.core.db import NotFound, db
from app.domain.texts.word_folding import fold_keyword
from app.keywords.models import KeywordAction, KeywordMatch, KeywordRule
from app.surveys.actions.trigger_words import (
    claim_trigger_words,
    fold_main_word,
    release_trigger_words,
)
from app.surveys.queries.trigger_words import find_trigger_words_of_keywords


@dataclass(frozen=True)
class KeywordInfo:
    """A keyword as somebody typed it; the word is folded.

    Moments are UTC; None: without a beginning, or an end.
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
    group_id: int | None = None
    counts_as_check_in: bool = False
    sets_language: str | None = None


def create_keyword_rule(
    info: KeywordInfo, aliases: Sequence[str], created_by: str | None
) -> KeywordRule:
    """Create a keyword with its other words.

    Raises UniqueViolation when one of them starts something already.
    """
    row = KeywordRule(**asdict(info), created_by=created_by)
    db.session.add(row)
    fold_main_word(row.keyword)
    _claim_aliases(row, aliases)
    return row


def update_keyword_rule(rule_id: int, info: KeywordInfo, aliases: Sequence[str]) -> list[str]:
    """Change a keyword and return the fields that changed.

    What the keyword has counted stays, also when it gets another word. Raises NotFound, or
    UniqueViolation when a word starts something else.
    """
    row = get_keyword_rule_for_update(rule_id)
    words_before = set(find_trigger_words_of_keywords([rule_id])[rule_id]) - {row.keyword}
    # The other words are freed first, so that the new main word may be one of them.
    release_trigger_words(rule_id, row.keyword)
    changed_fields = []
    for field, value in asdict(info).items():
        if getattr(row, field) != value:
            setattr(row, field, value)
            changed_fields.append(field)
    fold_main_word(row.keyword)
    _claim_aliases(row, aliases)
    if words_before != set(aliases):
        changed_fields.append("aliases")
    return changed_fields


def get_keyword_rule_for_update(rule_id: int) -> KeywordRule:
    """Return the keyword, read again inside this write(). Raises NotFound."""
    row = db.session.get(KeywordRule, rule_id, populate_existing=True)
    if row is None:
        raise NotFound
    return row


def delete_keyword_rule(rule_id: int) -> KeywordRule:
    """Delete a keyword with all its words and return what it was.

    What it answered stays in the logs. Raises NotFound.
    """
    row = get_keyword_rule_for_update(rule_id)
    db.session.delete(row)
    db.session.flush()
    return row


def _claim_aliases(row: KeywordRule, aliases: Sequence[str]) -> None:
    main_word = fold_keyword(row.keyword)
    words = [alias for alias in aliases if fold_keyword(alias) != main_word]
    claim_trigger_words(row.id, words)

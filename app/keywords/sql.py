"""Statements of keywords that run for texts that come in, built once.

Up to 200 texts a second arrive. Built once a statement takes 10 µs, through the session 100 to
300 (docs/decisions/0013-texts-that-come-in.md).
"""

from typing import NamedTuple, cast

from sqlalchemy import Table, bindparam, func, or_, select, update

from app.core.column_types import UtcDateTime
from app.core.prepared_statements import PreparedStatement
from app.keywords.models import KeywordAction, KeywordMatch, KeywordRule

keyword_rules = cast("Table", KeywordRule.__table__)
R = keyword_rules.c
_MOMENT = bindparam("b_moment", type_=UtcDateTime())
_RULE_IDS = func.json_each(bindparam("b_rule_ids")).table_valued("value")


class ActiveKeyword(NamedTuple):
    """The columns of SELECT_ACTIVE_KEYWORDS, in its order."""

    id: int
    match_kind: KeywordMatch
    response_body: str | None
    action: KeywordAction
    event_id: int | None
    survey_id: int | None
    group_id: int | None
    keyword: str
    counts_as_check_in: bool
    sets_language: str | None

    @property
    def has_effect(self) -> bool:
        """Whether anything happens beside the reply and the action."""
        return bool(self.counts_as_check_in or self.sets_language)


# Read for every text one of whose words belongs to a keyword: those of them that count now.
SELECT_ACTIVE_KEYWORDS = PreparedStatement(
    select(
        R.id,
        R.match_kind,
        R.response_body,
        R.action,
        R.event_id,
        R.survey_id,
        R.group_id,
        R.keyword,
        R.counts_as_check_in,
        R.sets_language,
    ).where(
        R.id.in_(select(_RULE_IDS.c.value)),
        R.is_active,
        or_(R.active_from.is_(None), R.active_from <= _MOMENT),
        or_(R.active_until.is_(None), R.active_until > _MOMENT),
    )
)
# Written for every text that a keyword answers. The database adds: two texts at once are two.
# That a keyword was used does not change it, so `updated_at` stays.
INCREMENT_MATCH_COUNT = PreparedStatement(
    update(keyword_rules)
    .where(R.id == bindparam("b_rule_id"))
    .values(match_count=R.match_count + 1, last_matched_at=_MOMENT, updated_at=R.updated_at)
)

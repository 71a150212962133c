"""What a typed word finds: people, groups, blasts, events and so on, in four statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import literal, select, union_all

from app.audiences.queries.segment_records import select_segment_matches
from app.community.member_search import find_member_matches
from app.core.db import db
from app.delivery.queries.blast_search import select_blast_matches
from app.events.queries.event_search import select_event_matches
from app.events.queries.phone_registrations import find_registered_matches
from app.groups.queries.group_records import select_group_matches
from app.keywords.queries import select_keyword_matches
from app.surveys.queries.survey_search import select_survey_matches

MAX_SEARCH_CHARACTERS = 100
SELECTS = {
    "group": select_group_matches,
    "segment": select_segment_matches,
    "blast": select_blast_matches,
    "event": select_event_matches,
    "survey": select_survey_matches,
    "keyword": select_keyword_matches,
}


@dataclass(frozen=True)
class Match:
    """A thing that a search found. `key` is its id, or the number of a person."""

    kind: str
    key: str
    title: str
    detail: str = ""


def find_matches(search: str, region: str, limit: int) -> Sequence[Match]:
    """Return at most `limit` matches of each kind, people first."""
    people_rows = find_member_matches(search, region, limit)
    if len(people_rows) < limit:
        people_rows += find_registered_matches(search, region, limit - len(people_rows))
    people = [Match("person", phone, name or "", phone) for name, phone in people_rows]
    statements = [
        _mark_kind(kind, build(search, limit).subquery()) for kind, build in SELECTS.items()
    ]
    rows = db.session.execute(union_all(*statements))
    other_results = [Match(kind, str(id), title, detail or "") for kind, id, title, detail in rows]
    return [*people, *other_results]


def _mark_kind(kind: str, found: Any) -> Any:
    return select(literal(kind), found.c.id, found.c.title, found.c.detail)

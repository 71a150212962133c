"""The names of people whose number is all we have."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import FromClause, Select, bindparam, literal, select, union_all

from app.community.models import CommunityMember
from app.core.db import db
from app.domain.phones.display_names import SourcedName, choose_display_name
from app.events.models import EventRegistration


def _select_names(where: str, table: FromClause) -> Select[Any]:
    row = table.c
    asked = row.phone.in_(bindparam("b_phones", expanding=True))
    return select(row.phone, literal(where), row.name, row.created_at).where(asked)


# b_phones
SELECT_NAMES_OF_PHONES = union_all(
    _select_names("community", CommunityMember.__table__),
    _select_names("event", EventRegistration.__table__),
)

NameRows = list[tuple[str, str | None, str]]
# What :phone is called, one JSON list: for called().
NAMES_OF_PHONE_SQL = """
    SELECT json_group_array(json_array(place, name, created_at)) FROM (
        SELECT 'community' AS place, name, created_at FROM community_members WHERE phone = :phone
        UNION ALL SELECT 'event', name, created_at FROM event_registrations WHERE phone = :phone)
"""


def find_display_names(phones: Sequence[str]) -> dict[str, str | None]:
    """What those of `phones` (a page full at most) are called that are members or registered
    for an event.
    """
    found: dict[str, list[SourcedName]] = {}
    for phone, where, name, since in db.session.execute(
        SELECT_NAMES_OF_PHONES, {"b_phones": list(phones)}
    ):
        found.setdefault(phone, []).append(SourcedName(where, name, since))
    return {phone: choose_display_name(names) for phone, names in found.items()}


def choose_stored_name(names: NameRows) -> str | None:
    """The same for one number, of what NAMES_OF_ONE has found: for the texts that come in."""
    return choose_display_name(
        [SourcedName(where, name, datetime.fromisoformat(since)) for where, name, since in names]
    )

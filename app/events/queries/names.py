"""The names of people whose number is all we have."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, literal, select, union_all

from app.community.models import CommunityMember
from app.domain.naming import Name, display_name
from app.events.models import EventRegistration
from app.kit.db import db


def names_of(phones: Sequence[str]) -> dict[str, str | None]:
    """What those of `phones` (a page full at most) are called that are members or registered for an event."""
    people = union_all(_written("community", CommunityMember, phones), _written("event", EventRegistration, phones))
    found: dict[str, list[Name]] = {}
    for phone, where, name, since in db.session.execute(people):
        found.setdefault(phone, []).append(Name(where, name, since))
    return {phone: display_name(names) for phone, names in found.items()}


def _written(
    where: str, table: type[CommunityMember] | type[EventRegistration], phones: Sequence[str]
) -> Select[str, str, str | None, datetime]:
    return select(table.phone, literal(where), table.name, table.created_at).where(table.phone.in_(phones))

"""The names of people of whom only the phone is known."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    bindparam,
    func,
    literal,
    select,
    union_all,
)

from app.community.queries import select_member_names
from app.core.db import db
from app.delivery.queries.recipient_names import find_latest_contact_names
from app.domain.phones.display_names import SourcedName, choose_display_name
from app.events.models import EventRegistration

NameRows = list[tuple[str, str | None, str]]
NameSelect = Select[str, str, str | None, datetime]


def _select_registration_names() -> NameSelect:
    return select(
        EventRegistration.phone,
        literal("event").label("source"),
        EventRegistration.name,
        EventRegistration.created_at,
    )


def select_registration_name(phone: ColumnElement[str]) -> ColumnElement[str | None]:
    """Return the newest name under which a phone is registered for an event, for any select."""
    row = EventRegistration
    names = select(row.name).where(row.phone == phone, row.name.is_not(None))
    newest = names.order_by(row.created_at.desc(), row.id.desc()).limit(1)
    return newest.correlate_except(row).scalar_subquery()


def find_registrations_named(
    names: Collection[str], without_phones: Collection[str], limit: int
) -> list[tuple[str, str]]:
    """Return (name, phone) of some registered people with one of these names, by their index.

    Capitals of ASCII letters make no difference. `without_phones`: the numbers of the person whose
    namesakes they are.
    """
    row = EventRegistration
    statement = select(func.min(row.name), row.phone).where(
        row.name.is_not(None),
        row.name.collate("NOCASE").in_(names),
        row.phone.not_in(without_phones),
    )
    rows = db.session.execute(statement.group_by(row.phone).order_by(row.phone).limit(limit))
    return [(name or "", phone) for name, phone in rows]


def _select_names_of_phones() -> Select[Any]:
    phones: BindParameter[list[str]] = bindparam("b_phones", expanding=True)
    names_by_source = []
    for names in (select_member_names(), _select_registration_names()):
        names_by_source.append(names.where(names.selected_columns.phone.in_(phones)))
    return select(union_all(*names_by_source).subquery())


# Built once: b_phones
SELECT_NAMES_OF_PHONES = _select_names_of_phones()


def find_display_names(phones: Sequence[str]) -> dict[str, str | None]:
    """Return what those of `phones` are called that are members or registered for an event.

    At most a page full of phones: each is a bound value of the statement.
    """
    names: dict[str, list[SourcedName]] = {}
    for phone, source, name, since in db.session.execute(
        SELECT_NAMES_OF_PHONES, {"b_phones": list(phones)}
    ):
        names.setdefault(phone, []).append(SourcedName(source, name, since))
    return {phone: choose_display_name(rows) for phone, rows in names.items()}


def find_names(phones: Sequence[str]) -> dict[str, str | None]:
    """Return the display names of `phones`, else the names under which they were last texted."""
    names = find_display_names(phones)
    unnamed = [phone for phone in phones if not names.get(phone)]
    if unnamed:
        names.update(find_latest_contact_names(unnamed))
    return names


def build_names_json(phone: ColumnElement[str]) -> ColumnElement[str]:
    """Return the names of `phone` as JSON, for choose_stored_name(); for any select.

    Inbound texts come 200 a second and are looked up a batch at a time, so this is part of the
    statement that looks up everything else about them.
    """
    names_by_source = []
    for names in (select_member_names(), _select_registration_names()):
        names_of_phone = names.where(names.selected_columns.phone == phone)
        names_by_source.append(names_of_phone.correlate_except(*names.get_final_froms()))
    rows = union_all(*names_by_source).subquery()
    entry = func.json_array(rows.c.source, rows.c.name, rows.c.created_at)
    return select(func.json_group_array(entry)).scalar_subquery()


def choose_stored_name(names: NameRows) -> str | None:
    """Return the display name among what build_names_json() has found for one phone."""
    sourced_names = []
    for source, name, since in names:
        sourced_names.append(SourcedName(source, name, datetime.fromisoformat(since)))
    return choose_display_name(sourced_names)

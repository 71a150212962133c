"""People whose number on a list is invalid by now: their next number gets the text."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import select

from app.audiences.queries.audience_recipients import select_skip_reason
from app.core.db import db
from app.core.listed_values import build_listed_column
from app.domain.audiences.chosen_audience import ChosenAudience
from app.domain.delivery.blast_rendering import BlastRecipient
from app.domain.delivery.second_numbers import PersonNumber, list_stand_ins
from app.domain.delivery.skip_reasons import SkipReason
from app.events.queries.event_conditions import select_invited_phones
from app.suppression.queries.sending_permission import find_suppression_reasons


def fetch_stand_ins(
    recipients: Sequence[BlastRecipient],
    numbers: Mapping[str, PersonNumber],
    audience: ChosenAudience | None,
    event_id: int | None,
) -> list[BlastRecipient]:
    """Return one number more for each person all of whose listed numbers are invalid.

    It is none that the audience lists, and may be texted. `event_id`: of a blast to an event.
    """
    names = list_stand_ins(recipients, numbers)
    if names and event_id is not None:
        names = list_stand_ins(_mark_not_coming(recipients, event_id), numbers)
    if not names:
        return []
    allowed = _list_allowed(names, audience, event_id)
    chosen: dict[int, BlastRecipient] = {}
    for phone, name in names.items():
        if phone not in allowed:
            continue
        person_id = numbers[phone].person_id
        # The best-ranked one comes first.
        chosen.setdefault(person_id, BlastRecipient(name, phone, None))
    return list(chosen.values())


def _mark_not_coming(recipients: Iterable[BlastRecipient], event_id: int) -> list[BlastRecipient]:
    """Return the recipients as skipped for not coming where they said so, whatever else is."""
    invited = set(db.session.scalars(select_invited_phones(event_id)))
    marked = []
    for row in recipients:
        if row.phone not in invited:
            row = row._replace(skip_reason=SkipReason.NOT_COMING)
        marked.append(row)
    return marked


def _list_allowed(
    phones: Collection[str], audience: ChosenAudience | None, event_id: int | None
) -> Collection[str]:
    """Return those of these numbers that may get the text."""
    if audience is None:
        reasons = find_suppression_reasons(list(phones), event_id=event_id)
        return set(phones) - set(reasons)
    listed = select(build_listed_column(phones).label("phone")).subquery("stand_ins")
    phone = listed.c.phone
    reason = select_skip_reason(audience, phone)
    # What was said by an invalid number is judged for the person, by any of their numbers.
    statement = select(phone).where(reason.is_(None))
    return set(db.session.scalars(statement))

"""Storing the audience of a blast that is confirmed, and deleting what no blast needs."""

from collections.abc import Iterable

from sqlalchemy import delete, exists, insert

from app.core.db import db, execute_and_count_rows
from app.delivery.audience_models import (
    BlastAudience,
    BlastAudiencePart,
    BlastAudiencePerson,
    PartRole,
)
from app.delivery.models import MessageLog, ScheduledMessage
from app.domain.audiences.audience_rules import hash_audience, write_audience
from app.domain.audiences.chosen_audience import ChosenAudience


def store_audience(
    audience: ChosenAudience, frozen_people: Iterable[tuple[str, str | None]] = ()
) -> int:
    """Store the audience of one blast and return its id. Inside write().

    `frozen_people`: the (number, name) of everyone on the list of a frozen audience.
    """
    row = BlastAudience(
        rule=write_audience(audience.rule),
        rule_hash=hash_audience(audience.rule),
        sentence=audience.sentence,
        is_texted_today_excluded=audience.rule.is_texted_today_excluded,
        is_frozen=audience.is_frozen,
    )
    db.session.add(row)
    db.session.flush()
    for role, parts in (
        (PartRole.INCLUDE, audience.rule.included),
        (PartRole.EXCLUDE, audience.rule.excluded),
    ):
        for part in parts:
            values = {"kind": part.kind, "ref_id": part.ref_id, "detail": part.detail}
            name = audience.name_part(part)
            db.session.add(BlastAudiencePart(audience_id=row.id, role=role, name=name, **values))
    people = dict(frozen_people if audience.is_frozen else audience.people)
    if people:
        rows = [
            {"audience_id": row.id, "phone": phone, "name": name} for phone, name in people.items()
        ]
        db.session.execute(insert(BlastAudiencePerson), rows)
    db.session.flush()
    return row.id


def delete_unused_audience(audience_id: int | None) -> None:
    """Delete an audience that no blast refers to any more. Inside write()."""
    if audience_id is None:
        return
    is_used = exists().where(ScheduledMessage.audience_id == audience_id) | exists().where(
        MessageLog.audience_id == audience_id
    )
    db.session.execute(delete(BlastAudience).where(BlastAudience.id == audience_id, ~is_used))


def erase_audience_person(phone: str) -> int:
    """Take a person out of every audience that names them; return of how many. Inside write()."""
    statement = delete(BlastAudiencePerson).where(BlastAudiencePerson.phone == phone)
    return execute_and_count_rows(statement)

"""Storing the audience of a blast that is confirmed, and deleting what no blast needs."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, delete, exists, insert, select, update

from app.core.db import db, execute_and_count_rows
from app.delivery.audience_models import (
    BlastAudience,
    BlastAudiencePart,
    BlastAudiencePerson,
    PartRole,
)
from app.delivery.models import MessageLog
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.audiences.audience_rules import PartKind, hash_audience, write_audience
from app.domain.audiences.chosen_audience import ChosenAudience


def store_audience(
    audience: ChosenAudience,
    frozen_people: Iterable[tuple[str, str | None]] = (),
    *,
    is_for_admins: bool = False,
) -> int:
    """Store the audience of one blast and return its id. Inside write().

    `frozen_people`: the (number, name) of everyone on the list of a frozen audience.
    `is_for_admins`: only they may see who is in it.
    """
    row = BlastAudience(
        rule=write_audience(audience.rule),
        rule_hash=hash_audience(audience.rule),
        sentence=audience.sentence,
        is_texted_today_excluded=audience.rule.is_texted_today_excluded,
        is_frozen=audience.is_frozen,
        is_for_admins=is_for_admins,
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


def reserve_audience_for_admins(audience_id: int) -> None:
    """Let only admins see who is in an audience, from now on. Inside write()."""
    _reserve_for_admins(BlastAudience.id == audience_id)


def reserve_segment_for_admins(segment_id: int) -> None:
    """Let only admins see who is in any audience that names a segment. Inside write()."""
    part = BlastAudiencePart
    named = select(part.audience_id).where(part.kind == PartKind.SEGMENT, part.ref_id == segment_id)
    _reserve_for_admins(BlastAudience.id.in_(named))


def _reserve_for_admins(is_meant: ColumnElement[bool]) -> None:
    statement = update(BlastAudience).where(is_meant, BlastAudience.is_for_admins.is_(False))
    values = statement.values(is_for_admins=True)
    db.session.execute(values.execution_options(synchronize_session=False))


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

"""The audiences of stored blasts: their parts, the people they name, and their sentences."""

from sqlalchemy import Select, select

from app.core.db import db
from app.core.fetched_rows import fetch_tuples
from app.delivery.audience_models import (
    BlastAudience,
    BlastAudiencePart,
    BlastAudiencePerson,
    PartRole,
)
from app.domain.audiences.audience_rules import AudiencePart, AudienceRule, PartKind
from app.domain.audiences.chosen_audience import ChosenAudience


def load_audience(audience_id: int | None) -> ChosenAudience | None:
    """Return a stored audience; None for none. A part that is gone has no `ref_id`."""
    if audience_id is None:
        return None
    row, part = BlastAudience, BlastAudiencePart
    statement = select(row, part).join_from(row, part, part.audience_id == row.id)
    rows = db.session.execute(statement.where(row.id == audience_id).order_by(part.id)).all()
    if not rows:
        return None
    audience = rows[0][0]
    parts: dict[PartRole, list[AudiencePart]] = {role: [] for role in PartRole}
    names = {}
    for _, stored in rows:
        audience_part = AudiencePart(stored.kind, stored.ref_id, stored.detail)
        parts[stored.role].append(audience_part)
        names[audience_part] = stored.name
    included, excluded = tuple(parts[PartRole.INCLUDE]), tuple(parts[PartRole.EXCLUDE])
    rule = AudienceRule(included, excluded, audience.is_texted_today_excluded)
    return ChosenAudience(rule, (), audience_id, audience.is_frozen, names)


def select_audience_people(audience_id: int) -> Select[str, str | None]:
    """Select (phone, name) of the people whom an audience names."""
    row = BlastAudiencePerson
    return select(row.phone, row.name).where(row.audience_id == audience_id)


def list_audience_people(audience_id: int) -> list[tuple[str, str | None]]:
    """Return the (phone, name) of the people whom an audience names."""
    return fetch_tuples(select_audience_people(audience_id))


def list_included_blasts(audience_id: int) -> tuple[list[int], bool]:
    """Return the ids of the blasts whose people an audience includes, and whether nothing else."""
    return _list_included(audience_id, PartKind.RESULTS)


def list_included_groups(audience_id: int) -> tuple[list[int], bool]:
    """Return the ids of the groups that an audience includes, and whether it includes only one."""
    return _list_included(audience_id, PartKind.GROUP)


def _list_included(audience_id: int, kind: PartKind) -> tuple[list[int], bool]:
    part = BlastAudiencePart
    statement = select(part.kind, part.ref_id).where(
        part.audience_id == audience_id, part.role == PartRole.INCLUDE
    )
    rows = db.session.execute(statement).all()
    ids = [ref_id for part_kind, ref_id in rows if part_kind == kind and ref_id is not None]
    return ids, len(rows) == len(ids) == 1

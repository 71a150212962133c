"""Writing sequences: adding one, and changing what it says and its steps.

The database decides that a name exists once: create and save raise UniqueViolation.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.core.clock import now
from app.core.db import ChangedMeanwhile, NotFound, db
from app.core.settings import current_settings
from app.domain.sequences.sequence_states import SequenceState, SequenceTrigger
from app.sequences.actions.step_planning import replan_people
from app.sequences.models import Sequence as SequenceRow
from app.sequences.models import SequenceStep
from app.sequences.queries.sequence_records import (
    list_steps,
    load_step_times,
    reload_sequence,
)


@dataclass(frozen=True)
class StepValues:
    """One step as a user writes it; `id` is None for a new one. Conditions are their JSON."""

    id: int | None
    delay_days: int
    time_of_day: str | None
    body: str
    translations: Mapping[str, str] = field(default_factory=dict)
    condition: str | None = None
    repeat_days: int | None = None
    until_condition: str | None = None
    is_on: bool = True


@dataclass(frozen=True)
class TriggerValues:
    """What starts a sequence. Only what its kind needs is set."""

    kind: SequenceTrigger
    group_id: int | None = None
    event_id: int | None = None
    is_any_event: bool = False
    survey_id: int | None = None
    field_id: int | None = None
    days: int = 0
    count: int = 1


@dataclass(frozen=True)
class SequenceValues:
    """A sequence as a user writes it, with its steps in order."""

    name: str
    description: str | None
    trigger: TriggerValues
    footer: str | None
    steps: Sequence[StepValues]
    stops_on_reply: bool = False
    stops_on_rsvp: bool = False
    stops_on_leaving: bool = True


def create_sequence(
    values: SequenceValues, username: str | None, seed_key: str | None = None
) -> int:
    """Store a new sequence, switched off, and return its id. Inside write()."""
    row = SequenceRow(created_by=username, seed_key=seed_key, carrier=current_settings().carrier)
    _set_values(row, values)
    db.session.add(row)
    db.session.flush()
    _save_steps(row.id, values.steps)
    return row.id


def save_sequence(sequence_id: int, values: SequenceValues, seen_revision: int) -> list[str]:
    """Change a sequence and return what changed: "trigger", "steps" and the like. Inside write().

    Raises NotFound, and ChangedMeanwhile when it is not as the user saw it.
    """
    row = require_sequence(sequence_id)
    if row.revision != seen_revision:
        raise ChangedMeanwhile
    if row.state is SequenceState.ARCHIVED:
        raise ChangedMeanwhile
    changed = _set_values(row, values)
    if "trigger" in changed:
        # Dates and events of before the change are not looked for.
        row.scanned_on = None
        row.activated_at = row.activated_at and now()
    row.revision += 1
    times = load_step_times(sequence_id)
    if _save_steps(sequence_id, values.steps):
        changed.append("steps")
        new_times = load_step_times(sequence_id)
        changed_ids = [step_id for step_id in times if new_times.get(step_id) != times[step_id]]
        replan_people(row, changed_ids, now())
    return changed


def replace_values(row: SequenceRow, values: SequenceValues) -> None:
    """Give a sequence that no user has changed other values and steps. Inside write()."""
    _set_values(row, values)
    for step in list_steps(row.id):
        db.session.delete(step)
    db.session.flush()
    _save_steps(row.id, values.steps)


def require_sequence(sequence_id: int) -> SequenceRow:
    """Return a sequence, read anew. Raises NotFound. Inside write()."""
    row = reload_sequence(sequence_id)
    if row is None:
        raise NotFound
    return row


def _set_values(row: SequenceRow, values: SequenceValues) -> list[str]:
    """Set the columns of a sequence; return the names of what was another before."""
    trigger = values.trigger
    new_values: dict[str, dict[str, object]] = {
        "name": {"name": values.name, "description": values.description},
        "trigger": {
            "trigger_kind": trigger.kind,
            "group_id": trigger.group_id,
            "event_id": trigger.event_id,
            "is_any_event": trigger.is_any_event,
            "survey_id": trigger.survey_id,
            "field_id": trigger.field_id,
            "trigger_days": trigger.days,
            "trigger_count": trigger.count,
        },
        "opt-out line": {"footer": values.footer},
        "ends": {
            "stops_on_reply": values.stops_on_reply,
            "stops_on_rsvp": values.stops_on_rsvp,
            "stops_on_leaving": values.stops_on_leaving,
        },
    }
    return [label for label, columns in new_values.items() if _set_columns(row, columns)]


def _save_steps(sequence_id: int, steps: Sequence[StepValues]) -> bool:
    """Store the steps in their order; return whether any is another. A missing one is removed."""
    old_rows = list_steps(sequence_id)
    rows = {row.id: row for row in old_rows}
    is_changed = False
    for position, step in enumerate(steps, 1):
        row = rows.pop(step.id or 0, None)
        if row is None:
            row = SequenceStep(sequence_id=sequence_id)
            db.session.add(row)
        columns = {
            "position": position,
            "delay_days": step.delay_days,
            "time_of_day": step.time_of_day,
            "body": step.body,
            "translations": dict(step.translations),
            "condition": step.condition,
            "repeat_days": step.repeat_days,
            "until_condition": step.until_condition,
            "is_on": step.is_on,
        }
        is_changed |= _set_columns(row, columns)
    # Who got a removed step keeps that in their history: its row stays, at the place of the step
    # before it, so that who waits for it goes on with the one after it.
    place = 0
    for row in old_rows:
        if row.id in rows:
            row.removed_at, row.position = now(), place
        place = max(place, row.position)
    db.session.flush()
    return is_changed or bool(rows)


def _set_columns(row: object, columns: Mapping[str, object]) -> bool:
    """Set these columns where they are other ones; return whether any was."""
    changed = {name: value for name, value in columns.items() if getattr(row, name) != value}
    for name, value in changed.items():
        setattr(row, name, value)
    return bool(changed)

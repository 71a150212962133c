"""A sequence as the data of its form."""

from collections.abc import Sequence
from typing import Any

from app.domain.sequences.sequence_states import SequenceTrigger
from app.message_templates.forms.translated_texts import build_translation_data
from app.sequences.forms.condition_fields import build_condition_data
from app.sequences.forms.sequence_form import AFTER, BEFORE
from app.sequences.forms.trigger_choices import ANY_EVENT
from app.sequences.models import Sequence as SequenceRow
from app.sequences.models import SequenceStep
from app.sequences.queries.step_condition_names import read_condition

NEXT_STEP_DAYS, NEXT_STEP_TIME = 1, "10:00"


def build_sequence_data(row: SequenceRow, steps: Sequence[SequenceStep]) -> dict[str, Any]:
    """Return a sequence as form data."""
    return {
        "name": row.name,
        "description": row.description or "",
        "trigger_kind": row.trigger_kind.value,
        "group": str(row.group_id or ""),
        "event": ANY_EVENT if row.is_any_event else str(row.event_id or ""),
        "survey": str(row.survey_id or ""),
        "date_field": str(row.field_id or ""),
        "days": str(abs(row.trigger_days)),
        "side": BEFORE if row.trigger_days < 0 else AFTER,
        "count": str(row.trigger_count),
        "stops_on_reply": row.stops_on_reply,
        "stops_on_rsvp": row.stops_on_rsvp,
        "stops_on_leaving": row.stops_on_leaving,
        "include_unsubscribe": bool(row.footer),
        "revision": str(row.revision),
        "steps": list(map(_build_stored_step_data, steps)),
    }


def build_new_sequence_data() -> dict[str, Any]:
    """Return the form data of a new sequence with one empty step."""
    return {
        "trigger_kind": SequenceTrigger.GROUP.value,
        "days": "0",
        "count": "7",
        "stops_on_leaving": True,
        "include_unsubscribe": True,
        "steps": [build_step_data(delay_days=0, time_of_day="")],
    }


def build_step_data(
    delay_days: int = NEXT_STEP_DAYS, time_of_day: str = NEXT_STEP_TIME
) -> dict[str, Any]:
    """Return the form data of an empty step."""
    return {
        "step_id": "",
        "delay": str(delay_days),
        "time_of_day": time_of_day,
        "body": "",
        "repeat": "",
        "is_on": True,
    }


def _build_stored_step_data(step: SequenceStep) -> dict[str, Any]:
    condition, condition_ref = build_condition_data(read_condition(step.condition))
    until, until_ref = build_condition_data(read_condition(step.until_condition))
    return {
        "step_id": str(step.id),
        "delay": str(step.delay_days),
        "time_of_day": step.time_of_day or "",
        "body": step.body,
        "repeat": str(step.repeat_days or ""),
        "until": until,
        "until_ref": until_ref,
        "condition": condition,
        "condition_ref": condition_ref,
        "is_on": step.is_on,
        **build_translation_data(step.translations or {}),
    }

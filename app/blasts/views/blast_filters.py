"""Template filters that name blasts, count people and segments, and explain statuses."""

from app.blasts.queries.written_texts import list_blast_texts
from app.blasts.views.blueprint import bp
from app.blasts.views.held_people import HOLD_REASON_LABELS
from app.domain.delivery.blast_labels import (
    describe_audience,
    explain_message_status,
    format_blast_title,
)
from app.domain.quiet_hours.texting_hours import TextHoldReason
from app.domain.texts.field_mentions import has_personal_placeholders
from app.domain.texts.message_templates import has_event_placeholders
from app.domain.texts.plurals import pluralize
from app.events.queries.event_blast_names import name_event_blast


def format_people_count(count: int) -> str:
    """Return "1 person" or "1,480 people"."""
    return pluralize(count, "person", "people")


def format_segment_count(count: int) -> str:
    """Return "1 segment" or "150 segments"."""
    return pluralize(count, "segment")


def explain_hold(why: str) -> str:
    """Return why a text waits, by its stored reason."""
    return HOLD_REASON_LABELS[TextHoldReason(why)]


for _filter in (
    explain_hold,
    explain_message_status,
    format_people_count,
    format_segment_count,
    format_blast_title,
    describe_audience,
    has_personal_placeholders,
    has_event_placeholders,
    list_blast_texts,
):
    bp.add_app_template_filter(_filter)
bp.add_app_template_filter(name_event_blast, "name_blast")

"""What a blast is called when its text begins with values of its event, such as the date."""

from typing import Protocol

from app.domain.delivery.blast_labels import NamedBlast, name_blast
from app.domain.texts.message_templates import has_event_placeholders
from app.events.queries.events import build_event_placeholders


class EventBlast(NamedBlast, Protocol):
    """A blast that may be for an event, or about one."""

    @property
    def event_id(self) -> int | None:
        """Its event; None without one, and after the event was deleted."""


def name_event_blast(blast: EventBlast, event_title: str | None = None) -> str:
    """Return what a blast is called, its event's date, time and place as they are now.

    Only a text that mentions them and has no name of its own asks for the event.
    """
    values: dict[str, str] = {}
    if not blast.name and has_event_placeholders(blast.message_body):
        values = build_event_placeholders(blast.event_id)
    return name_blast(blast, event_title, values)

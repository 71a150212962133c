"""The audience of a blast, and the texts it would get."""

from datetime import datetime
from typing import Any

from app.community import queries as community
from app.core.db import db
from app.domain.delivery.blast_rendering import (
    BlastRecipient,
    RenderedBlast,
    render_blast_texts,
)
from app.domain.delivery.message_statuses import BlastTarget
from app.domain.delivery.skip_reasons import SkipReason
from app.events.queries import events

# A preview shows the text as one person reads it; among 50 there is nearly always one with a name.
SAMPLE_RECIPIENTS = 50


class BlastEventNotFound(Exception):
    """The event of a blast does not exist any more. It never becomes a blast to the community."""


def render_blast(
    target: BlastTarget,
    event_id: int | None,
    template: str,
    footer: str | None,
    registered_by: datetime | None = None,
) -> RenderedBlast:
    """Return who would get what if the blast left now, for the review page and for the release.

    `registered_by`: whoever registered for the event after this moment (UTC) is left out. Raises
    BlastEventNotFound.
    """
    recipients = _fetch_recipients(_select_audience(target, event_id, registered_by))
    placeholders = get_blast_placeholders(target, event_id)
    return render_blast_texts(recipients, template, footer, placeholders)


def get_blast_placeholders(target: BlastTarget, event_id: int | None) -> dict[str, str]:
    """Return the values of the event's placeholders as the event is now; {} without an event."""
    if target != BlastTarget.EVENT:
        return {}
    return events.build_event_placeholders(event_id)


def find_sample_recipient_name(target: BlastTarget, event_id: int | None) -> str | None:
    """Return the name of somebody in the audience, to show a text as they would read it."""
    try:
        audience = _select_audience(target, event_id)
    except BlastEventNotFound:
        return None
    for recipient in _fetch_recipients(audience.limit(SAMPLE_RECIPIENTS)):
        if recipient.name and recipient.skip_reason is None:
            return recipient.name
    return None


def _select_audience(
    target: BlastTarget, event_id: int | None, registered_by: datetime | None = None
) -> Any:
    """Return a Select of (name, phone, skip reason), whose row type differs by audience."""
    if target == BlastTarget.COMMUNITY:
        return community.select_community_audience()
    if event_id is None or events.find_event(event_id) is None:
        raise BlastEventNotFound
    return events.select_event_audience(event_id, registered_by)


def _fetch_recipients(audience: Any) -> list[BlastRecipient]:
    recipients = []
    for name, phone, reason in db.session.execute(audience):
        skip_reason = SkipReason(reason) if reason else None
        recipients.append(BlastRecipient(name, phone, skip_reason))
    return recipients

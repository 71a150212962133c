"""Registrations of one event from a spreadsheet."""

from typing import cast

from flask import abort, url_for
from sqlalchemy import Table

from app.community.forms import refused_numbers
from app.core.access import ALL_ROLES
from app.events import queries
from app.events.models import EventRegistration
from app.events.views.room import bp
from app.imports.actions import Target
from app.imports.views import Place, hang_up

TABLE = cast("Table", EventRegistration.__table__)
NOTE = "They are registered for this event only. Nobody of them is put on the list of the community."


def place(event_id: int) -> Place:
    """The registrations of one event, for an import."""
    event = queries.event(event_id) or abort(404)
    target = Target(f"event:{event_id}", TABLE, {"event_id": event_id})
    home, where = url_for("events.one", event_id=event_id), {"event_id": event_id}
    return Place(
        "events.import",
        target,
        home,
        event.title,
        "registrations",
        refused_numbers(),
        where,
        NOTE,
    )


hang_up(bp, "/events/<int:event_id>/import", place, ALL_ROLES)

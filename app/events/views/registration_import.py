"""Registrations of one event from a spreadsheet."""

from typing import cast

from flask import abort, url_for
from sqlalchemy import Table

from app.community.forms import get_refused_numbers
from app.core.access import ALL_ROLES
from app.events import queries
from app.events.models import EventRegistration
from app.events.views.blueprint import bp
from app.imports.actions.import_target import ImportTarget
from app.imports.views.import_routes import register_import_routes
from app.imports.views.importer_config import ImporterConfig

REGISTRATIONS_TABLE = cast("Table", EventRegistration.__table__)
REGISTRATION_IMPORT_NOTE = (
    "They are registered for this event only. Nobody of them is put on the list of the community."
)


def build_registration_importer(event_id: int) -> ImporterConfig:
    """The registrations of one event, for an import."""
    event = queries.find_event(event_id) or abort(404)
    target = ImportTarget(f"event:{event_id}", REGISTRATIONS_TABLE, {"event_id": event_id})
    home, where = (
        url_for("events.show_event", event_id=event_id),
        {"event_id": event_id},
    )
    return ImporterConfig(
        "events.import",
        target,
        home,
        event.title,
        "registrations",
        get_refused_numbers(),
        where,
        REGISTRATION_IMPORT_NOTE,
    )


register_import_routes(bp, "/events/<int:event_id>/import", build_registration_importer, ALL_ROLES)

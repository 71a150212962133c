"""The importer of one event's registrations."""

from typing import cast

from flask import url_for
from sqlalchemy import Table

from app.community.forms import get_refused_numbers
from app.core.access import ALL_ROLES
from app.events.models import EventRegistration
from app.events.views.blueprint import bp
from app.events.views.event_detail import get_event_or_404
from app.imports.actions.import_target import ImportTarget
from app.imports.views.import_routes import register_import_routes
from app.imports.views.importer_config import ImporterConfig

REGISTRATIONS_TABLE = cast("Table", EventRegistration.__table__)
REGISTRATION_IMPORT_NOTE = (
    "People are registered for this event only. They are not added to the community."
)


def build_registration_importer(event_id: int) -> ImporterConfig:
    """Return the registrations of one event as the list of an import, or abort with 404."""
    event = get_event_or_404(event_id)
    return ImporterConfig(
        endpoint_prefix="events.import",
        target=ImportTarget(f"event:{event_id}", REGISTRATIONS_TABLE, {"event_id": event_id}),
        home_url=url_for("events.show_event", event_id=event_id),
        home_label=event.title,
        audit_prefix="registrations",
        refused_numbers=get_refused_numbers(),
        url_values={"event_id": event_id},
        note=REGISTRATION_IMPORT_NOTE,
    )


register_import_routes(bp, "/events/<int:event_id>/import", build_registration_importer, ALL_ROLES)

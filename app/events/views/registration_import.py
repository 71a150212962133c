"""The importer of one event's registrations."""

from typing import cast

from flask import url_for
from sqlalchemy import Table

from app.community.forms import get_refused_numbers
from app.domain.accounts.permissions import Permission
from app.events.models import EventRegistration
from app.events.queries.events import find_event
from app.events.views.blueprint import bp
from app.events.views.event_detail import get_event_or_404
from app.imports.actions.import_lists import ImportList
from app.imports.actions.import_target import ImportTarget
from app.imports.views.import_routes import register_import_routes
from app.imports.views.importer_config import ImporterConfig

REGISTRATIONS_TABLE = cast("Table", EventRegistration.__table__)
POOL_PREFIX = "event:"
REGISTRATION_IMPORT_NOTE = (
    "People are registered for this event only. They are not added to the community."
)


def find_registration_list(pool: str) -> ImportList | None:
    """Return the list of an event's registrations by its pool; None for an event that is gone."""
    event = find_event(int(pool.removeprefix(POOL_PREFIX)))
    return build_registration_list(event.id) if event is not None else None


def build_registration_list(event_id: int) -> ImportList:
    """Return the registrations of one event, as imports fill them."""
    target = ImportTarget(f"{POOL_PREFIX}{event_id}", REGISTRATIONS_TABLE, {"event_id": event_id})
    return ImportList(target, "registrations")


def build_registration_importer(event_id: int) -> ImporterConfig:
    """Return the registrations of one event as the list of an import, or abort with 404."""
    event = get_event_or_404(event_id)
    return ImporterConfig(
        endpoint_prefix="events.import",
        import_list=build_registration_list(event_id),
        home_url=url_for("events.show_event", event_id=event_id),
        home_label=event.title,
        refused_numbers=get_refused_numbers(),
        url_values={"event_id": event_id},
        note=REGISTRATION_IMPORT_NOTE,
    )


register_import_routes(
    bp,
    "/events/<int:event_id>/import",
    build_registration_importer,
    Permission.MANAGE_EVENTS,
    Permission.DELETE_THINGS,
)

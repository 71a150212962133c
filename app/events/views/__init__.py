"""Pages of events."""

from app.events.views import (
    event_detail,
    event_labels,
    event_list,
    registration_import,
    registrations,
    reminder_plan,
)
from app.events.views.blueprint import bp

# Importing a module adds its routes.
__all__ = [
    "bp",
    "event_detail",
    "event_labels",
    "event_list",
    "registration_import",
    "registrations",
    "reminder_plan",
]

"""The doors of the events."""

from app.events.views import (
    event_detail,
    event_labels,
    event_list,
    registration_import,
    registrations,
    reminder_plan,
)
from app.events.views.blueprint import bp

__all__ = [
    "bp",
    "event_list",
    "registration_import",
    "event_detail",
    "registrations",
    "reminder_plan",
    "event_labels",
]

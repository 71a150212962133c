"""Pages of events."""

from app.events.views import (
    attendance,
    event_date_labels,
    event_detail,
    event_list,
    registration_answers,
    registration_import,
    registrations,
    reminder_plan,
)
from app.events.views.blueprint import bp

# Importing a module adds its routes.
__all__ = [
    "bp",
    "attendance",
    "event_detail",
    "event_date_labels",
    "event_list",
    "registration_answers",
    "registration_import",
    "registrations",
    "reminder_plan",
]

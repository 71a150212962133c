"""What people type about events, and the sentences beside what cannot be kept."""

from app.events.forms.events import (
    ALREADY_REGISTERED_ERROR,
    EventForm,
    RegistrationForm,
)
from app.events.forms.reminder_plan import ReminderPlanForm, build_plan_form_data

__all__ = [
    "ALREADY_REGISTERED_ERROR",
    "EventForm",
    "ReminderPlanForm",
    "RegistrationForm",
    "build_plan_form_data",
]

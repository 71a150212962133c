"""What people type about events, and the sentences beside what cannot be kept."""

from app.events.forms.events import TAKEN, EventForm, RegistrationForm
from app.events.forms.reminders import PlanForm, as_typed

__all__ = ["TAKEN", "EventForm", "PlanForm", "RegistrationForm", "as_typed"]

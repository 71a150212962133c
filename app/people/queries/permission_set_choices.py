"""The groups and events that a permission set can reach."""

from app.accounts.scope_choices import ScopeChoices
from app.events.queries.events import fetch_all_events
from app.groups.queries.group_records import list_group_names


def load_scope_choices() -> ScopeChoices:
    """Return all groups by name, archived ones too, and all events, the latest first."""
    return ScopeChoices(list_group_names(), {event.id: event.title for event in fetch_all_events()})

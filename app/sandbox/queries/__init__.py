"""Reading the practice phones: who has one, what is on its screen, what happened behind it."""

from app.events.queries.contact_names import find_display_names
from app.sandbox.queries.phone_screen import PhoneScreen, load_phone_screen
from app.sandbox.queries.sandbox_phones import (
    SandboxPhoneRow,
    count_changed_phones,
    get_phone_behaviour,
    list_phone_rows,
    list_recent_phones,
)
from app.sandbox.queries.simulated_replies import (
    count_pending_replies,
    generate_unknown_number,
    list_latest_sandbox_blasts,
)

__all__ = [
    "SandboxPhoneRow",
    "PhoneScreen",
    "count_changed_phones",
    "list_latest_sandbox_blasts",
    "list_phone_rows",
    "get_phone_behaviour",
    "find_display_names",
    "list_recent_phones",
    "load_phone_screen",
    "generate_unknown_number",
    "count_pending_replies",
]

"""What has been done of the first steps, asked of the features that know."""

from dataclasses import dataclass

from app.accounts.queries import find_first_admin_username
from app.community.queries import has_members
from app.core.settings import current_settings
from app.delivery.queries import unresolved_texts
from app.organisation import queries as organisation


@dataclass(frozen=True)
class SetupProgress:
    """Which of the first steps are done."""

    admin_username: str | None
    has_name: bool
    has_people: bool
    has_delivery: bool
    has_twilio: bool
    has_reply: bool


def fetch_setup_progress() -> SetupProgress:
    """Return which of the first steps are done; each costs one look-up in an index."""
    carrier = current_settings().carrier
    name = organisation.get_organisation().name
    return SetupProgress(
        admin_username=find_first_admin_username(),
        has_name=name != organisation.DEFAULT_ORGANISATION_NAME,
        has_people=has_members(),
        has_delivery=unresolved_texts.has_delivered_text(),
        has_twilio=carrier == "twilio",
        has_reply=unresolved_texts.has_received_text(carrier),
    )

"""What has been done of the first steps, asked of the features that know."""

from dataclasses import dataclass
from datetime import datetime

from app.accounts.queries import find_first_admin_username
from app.community.queries import has_members
from app.core.settings import current_settings
from app.delivery.queries import unresolved_texts
from app.migrations.database_backups import has_recent_backup
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


def is_backup_overdue(moment: datetime) -> bool:
    """Whether the newest copy of the database is older than two days, where others make them.

    Never in practice, and not before real people were texted: until then there is little to lose.
    """
    settings = current_settings()
    if settings.makes_backups:
        return False
    if settings.carrier != "twilio" or not unresolved_texts.has_delivered_text():
        return False
    return not has_recent_backup(settings.database_path, moment, settings.backup_path)

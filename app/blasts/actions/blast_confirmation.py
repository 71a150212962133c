"""A person says yes: the blast is frozen and waits for its time."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.core.settings import current_settings
from app.delivery.actions.blast_scheduling import BlastSpec, schedule_blast
from app.delivery.queries.scheduled_blasts import find_blast_by_token
from app.domain.delivery.message_statuses import BlastTarget
from app.organisation import queries as organisation


@dataclass(frozen=True)
class BlastDraft:
    """What somebody wrote and chose.

    `footer`: the opt-out line, or None. `due`: UTC for later, None for now.

    `not_after`: nothing of it leaves after this moment (UTC); None for no end. `survey_id`: the
    survey that it asks.
    """

    body: str
    footer: str | None
    target: BlastTarget
    event_id: int | None
    timezone: str
    send_at: datetime | None = None
    is_test: bool = False
    not_after: datetime | None = None
    survey_id: int | None = None


def create_client_token() -> str:
    """The one-time key of a compose form: a second post with it leads to the first blast."""
    return secrets.token_urlsafe(24)


def confirm_blast(draft: BlastDraft, client_token: str | None, who: str, moment: datetime) -> int:
    """Schedule the draft once and return its id: a token that was used already gives the first
    blast's.

    Now means after the undo time; a test goes at once. Call inside write().
    """
    earlier = find_blast_by_token(client_token) if client_token else None
    if earlier is not None:
        return earlier
    settings = current_settings()
    undo = 0 if draft.is_test or draft.send_at else organisation.get_undo_seconds()
    blast = BlastSpec(
        body=draft.body,
        footer=draft.footer,
        target=draft.target,
        event_id=draft.event_id if draft.target == BlastTarget.EVENT else None,
        sender=settings.sender,
        carrier=settings.carrier,
        test_mode=draft.is_test,
        immediate=draft.send_at is None,
        timezone=draft.timezone,
        client_token=client_token,
        created_by=who,
        not_after=draft.not_after,
        survey_id=draft.survey_id,
    )
    return schedule_blast(blast, draft.send_at or moment + timedelta(seconds=undo)).id


def get_test_phone() -> str | None:
    """Where tests go (E.164), None while ADMIN_TEST_PHONE is not set."""
    settings = current_settings()
    return settings.test_phone

"""A confirmed draft becomes a scheduled blast that waits for its time."""

import secrets
from datetime import datetime, timedelta

from app.blasts.queries.audience import BlastGroupNotFound
from app.blasts.queries.group_recipients import find_group_audience
from app.core.settings import current_settings
from app.delivery.actions.blast_scheduling import BlastSpec, schedule_blast
from app.delivery.queries import scheduled_messages
from app.domain.delivery.blast_draft import BlastDraft
from app.domain.delivery.group_audience import GroupAudience
from app.domain.delivery.message_statuses import BlastTarget
from app.organisation import queries as organisation


def create_client_token() -> str:
    """Return a one-time key for a compose form: a second post with it leads to the first blast."""
    return secrets.token_urlsafe(24)


def confirm_blast(
    draft: BlastDraft,
    client_token: str | None,
    username: str,
    moment: datetime,
    confirmed_count: int | None = None,
) -> int:
    """Schedule the draft once and return its id; a token used before returns the first blast's id.

    `confirmed_count`: how many people the review page showed. A blast without a time waits for the
    seconds in which it can be undone; a test does not. Call inside write(). Raises
    BlastGroupNotFound for a group that is archived or deleted.
    """
    # A double press or a reload posts the form twice; both must lead to one blast.
    if client_token:
        earlier_id = scheduled_messages.find_blast_by_token(client_token)
        if earlier_id is not None:
            return earlier_id
    group = draft.people_of
    if isinstance(group, GroupAudience) and find_group_audience(group.group_id) is None:
        raise BlastGroupNotFound
    settings = current_settings()
    spec = BlastSpec(
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
        created_by=username,
        not_after=draft.not_after,
        survey_id=draft.survey_id,
        people_of=draft.people_of,
        name=draft.name,
        plain_names=draft.plain_names,
        confirmed_count=None if draft.is_test else confirmed_count,
    )
    return schedule_blast(spec, _compute_due_time(draft, moment)).id


def _compute_due_time(draft: BlastDraft, moment: datetime) -> datetime:
    if draft.send_at:
        return draft.send_at
    if draft.is_test:
        return moment
    return moment + timedelta(seconds=organisation.get_undo_seconds())

"""A confirmed draft becomes a scheduled blast that waits for its time."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from app.accounts.queries import find_user_id
from app.audiences.queries.audience_lists import is_rule_for_admins
from app.audiences.queries.audience_recipients import require_lists
from app.blasts.queries.field_fillings import require_textable_fields
from app.core.settings import current_settings
from app.delivery.actions.audience_storage import store_audience
from app.delivery.actions.blast_scheduling import BlastSpec, schedule_blast
from app.delivery.queries import scheduled_messages
from app.domain.audiences.chosen_audience import ChosenAudience
from app.domain.delivery.blast_draft import BlastDraft
from app.domain.delivery.blast_outcomes import ResultsAudience
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
    shown_people: Iterable[tuple[str, str | None]] = (),
) -> int:
    """Schedule the draft once and return its id; a token used before returns the first blast's id.

    `confirmed_count`: how many people the review page showed. `shown_people`: the (number, name)
    of everyone there, whom a frozen audience keeps. A blast without a time waits for the seconds
    in which it can be undone; a test does not. Call inside write(). Raises AudienceGone when a
    list is archived or deleted, and FieldNotTextable for a field of the text.
    """
    # A double press or a reload posts the form twice; both must lead to one blast.
    if client_token:
        earlier_id = scheduled_messages.find_blast_by_token(client_token)
        if earlier_id is not None:
            return earlier_id
    spec = build_blast_spec(draft, client_token, username, confirmed_count, shown_people)
    return schedule_blast(spec, compute_due_time(draft, moment)).id


def build_blast_spec(
    draft: BlastDraft,
    client_token: str | None,
    username: str,
    confirmed_count: int | None,
    shown_people: Iterable[tuple[str, str | None]] = (),
) -> BlastSpec:
    """Return a draft as it is stored; its audience is stored by this. Inside write().

    Raises AudienceGone when a list is archived or deleted, and FieldNotTextable for a field of the
    text.
    """
    require_textable_fields(draft.body, *draft.translations.values())
    people_of, audience_id = draft.people_of, None
    if isinstance(people_of, ChosenAudience):
        require_lists(people_of)
        audience_id = store_audience(
            people_of, shown_people, is_for_admins=is_rule_for_admins(people_of.rule)
        )
    settings = current_settings()
    return BlastSpec(
        body=draft.body,
        translations=draft.translations,
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
        created_by_id=find_user_id(username),
        not_after=draft.not_after,
        survey_id=draft.survey_id,
        audience_id=audience_id,
        results_of=people_of if isinstance(people_of, ResultsAudience) else None,
        name=draft.name,
        plain_names=draft.plain_names,
        confirmed_count=None if draft.is_test else confirmed_count,
    )


def compute_due_time(draft: BlastDraft, moment: datetime) -> datetime:
    """Return when a blast that is confirmed at `moment` is due (UTC)."""
    if draft.send_at:
        return draft.send_at
    if draft.is_test:
        return moment
    return moment + timedelta(seconds=organisation.get_undo_seconds())

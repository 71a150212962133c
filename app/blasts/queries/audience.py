"""The audience of a blast, and the texts it would get."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import null

from app.audiences.queries.audience_lists import describe_gone_part
from app.audiences.queries.audience_recipients import (
    AudienceGone,
    ExclusionGone,
    select_audience_recipients,
)
from app.audiences.queries.scope_phones import load_reached_phones
from app.blasts.queries.field_fillings import load_filling
from app.blasts.queries.hours_forecast import skip_outside_hours
from app.blasts.queries.person_limit_skips import limits_people, skip_people_at_limit
from app.blasts.queries.reader_loading import (
    build_language_texts,
    load_blast_readers,
)
from app.blasts.queries.reader_loading import (
    get_blast_placeholders as get_blast_placeholders,
)
from app.blasts.queries.results_audience import (
    fetch_results_recipients,
    iterate_results_recipients,
)
from app.blasts.queries.stand_in_numbers import fetch_stand_ins
from app.community import queries as community
from app.core.clock import now
from app.core.db import db
from app.core.fetched_rows import iterate_stored_rows
from app.domain.audiences.chosen_audience import ChosenAudience, ChosenPeople
from app.domain.delivery.blast_draft import BlastDraft
from app.domain.delivery.blast_outcomes import ResultsAudience
from app.domain.delivery.blast_rendering import (
    BlastRecipient,
    RenderedBlast,
    render_in_languages,
)
from app.domain.delivery.message_statuses import BlastTarget
from app.domain.delivery.second_numbers import skip_other_numbers
from app.domain.delivery.skip_reasons import SkipReason
from app.events.queries import events
from app.profiles.queries.other_phones import find_numbers_of_several, has_second_numbers

_SKIP_REASONS: dict[str | None, SkipReason | None] = {None: None}
_SKIP_REASONS |= {reason.value: reason for reason in SkipReason}


class BlastEventNotFound(Exception):
    """The event of a blast does not exist any more. It never becomes a blast to the community."""


class BlastListsNotFound(BlastEventNotFound):
    """Lists of a blast are gone: nobody gets it. `reason`: which, in words."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ExcludedListNotFound(BlastListsNotFound):
    """A list whose people are left out is gone: the blast waits for a person."""


def fetch_recipients(
    target: BlastTarget,
    event_id: int | None,
    registered_by: datetime | None = None,
    people_of: ChosenPeople | None = None,
    leaves_at: datetime | None = None,
) -> list[BlastRecipient]:
    """Return everybody in an audience now, with why some are skipped.

    `registered_by`: of a reminder; whoever registered for the event after this moment (UTC) is
    left out. `people_of`: the people of other lists or of an earlier blast instead. `leaves_at`:
    when they are texted (UTC, default now), for the limits of one person. Of a person's numbers
    one is left (skip_other_numbers()), or another one where those are invalid. Raises
    BlastEventNotFound.
    """
    if isinstance(people_of, ResultsAudience):
        recipients = fetch_results_recipients(people_of)
    else:
        audience = _select_audience(target, event_id, people_of, registered_by)
        recipients = _fill_in_names(_fetch_recipients(audience), people_of)
    numbers = find_numbers_of_several()
    # A reminder is late for some, and who got an earlier blast may be no contact any more: that is
    # not known of an invalid number.
    if numbers and registered_by is None and not isinstance(people_of, ResultsAudience):
        recipients += fetch_stand_ins(recipients, numbers, people_of, event_id)
    # A reminder is sent to whoever had as many texts as a blast may add to.
    if registered_by is None:
        recipients = skip_people_at_limit(recipients, leaves_at or now())
    return skip_other_numbers(recipients, numbers) if numbers else recipients


def fetch_reader_phones(
    target: BlastTarget,
    event_id: int | None,
    registered_by: datetime | None = None,
    people_of: ChosenPeople | None = None,
) -> list[str]:
    """Return the numbers of everybody who gets a text to an audience now, in no order.

    Without names and reasons 100,000 take 75 ms, not 300. The arguments are those of
    fetch_recipients(), whose limits for one person are left out. Raises BlastEventNotFound.
    """
    if isinstance(people_of, ResultsAudience) or has_second_numbers():
        people = fetch_recipients(target, event_id, registered_by, people_of)
        return [person.phone for person in people if person.skip_reason is None]
    audience = _select_audience(target, event_id, people_of, registered_by)
    _, phone, reason = audience.selected_columns
    statement = audience.with_only_columns(phone, maintain_column_froms=True)
    rows = db.session.connection().execute(statement.where(reason.is_(None)).order_by(None))
    return [phone for (phone,) in rows]


def render_draft(draft: BlastDraft) -> RenderedBlast:
    """Return who would get what of a draft. Raises BlastEventNotFound and FieldNotTextable."""
    recipients = fetch_recipients(
        draft.target, draft.event_id, people_of=draft.people_of, leaves_at=draft.send_at
    )
    texts = build_language_texts(
        draft.body,
        draft.footer,
        draft.translations,
        draft.target,
        draft.event_id,
        draft.send_at,
    )
    blast = render_in_languages(
        recipients,
        texts,
        load_blast_readers(recipients, draft.translations, draft.send_at),
        plain_names=draft.plain_names,
        filling=load_filling(recipients, draft.body, *draft.translations.values()),
    )
    return skip_outside_hours(draft, blast)


def find_recipient(
    target: BlastTarget,
    event_id: int | None,
    people_of: ChosenPeople | None,
    position: int,
) -> BlastRecipient | None:
    """Return the person at `position`, from 0, among those who get the text.

    Only of people whom the user who asks reaches.
    """
    reached = load_reached_phones()
    is_listed = has_second_numbers() or limits_people() or reached is not None
    if isinstance(people_of, ResultsAudience) or is_listed:
        people = _iterate_fetched(target, event_id, people_of)
        readers = (person for person in people if not person.skip_reason)
        if reached is not None:
            readers = (person for person in readers if person.phone in reached)
        return next(islice(readers, position, None), None)
    audience = _select_audience(target, event_id, people_of)
    skip_reason = audience.selected_columns[2]
    row = db.session.execute(
        audience.where(skip_reason.is_(None)).offset(position).limit(1)
    ).first()
    return BlastRecipient(_get_name(row[0], row[1], people_of), row[1], None) if row else None


def _fill_in_names(
    recipients: list[BlastRecipient], people_of: ChosenAudience | None
) -> list[BlastRecipient]:
    """Return them with the names of a draft's own people, where no list has a name."""
    if people_of is None or not people_of.people:
        return recipients
    names = dict(people_of.people)
    return [person._replace(name=person.name or names.get(person.phone)) for person in recipients]


def _get_name(name: str | None, phone: str, people_of: ChosenAudience | None) -> str | None:
    if name or people_of is None:
        return name
    return dict(people_of.people).get(phone)


def iterate_recipient_rows(
    target: BlastTarget, event_id: int | None, people_of: ChosenPeople | None, *, has_names: bool
) -> Iterator[tuple[str | None, str, str | None]]:
    """Yield (name, phone, skip reason) of everybody in an audience now, as fetch_recipients() does.

    100,000 take half as long, as they are never in memory together. `has_names`: False where no
    text needs them. Raises BlastEventNotFound.
    """
    is_listed = has_second_numbers() or limits_people()
    if isinstance(people_of, ResultsAudience) or is_listed or (people_of and people_of.people):
        return iter(fetch_recipients(target, event_id, people_of=people_of))
    audience = _select_audience(target, event_id, people_of)
    if not has_names:
        _, phone, reason = audience.selected_columns
        columns = (null(), phone, reason)
        audience = audience.with_only_columns(*columns, maintain_column_froms=True).order_by(None)
    return iterate_stored_rows(audience)


def _iterate_fetched(
    target: BlastTarget, event_id: int | None, people_of: ChosenPeople | None
) -> Iterable[BlastRecipient]:
    # Of the people of an earlier blast only those up to the one that is shown are read.
    is_by_number = has_second_numbers() or limits_people()
    if isinstance(people_of, ResultsAudience) and not is_by_number:
        return iterate_results_recipients(people_of)
    return fetch_recipients(target, event_id, people_of=people_of)


def _select_audience(
    target: BlastTarget,
    event_id: int | None,
    chosen: ChosenAudience | None,
    registered_by: datetime | None = None,
) -> Any:
    """Return a Select of (name, phone, skip reason), whose row type differs by audience."""
    if chosen is not None:
        return _select_chosen_audience(chosen)
    if target == BlastTarget.COMMUNITY:
        return community.select_community_audience()
    if event_id is None or events.find_event(event_id) is None:
        raise BlastEventNotFound
    return events.select_event_audience(event_id, registered_by)


def _select_chosen_audience(chosen: ChosenAudience) -> Any:
    try:
        return select_audience_recipients(chosen)
    except ExclusionGone as error:
        raise ExcludedListNotFound(_describe_gone(chosen, error)) from None
    except AudienceGone as error:
        raise BlastListsNotFound(_describe_gone(chosen, error)) from None


def _describe_gone(chosen: ChosenAudience, error: AudienceGone) -> str:
    """Return "“Choir” is archived or deleted", of the first list that is gone."""
    (part, *_) = error.parts
    return describe_gone_part(part, chosen.names.get(part) or chosen.name_part(part))


def _fetch_recipients(audience: Any) -> list[BlastRecipient]:
    # The reasons are read as text: SQLAlchemy's conversion takes 3 µs a row, four times the SQL.
    rows = iterate_stored_rows(audience)
    return [BlastRecipient(name, phone, _SKIP_REASONS[reason]) for name, phone, reason in rows]

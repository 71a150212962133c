"""The people of an earlier blast as the audience of a new one: "Text the 7 who did not answer"."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.core.db import db
from app.core.fetched_rows import count_rows
from app.core.user_names import name_user
from app.delivery.models import MessageLog
from app.delivery.queries.admin_audiences import find_audience_sentences
from app.delivery.queries.blast_records import find_blast_log, find_blast_logs
from app.delivery.queries.outcome_recipients import select_results_audience
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.accounts.roles import Role
from app.domain.delivery.blast_labels import describe_audience, describe_test_phone, name_blast
from app.domain.delivery.blast_outcomes import BlastOutcome, ResultsAudience, describe_outcome
from app.domain.delivery.blast_rendering import BlastRecipient
from app.domain.delivery.skip_reasons import SkipReason
from app.domain.texts.whole_numbers import parse_id
from app.events.queries.contact_names import find_display_names
from app.profiles.queries.other_phones import list_other_phones

# Each phone is a bound value of the statement that looks up names.
PHONES_PER_LOOKUP = 500


@dataclass(frozen=True)
class ResultsAudienceLabel:
    """An audience of this kind in words: the address bar's values, its label, how many they are."""

    audience: ResultsAudience
    label: str
    count: int


def parse_results_audience(log_id_text: str, outcome_text: str) -> ResultsAudience | None:
    """Return the audience that an address or a form names; None for what does not exist."""
    log_id = parse_id(log_id_text)
    if log_id is None or outcome_text not in set(BlastOutcome) or not find_blast_log(log_id):
        return None
    return ResultsAudience(log_id, BlastOutcome(outcome_text))


def get_stored_audience(log_id: int | None, outcome: str | None) -> ResultsAudience | None:
    """Return the audience that a stored blast names; None for the community or an event."""
    if log_id is None or outcome is None:
        return None
    return ResultsAudience(log_id, BlastOutcome(outcome))


def describe_results_audience(audience: ResultsAudience) -> ResultsAudienceLabel | None:
    """Return the label for the compose page and the review; None when the blast is gone."""
    log = find_blast_log(audience.log_id)
    if log is None:
        return None
    count = count_results_people(audience)
    label = describe_outcome(audience.outcome, name_blast(log), count)
    return ResultsAudienceLabel(audience, label, count)


def describe_blast_audience(
    blast: MessageLog | ScheduledMessage,
    event_title: str | None = None,
    reader: str | None = None,
    *,
    role: Role,
) -> str:
    """Return whom a blast is or was for; `event_title`: of its event, None where it was deleted.

    `reader`: the user who reads it, whose own phone is "Your phone" in a test. `role`: theirs.
    """
    audience_ids = [blast.audience_id] if blast.audience_id else []
    sentences = find_audience_sentences(audience_ids, role) if audience_ids else {}
    earlier = _find_earlier_blast(blast)
    return _describe_audience(blast, earlier, sentences, event_title, reader)


def describe_blast_audiences(
    blasts: Sequence[MessageLog | ScheduledMessage],
    event_titles: Mapping[int, str | None],
    role: Role,
) -> dict[int, str]:
    """Return the same of each blast on a page, by its id, in a statement or two for all of them.

    `event_titles`: of their events, by the ids of the blasts.
    """
    log_ids = {blast.audience_log_id for blast in blasts if blast.audience_log_id}
    earlier_blasts = find_blast_logs(log_ids)
    audience_ids = {blast.audience_id for blast in blasts if blast.audience_id}
    sentences = find_audience_sentences(audience_ids, role) if audience_ids else {}
    audiences = {}
    for blast in blasts:
        earlier = earlier_blasts.get(blast.audience_log_id or 0)
        title = event_titles.get(blast.id)
        audiences[blast.id] = _describe_audience(blast, earlier, sentences, title, None)
    return audiences


def _find_earlier_blast(blast: MessageLog | ScheduledMessage) -> MessageLog | None:
    return find_blast_log(blast.audience_log_id) if blast.audience_log_id else None


def _describe_audience(
    blast: MessageLog | ScheduledMessage,
    earlier: MessageLog | None,
    sentences: Mapping[int, str],
    event_title: str | None,
    reader: str | None,
) -> str:
    """Return whom one blast is for, in words, as lists of blasts show it."""
    if blast.test_mode:
        is_own = bool(reader) and blast.created_by == reader
        owner = "" if is_own else name_user(blast.created_by)
        return describe_test_phone(owner, getattr(blast, "tested_as", None), is_own=is_own)
    if blast.audience_id is not None:
        return sentences[blast.audience_id]
    if earlier is None or blast.audience_outcome is None:
        return describe_audience(blast.target, event_title)
    return describe_outcome(blast.audience_outcome, name_blast(earlier))


def count_results_people(audience: ResultsAudience) -> int:
    """Return how many people the audience has, whoever may be texted or not."""
    people = select_results_audience(audience.log_id, audience.outcome).order_by(None).subquery()
    return count_rows(people)


def fetch_results_recipients(audience: ResultsAudience) -> list[BlastRecipient]:
    """Return the people as their contacts are named now; who is no contact any more is skipped."""
    return list(iterate_results_recipients(audience))


def iterate_results_recipients(audience: ResultsAudience) -> Iterator[BlastRecipient]:
    """Yield the same people. Whoever wants the first of them has only some hundreds read."""
    rows = db.session.execute(select_results_audience(audience.log_id, audience.outcome))
    with rows:
        for page in rows.partitions(PHONES_PER_LOOKUP):
            names = _find_contact_names([phone for _, phone, _ in page])
            for stored_name, phone, reason in page:
                skip_reason = SkipReason(reason) if reason else None
                if phone not in names:
                    skip_reason = skip_reason or SkipReason.NOT_A_CONTACT
                name = names.get(phone) or stored_name
                yield BlastRecipient(name, phone, skip_reason)


def _find_contact_names(phones: Sequence[str]) -> dict[str, str | None]:
    """Return the contacts among these phones with their names.

    A second number is in no list: its person is a contact by another number.
    """
    names = dict(find_display_names(phones))
    for phone in phones:
        other_phones = list_other_phones(phone) if phone not in names else []
        names_of_person = find_display_names(other_phones) if other_phones else {}
        if names_of_person:
            names[phone] = next(filter(None, names_of_person.values()), None)
    return names

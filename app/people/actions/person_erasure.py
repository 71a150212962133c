"""A person asked to be erased: everything that names them goes, what was counted stays."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.accounts.actions.own_phone import erase_phone as erase_phone_in_accounts
from app.audit.actions import erase_phone as erase_phone_in_audit
from app.blasts.actions.draft_storage import erase_phone as erase_phone_in_drafts
from app.check_ins.actions import moved_check_ins
from app.community.actions import erase_phone as erase_phone_in_community
from app.core.sql import overwrite_deleted
from app.delivery.actions import erasure as delivery
from app.delivery.queries.phone_texts import is_text_being_sent
from app.domain.phones.phone_erasure import PhoneErasure, generate_erasure_mark
from app.events.actions import erasure as events
from app.groups.actions.memberships import erase_phone as erase_phone_in_groups
from app.groups.queries.group_records import list_folded_names
from app.imports.actions import erasure as imports
from app.inbox.actions import erasure as inbox
from app.people.actions import person_notes
from app.profiles.actions import erasure as profiles
from app.profiles.queries.other_phones import list_other_phones
from app.sequences.actions import erasure as sequences
from app.suppression.actions import erased_numbers
from app.suppression.actions import erasure as suppression
from app.suppression.actions.kept_topic_leaves import keep_leaves_of_erased
from app.suppression.queries.left_topics import list_left_topics
from app.suppression.queries.sending_permission import has_opted_out, is_paused
from app.suppression.queries.stop_questions import find_open_stop_question
from app.surveys.actions import erasure as surveys
from app.trash.actions.forgetting import erase_phone as erase_phone_in_trash
from app.webhooks.actions import erasure as webhooks

# One function of each feature that keeps numbers, names or words of a person. (docs/schema.md
# says what is kept and why.) The callbacks come before the texts, for they are found by the
# texts' number; the search of the inbox comes after the texts, for their new words change it.
ERASERS: tuple[Callable[[PhoneErasure], dict[str, int]], ...] = (
    webhooks.erase_phone,
    surveys.erase_phone,
    delivery.erase_phone,
    erase_phone_in_drafts,
    suppression.erase_phone,
    erase_phone_in_community,
    erase_phone_in_groups,
    events.erase_phone,
    person_notes.erase_phone,
    moved_check_ins.erase_phone,
    sequences.erase_phone,
    imports.erase_phone,
    inbox.erase_phone,
    erase_phone_in_accounts,
    erase_phone_in_audit,
    erase_phone_in_trash,
    # Last: a row that is inserted with a number makes that number known again.
    profiles.erase_phone,
)


class TextBeingSent(Exception):
    """A text to them is being handed over at this moment: nothing was erased, try again in a
    minute.
    """


@dataclass(frozen=True)
class EmbeddedMentions:
    """Where a number stands inside other text, which only reading finds."""

    webhook_event_ids: list[int]
    details_by_log_id: dict[int, str]
    imports: imports.ImportMentions


@dataclass(frozen=True)
class PersonErasureResult:
    """The mark that replaces the number from now on, and how many rows changed, by table."""

    mark: str
    row_counts: dict[str, int]


def find_embedded_mentions(phone: str) -> EmbeddedMentions:
    """Return where a number stands inside callbacks, old results, samples and rows of imports.

    Reads the callbacks of 30 days and every row that an import could not read: before write(),
    for it may take seconds.
    """
    return EmbeddedMentions(
        webhooks.find_phone_mentions(phone),
        delivery.find_phone_mentions(phone),
        imports.find_phone_mentions(phone),
    )


def erase_all_numbers(
    mentions_by_phone: Mapping[str, EmbeddedMentions], username: str, moment: datetime
) -> list[str]:
    """Erase a person with all their numbers; return the marks that replace these.

    Inside write(). Raises TextBeingSent: then nothing was erased.
    """
    # Before the first one is erased: what one number said holds for all of them.
    _keep_left_topics(list(mentions_by_phone))
    stopped = {phone for phone in mentions_by_phone if _wants_perhaps_no_texts(phone)}
    results = [
        erase_person_data(phone, mentions, username, moment, said_stop=phone in stopped)
        for phone, mentions in mentions_by_phone.items()
    ]
    return [result.mark for result in results]


def erase_person_data(
    phone: str,
    mentions: EmbeddedMentions,
    username: str,
    moment: datetime,
    *,
    said_stop: bool = False,
) -> PersonErasureResult:
    """Erase everything that names somebody by one of their numbers.

    `said_stop`: whether they had opted out by another one.

    Inside write(), all of it in one transaction. Texts that wait are cancelled; logs keep their
    rows, counts and states; whether they had opted out is kept as a hash. The freed pages of the
    file are overwritten. Raises TextBeingSent.
    """
    if is_text_being_sent(phone):
        raise TextBeingSent
    said_stop = said_stop or _wants_perhaps_no_texts(phone)
    _keep_left_topics([phone])
    erasure = PhoneErasure(phone, generate_erasure_mark(), username, moment)
    row_counts: dict[str, int] = {}
    with overwrite_deleted():
        for erase_phone in ERASERS:
            row_counts |= erase_phone(erasure)
        _erase_mentions(mentions)
    erased_numbers.record_erased_number(phone, said_stop=said_stop, by=username)
    return PersonErasureResult(erasure.mark, row_counts)


def _keep_left_topics(phones: Sequence[str]) -> None:
    """Keep as hashes which topics the person of these numbers had left by any of them."""
    group_ids = [left.group_id for phone in phones for left in list_left_topics(phone)]
    keep_leaves_of_erased(phones, list_folded_names(group_ids))


def _wants_perhaps_no_texts(phone: str) -> bool:
    """Whether they said STOP by any number of today, perhaps did, or paused.

    Nobody can ask them any more, and when their pause would end is not kept.
    """
    return any(map(_has_perhaps_opted_out, [phone, *list_other_phones(phone)]))


def _has_perhaps_opted_out(phone: str) -> bool:
    if has_opted_out(phone) or is_paused(phone):
        return True
    return find_open_stop_question(phone) is not None


def _erase_mentions(mentions: EmbeddedMentions) -> None:
    webhooks.erase_phone_mentions(mentions.webhook_event_ids)
    delivery.erase_phone_mentions(mentions.details_by_log_id)
    imports.erase_phone_mentions(mentions.imports)

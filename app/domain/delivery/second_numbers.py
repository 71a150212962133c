"""People with several numbers: one text a person, and a second number after a refusal for good."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from app.domain.delivery.blast_rendering import BlastRecipient
from app.domain.delivery.carrier_error_codes import Blame, CarrierErrorCode
from app.domain.delivery.skip_reasons import SkipReason

# Receipts tell within minutes that a number does not exist; after hours the same text may come too
# late for what it says, and in the middle of the night.
MAX_FALLBACK_DELAY = timedelta(hours=4)
# The phone or its carrier blocks the text: it may be the person who does not want it.
BLOCKED_CODE = 30004
# What holds for a person, whichever of their numbers it came from.
PERSONAL_SKIP_REASONS = (
    SkipReason.SAID_STOP,
    SkipReason.MAYBE_STOP,
    SkipReason.PAUSED,
    SkipReason.LEFT_TOPIC,
    SkipReason.NOT_COMING,
    SkipReason.DAY_LIMIT,
    SkipReason.WEEK_LIMIT,
)


class PersonNumber(NamedTuple):
    """Whose number it is, and how it ranks among theirs: the lowest is texted first.

    `is_landline`: as the person says; it is texted where it is the only one there.
    """

    person_id: int
    rank: int
    is_landline: bool = False


def is_permanent_refusal(error_code: CarrierErrorCode, *, is_dead: bool) -> bool:
    """Whether no text will ever reach the number.

    `is_dead`: the failures of the number have just made it an invalid one, as a phone that is off
    for weeks. Doubt, opt-outs, blocked texts and faults of the sender are no such refusal.
    """
    if error_code.code == BLOCKED_CODE or error_code.blame is Blame.CONSENT:
        return False
    return is_dead or error_code.blame is Blame.NUMBER


def is_too_late_for_fallback(submitted_at: datetime | None, moment: datetime) -> bool:
    """Whether a refusal at `moment` comes too long after the text was handed over (UTC)."""
    return submitted_at is None or moment - submitted_at > MAX_FALLBACK_DELAY


def skip_other_numbers(
    recipients: Iterable[BlastRecipient], numbers: Mapping[str, PersonNumber]
) -> list[BlastRecipient]:
    """Skip all but one number of each person, the best-ranked one that may be texted.

    `numbers`: the numbers of people who have several. What such a person said by one number
    (PERSONAL_SKIP_REASONS) skips their others too.
    """
    listed = list(recipients)
    chosen = _choose_numbers(listed, numbers)
    return [_skip_unless_chosen(recipient, numbers, chosen) for recipient in listed]


def list_stand_ins(
    recipients: Iterable[BlastRecipient], numbers: Mapping[str, PersonNumber]
) -> dict[str, str | None]:
    """Return the numbers of people all of whose listed numbers are invalid, with their names.

    Only numbers that are not listed and no landlines, the best-ranked first.
    """
    listed_phones: set[str] = set()
    names: dict[int, str | None] = {}
    # People of whom a number is listed that may be texted, or is skipped for another reason.
    excluded_ids: set[int] = set()
    for recipient in recipients:
        number = numbers.get(recipient.phone)
        if number is None:
            continue
        listed_phones.add(recipient.phone)
        names[number.person_id] = recipient.name
        if recipient.skip_reason is not SkipReason.NUMBER_DEAD:
            excluded_ids.add(number.person_id)
    ranked = sorted(numbers.items(), key=lambda item: (item[1].rank, item[0]))
    stand_ins: dict[str, str | None] = {}
    for phone, number in ranked:
        if number.person_id in excluded_ids or number.person_id not in names:
            continue
        if phone not in listed_phones and not number.is_landline:
            stand_ins[phone] = names[number.person_id]
    return stand_ins


def _choose_numbers(
    recipients: Iterable[BlastRecipient], numbers: Mapping[str, PersonNumber]
) -> dict[int, str | SkipReason]:
    """Return the number of each person that is texted, or why none of them is."""
    chosen: dict[int, str | SkipReason] = {}
    listed = [recipient for recipient in recipients if recipient.phone in numbers]
    # A number may be listed twice, as of a family at an event; skipped once, it is skipped.
    skipped_phones = {recipient.phone for recipient in listed if recipient.skip_reason}
    for recipient in sorted(listed, key=lambda row: _rank(row, numbers)):
        person_id = numbers[recipient.phone].person_id
        if recipient.skip_reason in PERSONAL_SKIP_REASONS:
            if not isinstance(chosen.get(person_id), SkipReason):
                chosen[person_id] = recipient.skip_reason
        elif recipient.phone not in skipped_phones:
            chosen.setdefault(person_id, recipient.phone)
    return chosen


def _rank(recipient: BlastRecipient, numbers: Mapping[str, PersonNumber]) -> tuple[bool, int, str]:
    number = numbers[recipient.phone]
    return number.is_landline, number.rank, recipient.phone


def _skip_unless_chosen(
    recipient: BlastRecipient,
    numbers: Mapping[str, PersonNumber],
    chosen: Mapping[int, str | SkipReason],
) -> BlastRecipient:
    number = numbers.get(recipient.phone)
    if number is None or recipient.skip_reason is not None:
        return recipient
    # None: the number is listed once more and skipped there.
    choice = chosen.get(number.person_id, recipient.phone)
    if isinstance(choice, SkipReason):
        return recipient._replace(skip_reason=choice)
    if choice == recipient.phone:
        return recipient
    return recipient._replace(skip_reason=SkipReason.OTHER_NUMBER)

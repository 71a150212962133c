"""Whether a person may be texted: what the card on their page says, and by which number."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.delivery.skip_reasons import SKIP_REASON_LABELS, SkipReason
from app.people.queries.person_records import PersonRecord
from app.profiles.queries.person_lookup import PersonProfile
from app.suppression.models import StopQuestion
from app.suppression.queries.sending_permission import find_suppression_reason
from app.suppression.queries.stop_questions import find_open_stop_question
from app.suppression.queries.suppression_entries import (
    SuppressionEntry,
    find_suppression_entries_by_phone,
)

REASONS_BY_STRENGTH = (SkipReason.SAID_STOP, SkipReason.NUMBER_DEAD, SkipReason.PAUSED)


@dataclass(frozen=True)
class TextPermission:
    """Whether the first number of a person gets texts.

    `skip_reason`: why not, or None. `entries` of the do-not-text list say so, or the `question`
    whether a text meant STOP; both are of the number `said_by`, which may be another one of theirs.
    """

    skip_reason: SkipReason | None
    entries: Sequence[SuppressionEntry]
    question: StopQuestion | None
    said_by: str

    @property
    def advice(self) -> str:
        """What to do about it, in words."""
        return SKIP_REASON_LABELS[self.skip_reason][1] if self.skip_reason else ""

    @property
    def is_owner_only(self) -> bool:
        """Whether only they can take it back, by text."""
        return any(entry.is_owner_only for entry in self.entries)


def find_text_permission(phone: str, person: PersonProfile, record: PersonRecord) -> TextPermission:
    """Return whether this number of a person gets texts, and what keeps it from that."""
    entries = _find_entries(phone, record)
    if entries:
        strongest = min((entry.why for entry in entries), key=REASONS_BY_STRENGTH.index)
        return TextPermission(strongest, entries, None, phone)
    reason = find_suppression_reason(phone)
    if reason is None:
        return TextPermission(None, [], None, phone)
    other_phones = [other.phone for other in person.current_phones if other.phone != phone]
    for said_by in (phone, *other_phones):
        # What was said by one number holds for all.
        entries = [entry for entry in _find_entries(said_by, record) if entry.why is reason]
        question = find_open_stop_question(said_by) if reason is SkipReason.MAYBE_STOP else None
        if entries or question:
            return TextPermission(reason, entries, question, said_by)
    return TextPermission(reason, [], None, phone)


def _find_entries(phone: str, record: PersonRecord) -> Sequence[SuppressionEntry]:
    if not record.may_be_on_do_not_text_list:
        return []
    return find_suppression_entries_by_phone(phone)

"""What the page of a person says of their numbers, and who may be the same person."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.community.queries import find_member
from app.domain.delivery.skip_reasons import SkipReason
from app.domain.phones.landlines import is_landline_number
from app.people.forms import PHONE_KIND_LABELS, AddedNumberForm
from app.people.queries.person_records import PersonRecord
from app.people.queries.same_people import SamePersonCandidate, find_same_person_candidates
from app.profiles.models import PhoneKind
from app.profiles.queries.person_lookup import PersonProfile, PhoneRecord
from app.suppression.queries.sending_permission import find_suppression_reason


@dataclass(frozen=True)
class NumberLine:
    """A number of a person. `skip_reason`: why it gets no texts, asked where there are several."""

    record: PhoneRecord
    kind: str
    skip_reason: SkipReason | None

    @property
    def is_landline(self) -> bool:
        """Whether texts rarely arrive there."""
        is_called_landline = self.record.kind is PhoneKind.LANDLINE
        return is_called_landline or is_landline_number(self.record.phone)


@dataclass(frozen=True)
class NumberCard:
    """The numbers of a person: those of today by rank, and those they had before."""

    current: Sequence[NumberLine]
    former: Sequence[PhoneRecord]
    candidates: Sequence[SamePersonCandidate]
    form: AddedNumberForm

    @property
    def textable_line(self) -> NumberLine | None:
        """The next of their other numbers that gets texts, or None."""
        return next((line for line in self.current[1:] if line.skip_reason is None), None)

    @property
    def first_unagreed(self) -> NumberLine | None:
        """The next of their other numbers to which they have not agreed to get texts."""
        unagreed = [line for line in self.current[1:] if line.skip_reason is SkipReason.NO_CONSENT]
        return unagreed[0] if unagreed else None


def build_number_card(
    person: PersonProfile, record: PersonRecord, form: AddedNumberForm | None
) -> NumberCard:
    """Return what the card of a person's numbers shows."""
    lines = []
    has_several = len(person.current_phones) > 1
    for phone_record in person.current_phones:
        reason = find_suppression_reason(phone_record.phone) if has_several else None
        lines.append(NumberLine(phone_record, PHONE_KIND_LABELS[phone_record.kind.value], reason))
    return NumberCard(
        lines,
        person.former_phones,
        find_same_person_candidates(person, record.names),
        form or AddedNumberForm(formdata=None),
    )


def find_member_phone(person: PersonProfile, record: PersonRecord) -> str | None:
    """Return the number by which a person is in the community, or their first one."""
    if record.member is None or len(person.phones) == 1:
        return person.phone
    member = find_member(record.member.id)
    return member.phone if member else person.phone

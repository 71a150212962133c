"""What the next step of a sequence would come to, by the code that sends it; nothing is stored."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from app.domain.delivery.blast_rendering import RenderedText
from app.domain.delivery.skip_reasons import SkipReason
from app.domain.quiet_hours.text_purposes import TextPurpose
from app.domain.sequences.sequence_states import SequenceStopReason
from app.profiles.queries.other_phones import find_numbers_of_several
from app.sequences.actions.person_changes import PersonChange, load_step_plan
from app.sequences.actions.slice_planning import SlicePlanner
from app.sequences.actions.step_rendering import count_step_segments
from app.sequences.models import Sequence as SequenceRow
from app.sequences.progress_models import HAND_KEY
from app.sequences.queries.due_people import (
    DuePerson,
    DueSlice,
    count_due_people,
    load_due_slice,
)
from app.sequences.queries.sequence_faults import find_content_fault
from app.sequences.queries.sequence_records import list_steps

# Of more people the figures are those of so many, multiplied: planning these takes half a second.
MAX_REHEARSED = 5_000


@dataclass(frozen=True)
class Rehearsal:
    """How many people would get a step, and why others would not.

    `due_at`: when; `held_count` of them later, in their texting hours, the first at `held_until`.
    `texts` are multiplied by `scale`. `reasons` are SkipReason, StepSkipReason and
    SequenceStopReason values with their people. `fault`: why nothing would be sent, as a sentence.
    """

    due_at: datetime
    texts: Sequence[RenderedText] = ()
    scale: float = 1.0
    held_count: int = 0
    held_until: datetime | None = None
    without_money: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    later_segments: int = 0
    fault: str = ""

    @property
    def text_count(self) -> int:
        """How many people get the step."""
        return round(len(self.texts) * self.scale)

    @property
    def segments(self) -> int:
        """The segments of the step."""
        return round(sum(text.segments for text in self.texts) * self.scale)

    @property
    def is_estimate(self) -> bool:
        """Whether the counts are those of some of the people, multiplied."""
        return self.scale > 1


def rehearse_adding(
    sequence: SequenceRow, phones: Iterable[str], phones_in_it: Collection[str], moment: datetime
) -> Rehearsal | None:
    """Return what the first step would come to for people who are added at a moment.

    `phones_in_it`: who is in it already and goes on. None for no one, or a sequence without steps.
    """
    steps = load_step_plan(sequence, list_steps(sequence.id), moment)
    new_phones = sorted(set(phones) - set(phones_in_it))
    second_phones = _find_second_phones(new_phones, phones_in_it)
    added_phones = [phone for phone in new_phones if phone not in second_phones]
    sampled_phones = added_phones[:: len(added_phones) // MAX_REHEARSED + 1]
    people = [
        steps.enter(_build_person(sequence, number, phone, moment))
        for number, phone in enumerate(sampled_phones)
    ]
    if not people or people[0].step_id is None:
        return None
    due = DueSlice(sequence, steps.steps, people, sequence.revision)
    rehearsal = _rehearse(due, len(added_phones), max(people[0].next_at, moment))
    seconds = Counter({SequenceStopReason.OTHER_NUMBER.value: len(second_phones)})
    later_segments = _count_later_segments(due, rehearsal) if rehearsal.texts else 0
    return replace(
        rehearsal,
        reasons=rehearsal.reasons + seconds,
        later_segments=round(later_segments * rehearsal.scale),
    )


def rehearse_resuming(sequence: SequenceRow, moment: datetime) -> Rehearsal | None:
    """Return what is sent as soon as a sequence is switched on; None where nothing is due."""
    due = load_due_slice(sequence.id, moment, MAX_REHEARSED)
    if due is None or not due.people:
        return None
    steps = load_step_plan(sequence, due.steps, moment)
    entered = list(map(steps.enter, due.people))
    # Whose first step comes later is not texted yet.
    people = [person for person in entered if person.step_id and person.next_at <= moment]
    if not people:
        return None
    all_count = count_due_people(sequence.id, moment)
    people_count = round(all_count * len(people) / len(due.people))
    return _rehearse(replace(due, people=people), people_count, moment)


def _build_person(sequence: SequenceRow, number: int, phone: str, moment: datetime) -> DuePerson:
    # No row has such an id.
    return DuePerson(-1 - number, phone, HAND_KEY, sequence.event_id, moment, None, 0, None, moment)


def _find_second_phones(phones: Sequence[str], phones_in_it: Collection[str]) -> set[str]:
    """Return the numbers whose person gets the steps at another one, which was in it first."""
    numbers = find_numbers_of_several()
    person_ids = {numbers[phone].person_id for phone in numbers.keys() & set(phones_in_it)}
    second_phones = set()
    for phone in phones:
        if phone in numbers and numbers[phone].person_id in person_ids:
            second_phones.add(phone)
        elif phone in numbers:
            person_ids.add(numbers[phone].person_id)
    return second_phones


def _rehearse(due: DueSlice, people_count: int, due_at: datetime) -> Rehearsal:
    """Return what the next step comes to for so many people, of whom a slice has some or all."""
    if fault := find_content_fault(due):
        return Rehearsal(due_at, fault=fault)
    planner = SlicePlanner(due, due_at)
    # Outside its hours a text is made later: it is counted, with the time.
    judge, planner.judge = planner.judge, None
    changes = planner.plan()
    texts = [change.send.text for change in changes if change.send and change.send.text]
    holds = [judge.find_hold(text.phone, TextPurpose.REMINDER) for text in texts] if judge else []
    ends = [hold.until for hold in holds if hold is not None and hold.until > due_at]
    reasons = Counter(reason for reason in map(_find_reason, changes) if reason is not None)
    scale = people_count / len(due.people)
    return Rehearsal(
        due_at,
        texts=texts,
        scale=scale,
        held_count=round(len(ends) * scale),
        held_until=min(ends, default=None),
        without_money=round((len(due.people) - len(changes)) * scale),
        reasons=Counter({reason: round(count * scale) for reason, count in reasons.items()}),
    )


def _find_reason(change: PersonChange) -> str | None:
    """Return why a person gets no text of this step, None where they do or it is not their turn."""
    if change.stop_reason is not None:
        return change.stop_reason.value
    if change.send is not None:
        return change.send.skip_reason
    # Only an open question about an opt-out puts a step off that is due.
    is_put_off = change.step_id == change.person.step_id and change.next_at is not None
    return SkipReason.MAYBE_STOP.value if is_put_off else None


def _count_later_segments(due: DueSlice, rehearsal: Rehearsal) -> int:
    """Return the segments of the steps after the first, each once, for whom the first is made."""
    first = due.people[0]
    phones = [text.phone for text in rehearsal.texts]
    return sum(
        count_step_segments(step, due.sequence.footer, first.event_id, phones, rehearsal.due_at)
        for step in due.steps
        if step.is_on and step.id != first.step_id
    )

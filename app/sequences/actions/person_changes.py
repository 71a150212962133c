"""What one due person's way through a sequence becomes: the next step, a skip, or the end."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.domain.delivery.blast_rendering import RenderedText
from app.domain.sequences.sequence_states import (
    DAY_TRIGGERS,
    SequencePersonState,
    SequenceSendOutcome,
    SequenceStopReason,
    SequenceTrigger,
    StepSkipReason,
)
from app.domain.sequences.step_times import DAY_TIME, compute_repeat_time, compute_step_time
from app.domain.time.local_times import zone_or_utc
from app.organisation.queries import get_organisation_timezone
from app.sequences.models import Sequence as SequenceRow
from app.sequences.models import SequenceStep
from app.sequences.queries.due_people import DuePerson
from app.sequences.queries.sequence_records import find_step_positions

BEFORE_FIRST = -1


@dataclass(frozen=True)
class StepSend:
    """One step of one person: its text, or why it has none."""

    step_id: int
    repetition: int
    due_at: datetime
    skip_reason: str | None = None
    text: RenderedText | None = None
    template_version_id: int | None = None

    @property
    def outcome(self) -> SequenceSendOutcome:
        """Whether a text is made."""
        return SequenceSendOutcome.QUEUED if self.text else SequenceSendOutcome.SKIPPED


@dataclass(frozen=True)
class PersonChange:
    """The new state of one person, as it is stored, and what they get."""

    person: DuePerson
    state: SequencePersonState = SequencePersonState.ACTIVE
    stop_reason: SequenceStopReason | None = None
    step_id: int | None = None
    repetition: int = 0
    counts_from: datetime | None = None
    next_at: datetime | None = None
    ended_at: datetime | None = None
    send: StepSend | None = None


@dataclass(frozen=True)
class StepPlan:
    """The steps of a sequence in their order, and the clocks that they follow.

    `positions`: those of all steps by id, removed ones too.
    """

    steps: Sequence[SequenceStep]
    positions: dict[int, int]
    trigger_kind: SequenceTrigger
    zone: str
    moment: datetime

    def find_step(self, step_id: int | None) -> SequenceStep | None:
        """Return a step that is in use and on."""
        return next((step for step in self.steps if step.id == step_id and step.is_on), None)

    def compute_due_time(self, person: DuePerson, step: SequenceStep) -> datetime:
        """Return when a step of a person is due, as the sequence is now."""
        counts_from = person.counts_from or person.started_at
        delay_days = step.delay_days
        # From the second time on it follows itself, and not the step before.
        if person.repetition and step.repeat_days:
            delay_days = step.repeat_days
        clock = step.time_of_day
        begins_with_day = self.trigger_kind in DAY_TRIGGERS and not person.is_added_by_hand
        if clock is None and begins_with_day and counts_from == person.started_at:
            clock = DAY_TIME
        return compute_step_time(counts_from, delay_days, clock, self.zone)

    def find_planned_time(self, person: DuePerson, step: SequenceStep) -> datetime:
        """Return when a step was due at first: its reader's hours may have put it off since."""
        if person.counts_from is None:
            return person.next_at
        return min(person.next_at, self.compute_due_time(person, step))

    def enter(self, person: DuePerson) -> DuePerson:
        """Return a person who has just started as they wait for the first step; others as is."""
        if person.step_id is not None:
            return person
        change = self.begin(person)
        return person._replace(
            step_id=change.step_id,
            counts_from=change.counts_from,
            next_at=change.next_at or person.next_at,
        )

    def begin(self, person: DuePerson) -> PersonChange:
        """Return the change that puts a person before the first step."""
        return self._move_behind(person, BEFORE_FIRST, person.started_at)

    def postpone(self, person: DuePerson, until: datetime) -> PersonChange:
        """Return the change that lets a person wait for the same step."""
        return PersonChange(
            person,
            step_id=person.step_id,
            repetition=person.repetition,
            counts_from=person.counts_from,
            next_at=until,
        )

    def pass_over(self, person: DuePerson) -> PersonChange:
        """Return the change that leads past a step that is removed, off, or done for good."""
        position = self.positions.get(person.step_id or 0, BEFORE_FIRST)
        return self._move_behind(person, position, person.counts_from or person.started_at)

    def end_repeating(self, person: DuePerson, step: SequenceStep) -> PersonChange:
        """Return the change after what a step was repeated for has come about."""
        return self._move_behind(person, step.position, person.next_at)

    def finish_step(self, person: DuePerson, step: SequenceStep, send: StepSend) -> PersonChange:
        """Return the change after a step was sent or skipped: its repetition, or what follows."""
        counts_from = self._choose_base(person, send.skip_reason)
        if not step.repeat_days:
            change = self._move_behind(person, step.position, counts_from)
            return replace(change, send=send)
        next_at = compute_repeat_time(
            counts_from, step.repeat_days, step.time_of_day, self.zone, self.moment
        )
        return PersonChange(
            person,
            step_id=step.id,
            repetition=person.repetition + 1,
            counts_from=counts_from,
            next_at=next_at,
            send=send,
        )

    def stop(self, person: DuePerson, reason: SequenceStopReason) -> PersonChange:
        """Return the change that ends a sequence for a person before its last step."""
        return PersonChange(
            person,
            SequencePersonState.STOPPED,
            reason,
            counts_from=person.counts_from,
            ended_at=self.moment,
        )

    def _choose_base(self, person: DuePerson, skip_reason: str | None) -> datetime:
        """Return from when the next step counts: from the plan, or from now after a late text."""
        # The plan goes on from where it was, so that a pause delays nothing that is to come.
        if skip_reason == StepSkipReason.TOO_LATE:
            return person.next_at
        zone = zone_or_utc(self.zone)
        is_same_day = person.next_at.astimezone(zone).date() == self.moment.astimezone(zone).date()
        return person.next_at if is_same_day else self.moment

    def _move_behind(self, person: DuePerson, position: int, counts_from: datetime) -> PersonChange:
        step = next((step for step in self.steps if step.is_on and step.position > position), None)
        if step is None:
            return PersonChange(
                person,
                SequencePersonState.DONE,
                counts_from=counts_from,
                ended_at=self.moment,
            )
        next_person = person._replace(counts_from=counts_from, repetition=0)
        return PersonChange(
            person,
            step_id=step.id,
            counts_from=counts_from,
            next_at=self.compute_due_time(next_person, step),
        )


def load_step_plan(
    sequence: SequenceRow, steps: Sequence[SequenceStep], moment: datetime
) -> StepPlan:
    """Return the plan of a sequence with these steps in use, as it is at `moment` (UTC)."""
    zone = get_organisation_timezone()
    positions = find_step_positions(sequence.id)
    return StepPlan(steps, positions, sequence.trigger_kind, zone, moment)

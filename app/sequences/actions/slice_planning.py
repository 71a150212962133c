"""What becomes of the due people of one sequence: computed before anything is written."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.delivery.actions.text_holding import load_hold_judge
from app.domain.delivery.blast_rendering import RenderedText
from app.domain.delivery.message_statuses import MessageKind
from app.domain.delivery.skip_reasons import SkipReason
from app.domain.limits.allowances import Allowance
from app.domain.quiet_hours.hold_judge import HoldJudge
from app.domain.quiet_hours.text_purposes import TextPurpose
from app.domain.sequences.sequence_states import (
    SequenceStopReason,
    StepSkipReason,
)
from app.domain.sequences.step_times import is_too_late
from app.profiles.queries.other_phones import list_fallback_phones
from app.sending_limits.queries.limit_rules import load_limit_rules
from app.sending_limits.queries.present_allowance import load_allowance
from app.sequences.actions.person_changes import PersonChange, StepSend, load_step_plan
from app.sequences.actions.step_decisions import find_stop_reason
from app.sequences.actions.step_rendering import find_step_versions, render_step
from app.sequences.models import SequenceStep
from app.sequences.queries.condition_people import find_people_meeting
from app.sequences.queries.due_people import DuePerson, DueSlice
from app.sequences.queries.earlier_texts import EarlierTexts
from app.sequences.queries.slice_facts import load_slice_facts
from app.suppression.queries.sending_permission import find_suppression_reasons

# A possible opt-out is decided by a person, or by itself within a day.
MAYBE_STOP_WAIT = timedelta(minutes=15)


@dataclass(frozen=True)
class ReadyStep:
    """A step that one person gets now, at one of their numbers.

    `planned_at`: when it was due at first, before hours or a question put it off.
    """

    person: DuePerson
    step: SequenceStep
    phone: str
    planned_at: datetime


class SlicePlanner:
    """Decides about one slice. Its changes are stored only if nothing changed meanwhile."""

    def __init__(self, due: DueSlice, moment: datetime) -> None:
        self.due = due
        self.moment = moment
        self.steps = load_step_plan(due.sequence, due.steps, moment)
        self.facts = load_slice_facts(due)
        self.judge: HoldJudge | None = load_hold_judge(due.sequence.carrier, moment)
        self._met: dict[str, frozenset[int]] = {}

    def plan(self) -> list[PersonChange]:
        """Return one change for each person who does not wait for money."""
        changes: list[PersonChange] = []
        ready: list[ReadyStep] = []
        for person in self.due.people:
            decision = self._decide(person)
            if isinstance(decision, ReadyStep):
                ready.append(decision)
            else:
                changes.append(decision)
        return [*changes, *self._write_texts(ready)]

    def _decide(self, person: DuePerson) -> PersonChange | ReadyStep:
        if reason := find_stop_reason(person, self.due.sequence, self.facts, self.steps.zone):
            return self.steps.stop(person, reason)
        if person.step_id is None:
            return self.steps.begin(person)
        step = self.steps.find_step(person.step_id)
        is_over = step is None or (person.repetition and not step.repeat_days)
        if step is None or is_over or person.id in self.facts.sent_ids:
            return self.steps.pass_over(person)
        # Another time zone or delay since: it may be due later than it was planned.
        due_at = self.steps.compute_due_time(person, step)
        if due_at > self.moment:
            return self.steps.postpone(person, due_at)
        return self._decide_step(person, step)

    def _decide_step(self, person: DuePerson, step: SequenceStep) -> PersonChange | ReadyStep:
        if step.until_condition and self._meets(step.until_condition, person):
            return self.steps.end_repeating(person, step)
        if is_too_late(person.next_at, self.moment):
            return self._skip(person, step, StepSkipReason.TOO_LATE)
        if step.condition and not self._meets(step.condition, person):
            return self._skip(person, step, StepSkipReason.CONDITION)
        phone, reason = self._choose_number(person.phone)
        if reason is SkipReason.MAYBE_STOP:
            return self.steps.postpone(person, self.moment + MAYBE_STOP_WAIT)
        # None of their numbers works: the steps to come would not arrive either.
        if reason is SkipReason.NUMBER_DEAD:
            return self.steps.stop(person, SequenceStopReason.NUMBER_INVALID)
        if reason is not None:
            return self._skip(person, step, reason)
        # The text is made when its hours open: until then everything that happens still counts.
        hold = self.judge.find_hold(phone, TextPurpose.REMINDER) if self.judge else None
        if hold is not None and hold.until > self.moment:
            return self.steps.postpone(person, hold.until)
        return ReadyStep(person, step, phone, self.steps.find_planned_time(person, step))

    def _meets(self, condition: str, person: DuePerson) -> bool:
        # One statement for all people of the slice.
        if condition not in self._met:
            ids = find_people_meeting(condition, self.due.people, self.facts)
            self._met[condition] = frozenset(ids)
        return person.id in self._met[condition]

    def _choose_number(self, phone: str) -> tuple[str, SkipReason | None]:
        """Return the number to text, and why it must not be; of an invalid one the next."""
        reason = self.facts.reasons.get(phone)
        if reason is not SkipReason.NUMBER_DEAD:
            return phone, reason
        fallbacks = list_fallback_phones(phone)
        reasons = find_suppression_reasons(fallbacks) if fallbacks else {}
        textable = [number for number in fallbacks if number not in reasons]
        return (textable[0], None) if textable else (phone, reason)

    def _skip(
        self, person: DuePerson, step: SequenceStep, reason: SkipReason | StepSkipReason
    ) -> PersonChange:
        send = StepSend(step.id, person.repetition, person.next_at, reason.value)
        return self.steps.finish_step(person, step, send)

    def _write_texts(self, ready: Sequence[ReadyStep]) -> Iterator[PersonChange]:
        if not ready:
            return
        allowance = self._load_allowance(len(ready))
        phones = {row.phone for row in ready}
        earlier = EarlierTexts(phones, min(row.planned_at for row in ready))
        for (step, event_id), rows in _group_by_text(ready).items():
            texts = render_step(
                step, self.due.sequence.footer, event_id, [row.phone for row in rows], self.moment
            )
            versions = find_step_versions(step)
            for row in rows:
                text = texts[row.phone]
                if allowance.find_reached_limit(MessageKind.REMINDER, text.segments) is not None:
                    # They wait as they are: a day later the step is skipped and named.
                    continue
                change = self._finish(row, text, earlier, versions)
                if change.send and change.send.text:
                    allowance.take(text.segments)
                yield change

    def _finish(
        self,
        row: ReadyStep,
        text: RenderedText,
        earlier: EarlierTexts,
        versions: Mapping[str | None, int | None],
    ) -> PersonChange:
        """Return the change that makes a person's text, or says why there is none."""
        if text.skip_reason is not None:
            return self._skip(row.person, row.step, text.skip_reason)
        if earlier.have(text, row.planned_at):
            return self._skip(row.person, row.step, StepSkipReason.HAS_TEXT)
        person, step = row.person, row.step
        send = StepSend(
            step.id,
            person.repetition,
            person.next_at,
            text=text,
            template_version_id=versions.get(text.language),
        )
        return self.steps.finish_step(person, step, send)

    def _load_allowance(self, planned: int) -> Allowance:
        rules = load_limit_rules()
        day = rules.get_day(self.moment)
        return load_allowance(rules, self.due.sequence.carrier, day, planned)


def _group_by_text(
    ready: Iterable[ReadyStep],
) -> Mapping[tuple[SequenceStep, int | None], list[ReadyStep]]:
    """Return the steps by what is the same in their texts: the step and the event."""
    groups: defaultdict[tuple[SequenceStep, int | None], list[ReadyStep]] = defaultdict(list)
    for row in ready:
        groups[row.step, row.person.event_id].append(row)
    return groups

"""One entry of the calendar: what is sent, when, to whom, and where its page is."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import url_for

from app.blasts.views.blast_filters import format_people_count
from app.calendar.queries.planned_span import PlannedSends
from app.delivery.models import MessageLog
from app.delivery.queries.planned_sends import HeldTotal
from app.delivery.queries.waiting_approvals import NOT_APPROVED
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.delivery.approval_states import APPROVAL_WORDS
from app.domain.delivery.blast_labels import describe_audience, name_blast
from app.domain.delivery.blast_outcomes import describe_outcome
from app.domain.delivery.close_sends import find_close_moments
from app.domain.texts.plurals import pluralize
from app.sequences.queries.planned_steps import PlannedSteps
from app.series.models import BlastSeries
from app.series.queries.series_dates import SeriesDate

TEST_KIND = "Test"
PAUSED_NOTE = "Paused"


@dataclass(frozen=True)
class CalendarEntry:
    """Something that will be sent. `day` and `clock` (HH:MM) are of the organisation's zone.

    `clock` is "" for what is late. `people`: how many, in words, or "". `note`: what is unusual, in
    a word, and `reason` why, or "". `is_blast`: it counts where blasts are close to one another.
    """

    moment: datetime
    day: date
    clock: str
    kind: str
    icon: str
    name: str
    people: str
    audience: str
    url: str
    note: str = ""
    reason: str = ""
    is_blast: bool = False

    @property
    def is_sent(self) -> bool:
        """Whether people get it, as far as is known: it is no test, and not paused."""
        return self.kind != TEST_KIND and self.note != PAUSED_NOTE


def list_entries(planned: PlannedSends, zone: ZoneInfo, today: date) -> list[CalendarEntry]:
    """Return everything that will be sent in the order of its time; what is late is of today."""
    writer = _EntryWriter(planned, zone, today)
    return sorted(writer.write_all(), key=lambda entry: (entry.day, entry.moment))


def find_close_entries(entries: list[CalendarEntry]) -> set[CalendarEntry]:
    """Return the blasts that are less than an hour from another one."""
    blasts = [entry for entry in entries if entry.is_blast]
    close = find_close_moments([entry.moment for entry in blasts])
    return {entry for entry in blasts if entry.moment in close}


@dataclass(frozen=True)
class _EntryWriter:
    """Writes what is planned as entries; an object because each entry needs all three."""

    planned: PlannedSends
    zone: ZoneInfo
    today: date

    def write_all(self) -> Iterator[CalendarEntry]:
        """Yield an entry for each thing that is planned."""
        for blast in self.planned.blasts:
            yield self._write_blast(blast)
        for series, coming in self.planned.series_dates:
            yield self._write_series_date(series, coming)
        for held in self.planned.held:
            if log := self.planned.logs.get(held.log_id):
                yield self._write_held(held, log)
        yield from self._write_sequences()

    def _write_blast(self, blast: ScheduledMessage) -> CalendarEntry:
        day, clock = self._place(blast.scheduled_at)
        kind, icon = _find_kind(blast)
        title = self.planned.titles.get(blast.event_id or 0)
        return CalendarEntry(
            moment=blast.scheduled_at,
            day=day,
            clock=clock,
            kind=kind,
            icon=icon,
            name=name_blast(blast, title),
            people=self._count_people(blast),
            audience=self._describe_audience(blast),
            url=url_for("blasts.show_scheduled_blast", scheduled_id=blast.id),
            note=_find_note(blast, clock),
            reason=blast.held_reason or "",
            # It is not known when one that waits for a person is sent.
            is_blast=kind in {"Blast", "Series"} and bool(clock) and not _waits_for_person(blast),
        )

    def _write_series_date(self, series: BlastSeries, coming: SeriesDate) -> CalendarEntry:
        day, clock = self._place(coming.due_at)
        count = series.confirmed_count
        title = self.planned.titles.get(series.event_id or 0)
        name = name_blast(series, title)
        if coming.edited_body and not series.name:
            name = name_blast(_EditedText(None, coming.edited_body), title)
        return CalendarEntry(
            moment=coming.due_at,
            day=day,
            clock=clock,
            kind="Series",
            icon="rotate-ccw",
            name=name,
            people=format_people_count(count) if count is not None else "",
            audience=self._describe_lists(series),
            url=url_for("series.show_series", series_id=series.id),
            is_blast=True,
        )

    def _write_held(self, held: HeldTotal, log: MessageLog) -> CalendarEntry:
        day, clock = self._place(held.until)
        verb = "waits" if held.people_count == 1 else "wait"
        return CalendarEntry(
            moment=held.until,
            day=day,
            clock=clock,
            kind="Texting hours",
            icon="clock",
            name=name_blast(log),
            people=f"{pluralize(held.people_count, 'text')} {verb} until then",
            audience="",
            url=url_for("blasts.show_sent_blast", log_id=held.log_id),
        )

    def _write_sequences(self) -> Iterator[CalendarEntry]:
        """Yield an entry for each sequence and day, at the time of its first text."""
        firsts: dict[tuple[int, date], PlannedSteps] = {}
        for step in self.planned.steps:
            key = step.sequence_id, self._place(step.moment)[0]
            first = firsts.get(key)
            # In the order of time: the later ones of a day add their people to the first.
            people_count = step.people_count + (first.people_count if first else 0)
            firsts[key] = (first or step)._replace(people_count=people_count)
        for step in firsts.values():
            yield self._write_steps(step)

    def _write_steps(self, step: PlannedSteps) -> CalendarEntry:
        day, clock = self._place(step.moment)
        return CalendarEntry(
            moment=step.moment,
            day=day,
            clock=clock,
            kind="Sequence",
            icon="list-ordered",
            name=step.name,
            people=format_people_count(step.people_count),
            audience="",
            url=url_for("sequences.show_sequence", sequence_id=step.sequence_id),
            note="" if clock else "Late",
        )

    def _place(self, moment: datetime) -> tuple[date, str]:
        """Return the day and the clock of a moment; of what should be sent by now, today and ""."""
        local = moment.astimezone(self.zone)
        if local.date() < self.today:
            return self.today, ""
        return local.date(), f"{local:%H:%M}"

    def _count_people(self, blast: ScheduledMessage) -> str:
        # Counting a segment takes too long for every blast of a month: this is what was confirmed.
        if blast.test_mode:
            return ""
        count = blast.confirmed_count
        if blast.event_reminder_id is not None:
            count = self.planned.invited.get(blast.event_id or 0, 0)
        return "" if count is None else format_people_count(count)

    def _describe_audience(self, blast: ScheduledMessage) -> str:
        if blast.test_mode:
            return "Test only"
        earlier = self.planned.logs.get(blast.audience_log_id or 0)
        if earlier is None or blast.audience_outcome is None:
            return self._describe_lists(blast)
        return describe_outcome(blast.audience_outcome, name_blast(earlier))

    def _describe_lists(self, blast: ScheduledMessage | BlastSeries) -> str:
        title = self.planned.titles.get(blast.event_id or 0)
        sentence = self.planned.sentences.get(blast.audience_id or 0)
        return sentence or describe_audience(blast.target, title)


@dataclass(frozen=True)
class _EditedText:
    """The own text of one date of a series, as something that has a name."""

    name: str | None
    message_body: str


def _waits_for_person(blast: ScheduledMessage) -> bool:
    return bool(blast.held_reason) or blast.approval in NOT_APPROVED


def _find_note(blast: ScheduledMessage, clock: str) -> str:
    if blast.approval in NOT_APPROVED:
        return APPROVAL_WORDS[blast.approval]
    if blast.held_reason:
        return PAUSED_NOTE
    return "" if clock else "Late"


def _find_kind(blast: ScheduledMessage) -> tuple[str, str]:
    """Return what a blast is called in the calendar, and its icon."""
    if blast.test_mode:
        return TEST_KIND, "send"
    if blast.event_reminder_id is not None:
        return "Reminder", "clock"
    if blast.series_id is not None:
        return "Series", "rotate-ccw"
    return "Blast", "send"

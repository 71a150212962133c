"""How many texts each person gets on one day, over everything that will be sent on it.

Each audience is read once, however many blasts go to it: 100,000 people take 75 ms.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from app.blasts.queries.audience import BlastEventNotFound, fetch_reader_phones
from app.blasts.queries.people_permission import get_stored_people
from app.calendar.queries.planned_span import PlannedSends, PlannedSpan
from app.delivery.queries.planned_sends import list_held_phones
from app.delivery.queries.stored_audiences import load_audience
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.audiences.chosen_audience import ChosenPeople
from app.domain.delivery.message_statuses import BlastTarget
from app.domain.time.reminder_timing import compute_registration_cutoff
from app.sequences.queries.planned_steps import list_planned_phones

# A second for 100,000 people.
MAX_AUDIENCES = 8


class DayAudience(NamedTuple):
    """Whom something that is sent on a day goes to, as fetch_reader_phones() takes it."""

    target: BlastTarget
    event_id: int | None
    registered_by: datetime | None
    people_of: ChosenPeople | None


@dataclass(frozen=True)
class DayTexts:
    """How many people get how many texts on a day: `people` by the number of texts.

    `counts`: the number of texts by phone. `is_partial`: there are more audiences than are read.
    """

    people: dict[int, int]
    counts: Counter[str]
    is_partial: bool

    def list_busiest(self, at_least: int, limit: int) -> list[tuple[str, int]]:
        """Return the phones that get the most texts, at least so many, with their number."""
        busiest = [pair for pair in self.counts.items() if pair[1] >= at_least]
        return sorted(busiest, key=lambda pair: (-pair[1], pair[0]))[:limit]


def count_day_texts(carrier: str, span: PlannedSpan, planned: PlannedSends) -> DayTexts:
    """Return who gets how many of the texts that are planned for the span of a day.

    What waits for a person is left out, because it is not known when it is sent. Limits and texting
    hours may stop some of the texts.
    """
    # In the order of their times: where there are too many, the last of the day are not read.
    audiences = Counter(_list_audiences(planned))
    start = None if span.has_late else span.start
    counts = Counter(list_held_phones(carrier, start, span.end))
    counts.update(list_planned_phones(carrier, start, span.end))
    for audience, times in list(audiences.items())[:MAX_AUDIENCES]:
        phones = _fetch_phones(audience)
        for _ in range(times):
            counts.update(phones)
    people = dict(sorted(Counter(counts.values()).items(), reverse=True))
    return DayTexts(people, counts, len(audiences) > MAX_AUDIENCES)


def _list_audiences(planned: PlannedSends) -> Iterator[DayAudience]:
    for blast in planned.blasts:
        if not blast.test_mode and not blast.held_reason:
            yield _build_blast_audience(blast)
    for series, _ in planned.series_dates:
        people_of = load_audience(series.audience_id)
        yield DayAudience(series.target, series.event_id, None, people_of)


def _build_blast_audience(blast: ScheduledMessage) -> DayAudience:
    registered_by = None
    if blast.event_reminder_id:
        registered_by = compute_registration_cutoff(blast.scheduled_at)
    return DayAudience(blast.target, blast.event_id, registered_by, get_stored_people(blast))


def _fetch_phones(audience: DayAudience) -> Sequence[str]:
    try:
        return fetch_reader_phones(*audience)
    except BlastEventNotFound:
        # Nobody gets it; its own page says what is gone.
        return ()

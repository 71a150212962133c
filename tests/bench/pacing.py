"""Whether a sender's pace is kept: parts a second as the carrier sees them, and many blasts
sharing one sender.
"""

import time
from bisect import bisect_left, bisect_right
from itertools import pairwise

from tests.bench.bench_app import folder
from tests.bench.figures import Asked, Figure
from tests.bench.sending_server import Station, station
from tests.gunicorn_server import wait_until

SHORT_SECONDS, LONG_SECONDS, PEOPLE = 60, 30, 80
THREE_PARTS = "It rains. " * 40  # 400 characters
BLASTS, EACH, FAST = 200, 20, 100
FAIR_PEOPLE, FAIR_RATE = 60, 10
STARTS = (
    "SELECT s.message_log_id, (julianday(s.scheduled_at) - 2440587.5) * 86400,"
    " (julianday(a.started_at) - 2440587.5) * 86400 FROM scheduled_messages s JOIN messages m ON"
    " m.message_log_id = s.message_log_id JOIN attempts a ON a.message_id = m.id ORDER BY 1, 3"
)


def run() -> list[Figure]:
    """L2 and L3 beside each other, then L11."""
    return [*_one_part_a_second(), _old_and_young(), *_many_blasts()]


def _one_part_a_second() -> list[Figure]:
    with (
        folder() as one,
        folder() as other,
        station(one, PEOPLE, SEND_RATE="1") as short,
        station(other, PEOPLE, SEND_RATE="1") as long,
    ):
        short.confirm("Hello {first_name}")
        long.confirm(THREE_PARTS)
        short.wait_for(1)
        long.wait_for(1)
        time.sleep(max(SHORT_SECONDS, LONG_SECONDS) + 0.5)
        starts = _starts_within(short, SHORT_SECONDS)
        long_starts = _starts_within(long, LONG_SECONDS)
    crowded = max(bisect_left(starts, start + 1) - place for place, start in enumerate(starts))
    least, most = _about(SHORT_SECONDS, 2)
    least_long, most_long = _about(LONG_SECONDS / 3, 1)
    pace, pace_long = (
        f"{SHORT_SECONDS} s at one a second",
        f"{LONG_SECONDS} s at one in three seconds",
    )
    short_text = f"texts of one part in {SHORT_SECONDS} s at one part a second"
    return [
        Figure(
            short_text,
            len(starts),
            "texts",
            pace,
            SHORT_SECONDS,
            "L2",
            Asked(least, most),
        ),
        Figure(
            "most of them in any one second",
            crowded,
            "texts",
            note="L2",
            asked=Asked(most=2),
        ),
        Figure(
            f"texts of three parts in {LONG_SECONDS} s at one part a second",
            len(long_starts),
            "texts",
            pace_long,
            LONG_SECONDS / 3,
            "L3",
            Asked(least_long, most_long),
        ),
    ]


def _about(value: float, more_or_less: float) -> tuple[float, float]:
    return value - more_or_less, value + more_or_less


def _starts_within(there: Station, lasts: float) -> list[float]:
    starts = sorted(there.seen("?starts=1")["starts"])
    return starts[: bisect_right(starts, starts[0] + lasts - 0.5)]


def _old_and_young() -> Figure:
    """A blast that is nearly done, and a new one: both go on."""
    nearly = FAIR_PEOPLE * 4 // 5
    with (
        folder() as place,
        station(place, FAIR_PEOPLE, SEND_RATE=str(FAIR_RATE)) as there,
    ):
        there.confirm()
        there.wait_for(nearly)
        there.confirm()
        there.wait_for(2 * FAIR_PEOPLE)
        log_id = there.one("SELECT min(id) FROM message_logs")
        starts = [start for log, _, start in there.rows(STARTS) if log == log_id]
    waited = max(later - earlier for earlier, later in pairwise(starts))
    what = "the longest wait for its next text of a blast nearly done, when another begins"
    fair = f"every other text at {FAIR_RATE} a second"
    return Figure(what, waited, "s", fair, 2 / FAIR_RATE, "L11", Asked(most=2))


def _many_blasts() -> list[Figure]:
    """200 blasts, all due at once, share a sender of 100 parts a second: all start, and none
    waits for the others.
    """
    texts = BLASTS * EACH
    with folder() as place, station(place, EACH, SEND_RATE=str(FAST)) as there:
        for _ in range(BLASTS):
            there.confirm()
        wait_until(
            lambda: there.seen()["count"] >= texts,
            "every text",
            60 + 2 * texts / FAST,
            0.5,
        )
        moments: dict[int, list[float]] = {}
        for log_id, due, start in there.rows(STARTS):
            moments.setdefault(log_id, [due]).append(start)
        rate = there.rate()
    assert [len(each) - 1 for each in moments.values()] == [EACH] * BLASTS
    first = max(starts[1] - starts[0] for starts in moments.values())
    waited = max(
        later - earlier for starts in moments.values() for earlier, later in pairwise(starts)
    )
    what, all_of_it = (
        f"of {BLASTS} blasts due at once",
        f"all {texts:,} texts at {FAST} a second",
    )
    note = f"L11; {EACH} people each, {rate:.0f} texts a second"
    return [
        Figure(
            f"the last {what} starts after",
            first,
            "s",
            all_of_it,
            texts / FAST,
            note,
            Asked(most=300),
        ),
        Figure(
            f"the longest wait for its next text, any {what}",
            waited,
            "s",
            all_of_it,
            texts / FAST,
            "L11",
        ),
    ]

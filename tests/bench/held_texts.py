"""What texting hours cost: claiming beside 100,000 held texts, judging a number, and a release.

All in processor time, in turns: what else the machine does counts little.
"""

import contextlib
import sqlite3
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import time_machine
from flask import Flask

from app import create_app
from app.blasts.actions.blast_confirmation import BlastDraft, confirm_blast
from app.blasts.actions.due_blasts import release_due_blasts
from app.core.clock import now
from app.core.db import db, write
from app.delivery.actions.message_claiming import SendCapacity, claim_messages
from app.delivery.actions.text_holding import rejudge_held_texts, release_due_texts
from app.domain.delivery.message_statuses import BlastTarget
from app.domain.delivery.send_rate import TokenBucket
from app.domain.quiet_hours.hold_judge import HoldJudge
from app.domain.quiet_hours.text_purposes import TextPurpose
from app.texting_hours.actions import create_default_hours
from app.texting_hours.models import TextingHoursMode, TextingHoursSetting
from app.texting_hours.queries import load_texting_hours
from tests.bench.bench_app import app_with, folder, quiet, scattered, settings
from tests.bench.figures import Asked, Figure, processor_seconds, spread

PEOPLE, SENDABLE, CLAIMS, TURNS, RUNS = 100_000, 1_000, 20, 15, 5
ROWS = 40
# Noon and midnight in Denver, where all these numbers are.
NOON = datetime(2026, 12, 1, 19, 0, tzinfo=UTC)
MIDNIGHT = datetime(2026, 12, 1, 7, 0, tzinfo=UTC)


class _Undone(Exception):
    """Ends a transaction of which nothing is kept."""


def run() -> list[Figure]:
    """The claim, the judge, the release, and letting all go in the morning."""
    with folder() as place:
        app = app_with(place / "sms.db", PEOPLE, scattered)
        with app.app_context(), write():
            create_default_hours()
        return [*_releases(app), _judging(app), *_claims(app, place), *_slices(app)]


def _set_mode(app: Flask, mode: TextingHoursMode) -> None:
    with app.app_context(), write() as session:
        session.get_one(TextingHoursSetting, 1).mode = mode


def _releases(app: Flask) -> list[Figure]:
    is_off, is_on = TextingHoursMode.OFF, TextingHoursMode.ON
    cases = {"off": (is_off, NOON), "day": (is_on, NOON), "night": (is_on, MIDNIGHT)}
    took: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(RUNS):
        for name, (mode, moment) in cases.items():
            _set_mode(app, mode)
            with time_machine.travel(moment, tick=True):
                took[name].append(_release(app))
    return [
        Figure(
            f"release of {PEOPLE:,}, {words}",
            median(took[name]),
            "s of processor",
            "hours off",
            median(took["off"]),
            spread(took[name], "s"),
        )
        for name, words in (("day", "none held"), ("night", "all held"))
    ]


def _release(app: Flask) -> float:
    with app.app_context():
        with write() as session:
            session.execute(db.text("DELETE FROM messages"))
            draft = BlastDraft("The picnic is at 11.", None, BlastTarget.COMMUNITY, None, "UTC")
            confirm_blast(draft, None, "ada", now())
        return processor_seconds(release_due_blasts)


def _judging(app: Flask) -> Figure:
    with app.app_context():
        hours = load_texting_hours("sandbox")
    phones = [scattered(n) for n in range(PEOPLE)]
    judge = HoldJudge(hours, NOON)

    def judge_all() -> None:
        for phone in phones:
            judge.find_hold(phone, TextPurpose.BLAST)

    judge_all()
    took = [processor_seconds(judge_all) / PEOPLE * 1e6 for _ in range(RUNS)]
    note = spread(took, "µs")
    return Figure("judging a number", median(took), "µs", note=note, asked=Asked(most=3.0))


def _claims(app: Flask, place: Path) -> list[Figure]:
    """Claim from 1,000 texts that may leave, with and without 100,000 held ones in their blast."""
    with time_machine.travel(NOON, tick=True):
        _let_first_go(app)
        apps = {"beside": app}
        for name in ("alone", "off"):
            apps[name] = _copy_without_held(app, place / f"{name}.db")
        for name, each in apps.items():
            _set_mode(each, TextingHoursMode.OFF if name == "off" else TextingHoursMode.ON)
        took: dict[str, list[float]] = {name: [] for name in apps}
        for _ in range(TURNS):
            for name, each in apps.items():
                took[name] += _measure_claims(each)
    what = f"claim of {ROWS} texts beside {PEOPLE:,} held ones"
    return [
        Figure(
            what,
            median(took["beside"]),
            "ms of processor",
            f"{SENDABLE:,} sendable ones alone",
            median(took["alone"]),
            spread(took["beside"], "ms"),
            Asked(most=1.2, of_ratio=True),
        ),
        Figure(
            f"claim of {ROWS} texts with hours",
            median(took["alone"]),
            "ms of processor",
            "hours off",
            median(took["off"]),
            spread(took["alone"], "ms"),
        ),
    ]


def _let_first_go(app: Flask) -> None:
    """Let 1,000 of the held texts go; the release before was by night."""
    with app.app_context(), write() as session:
        session.execute(db.text("UPDATE message_logs SET proven = 1, status = 'processing'"))
        session.execute(
            db.text(
                "UPDATE messages SET held_until = NULL, held_why = NULL WHERE id IN "
                "(SELECT id FROM messages ORDER BY id LIMIT :rows)"
            ),
            {"rows": SENDABLE},
        )


def _copy_without_held(app: Flask, path: Path) -> Flask:
    """Return an app over a copy in which nothing is held."""
    with contextlib.closing(sqlite3.connect(app.extensions["settings"].database_path)) as source:
        source.execute("VACUUM INTO ?", (str(path),))
    copied = create_app(settings(path))
    quiet()
    with copied.app_context(), write() as session:
        session.execute(db.text("DELETE FROM messages WHERE held_until IS NOT NULL"))
    return copied


def _measure_claims(app: Flask) -> list[float]:
    """Claim, and take it back, again and again; milliseconds of each."""
    took = []
    capacity = SendCapacity(ROWS, TokenBucket(1e9), 0.0)
    with app.app_context():
        for _ in range(CLAIMS):
            with contextlib.suppress(_Undone), write():
                start = time.process_time()
                assert len(claim_messages("sandbox", capacity, now())) == min(ROWS, SENDABLE)
                took.append((time.process_time() - start) * 1000)
                raise _Undone
    return took


def _slices(app: Flask) -> list[Figure]:
    """Judge all that is held again, then let all of it go in the morning."""
    _set_mode(app, TextingHoursMode.ON)
    with time_machine.travel(MIDNIGHT, tick=True):
        judged = _measure_slices(app, _judge_all)
    with time_machine.travel(NOON, tick=True):
        released = _measure_slices(app, _release_all)
    return [
        Figure(f"judging {PEOPLE:,} held texts again", judged, "s of processor"),
        Figure(f"letting {PEOPLE:,} held texts go", released, "s of processor"),
    ]


def _measure_slices(app: Flask, work: Callable[[], None]) -> float:
    with app.app_context():
        return processor_seconds(work)


def _judge_all() -> None:
    after, is_first = None, True
    while after or is_first:
        is_first = False
        with write():
            after = rejudge_held_texts("sandbox", after, now())


def _release_all() -> None:
    count = 1
    while count:
        with write():
            count = release_due_texts("sandbox", now())


if __name__ == "__main__":
    for figure in run():
        print(figure.what, f"{figure.ours:.4g} {figure.unit}", figure.ratio, figure.note)

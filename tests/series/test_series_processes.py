"""Whatever two processes do, and however they die: one blast of a series waits, each date once."""

import contextlib
import os
import random
import signal
import time
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy.exc import SQLAlchemyError

from app.blasts.actions.due_blasts import release_due_blasts
from app.core.db import ChangedMeanwhile, UniqueViolation, WriteLockTimeout, db, write
from app.delivery.actions import blast_scheduling
from app.delivery.models import MessageLog
from app.delivery.scheduled_models import ScheduledMessage
from app.series.actions.date_editing import restore_date, skip_date
from app.series.actions.series_editing import pause_series, resume_series
from app.series.actions.series_progress import continue_series
from app.series.models import SeriesOccurrence
from app.series.queries.series_dates import list_coming_dates
from app.series.queries.series_records import find_series
from tests.sample_rows import add_members
from tests.series.helpers import FIRST_SUNDAY, START, WEEK, start_sunday_series

WEEKS = 8


class PowerCut(Exception):
    """Stands for a process that dies before its transaction ends."""


def assert_one_waits_and_each_date_was_sent_once():
    db.session.rollback()
    waiting = db.select(ScheduledMessage.id).where(ScheduledMessage.status == "pending")
    waiting_ids = db.session.scalars(waiting).all()
    assert len(waiting_ids) <= 1
    pending = db.select(SeriesOccurrence.scheduled_id).where(SeriesOccurrence.state == "pending")
    rows = db.session.scalars(pending).all()
    # A blast that is over is settled by the next run.
    assert len(rows) <= 1
    assert set(waiting_ids) <= set(rows)
    is_released = ScheduledMessage.message_log_id.is_not(None)
    sent = db.select(ScheduledMessage.scheduled_at).where(is_released)
    days = Counter(due.date() for due in db.session.scalars(sent))
    assert set(days.values()) <= {1}
    return sorted(days)


def do_something(rng, series_id, moment):
    """Do one random thing that a process or a person may do, perhaps with the power cut."""
    act = rng.choice(["release", "tick", "tick", "skip", "restore", "cancel", "pause", "resume"])
    if act == "release":
        release_due_blasts(moment)
    elif act == "tick":
        continue_series(moment)
    else:
        with write():
            change_by_hand(rng, act, series_id, moment)
            if rng.random() < 0.3:
                raise PowerCut


def change_by_hand(rng, act, series_id, moment):
    if act == "pause":
        pause_series(series_id)
    elif act == "resume":
        resume_series(series_id, "ada", moment)
    elif act == "cancel":
        waiting = db.select(ScheduledMessage.id).where(ScheduledMessage.status == "pending")
        blast_scheduling.cancel_scheduled_blast(db.session.scalar(waiting) or 0)
    else:
        dates = list_coming_dates(find_series(series_id), moment, 3)
        date = rng.choice(dates).occurs_on
        change = {"skip": skip_date, "restore": restore_date}[act]
        change(series_id, date, moment)


@pytest.mark.parametrize("seed", range(3))
def test_random_acts_and_cuts_leave_one_that_waits(shop, seed):
    rng = random.Random(seed)
    add_members(2)
    series_id, _ = start_sunday_series()
    moment = START
    for _ in range(60):
        moment += timedelta(hours=rng.choice([0, 0, 1, 30, 100]))
        with contextlib.suppress(ChangedMeanwhile, PowerCut):
            do_something(rng, series_id, moment)
        assert_one_waits_and_each_date_was_sent_once()
    with write():
        if find_series(series_id).state == "paused":
            resume_series(series_id, "ada", moment)
    continue_series(moment)
    waiting = db.select(ScheduledMessage.scheduled_at).where(ScheduledMessage.status == "pending")
    assert db.session.scalar(waiting) > moment


@pytest.mark.slow
def test_two_processes_that_are_killed_send_every_week_once(make_app):
    app = make_app()
    with app.app_context():
        add_members(2)
        start_sunday_series()
        db.engine.dispose()
    rng = random.Random(7)
    for attempt in range(12):
        children = [fork_weeks(app) for _ in range(2)]
        time.sleep(0.02 + rng.random() * 0.2)
        # At first both die; at last one of them gets through.
        for child in children[: 2 if attempt < 9 else 1]:
            os.kill(child, signal.SIGKILL)
        for child in children:
            os.waitpid(child, 0)
        with app.app_context():
            assert_one_waits_and_each_date_was_sent_once()
            db.engine.dispose()
    with app.app_context():
        days = assert_one_waits_and_each_date_was_sent_once()
        assert [(day - days[0]).days for day in days] == [7 * week for week in range(WEEKS)]
        logs = db.session.scalar(db.select(db.func.count()).select_from(MessageLog))
        assert logs == WEEKS


def fork_weeks(app):
    """Run the weeks in a process of its own; return its id."""
    child = os.fork()
    if child:
        return child
    try:
        with app.app_context():
            run_all_weeks()
    finally:
        os._exit(0)


def run_all_weeks():
    for week in range(WEEKS):
        for act in (release_due_blasts, continue_series):
            try:
                act(FIRST_SUNDAY + week * WEEK)
            except (WriteLockTimeout, UniqueViolation, SQLAlchemyError):
                db.session.rollback()

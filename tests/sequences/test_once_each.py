"""Whatever happens, and however processes die: each person gets each step of a start once."""

import contextlib
import os
import random
import signal
import time
from datetime import timedelta

import pytest
from sqlalchemy.exc import SQLAlchemyError

from app.core.clock import pretend_moment
from app.core.db import ChangedMeanwhile, UniqueViolation, WriteLockTimeout, db, write
from app.delivery.models import Message
from app.groups.actions.memberships import remove_people_from_group
from app.people.actions.number_change import move_person_data
from app.sequences.actions.sequence_control import pause_sequence, switch_on
from app.sequences.actions.sequence_editing import StepValues
from app.sequences.actions.sequence_running import run_sequences, store_changes
from app.sequences.actions.slice_planning import SlicePlanner
from app.sequences.progress_models import SequencePerson, SequenceSend
from app.sequences.queries.due_people import load_due_slice
from tests.sample_rows import make_phone
from tests.sequences.steps import (
    DAY,
    HOUR,
    START,
    join,
    make_group_sequence,
    run_at,
    save_organisation,
)

STEPS = (
    StepValues(None, 0, None, "First"),
    StepValues(None, 1, "09:00", "Second", repeat_days=None),
    StepValues(None, 2, "18:30", "Third"),
)
PHONES = [make_phone(n) for n in range(6)]


def count_texts():
    statement = db.select(db.func.count()).select_from(Message).where(Message.kind == "reminder")
    return db.session.scalar(statement)


def assert_once_each():
    """Each row of a step has one text of its own. A text without such a row was never handed over:
    whoever paused the sequence withdrew it, and its step is written anew.
    """
    db.session.rollback()
    sends = db.session.scalars(
        db.select(SequenceSend).where(SequenceSend.outcome == "queued")
    ).all()
    keys = {(send.sequence_person_id, send.step_id, send.repetition) for send in sends}
    texts = {send.message_id for send in sends}
    assert len(keys) == len(sends) == len(texts)
    withdrawn = db.select(Message).where(Message.kind == "reminder", Message.id.not_in(texts))
    for message in db.session.scalars(withdrawn):
        assert (message.status, message.reason) == ("cancelled", "sequence_stopped")
        assert message.attempts == 0


def do_something(rng, group_id, sequence_id, moment):
    """Do one random thing that a process or a person may do."""
    act = rng.choice(["join", "leave", "move", "pause", "resume", "run", "run", "late"])
    phone = rng.choice(PHONES)
    if act == "run":
        run_at(moment)
    elif act == "join":
        join(group_id, phone, moment=moment)
    elif act == "late":
        store_late(sequence_id, moment)
    else:
        with pretend_moment(moment), write():
            change_by_hand(rng, act, (group_id, sequence_id), phone)


def change_by_hand(rng, act, ids, phone):
    group_id, sequence_id = ids
    if act == "leave":
        remove_people_from_group(group_id, [phone])
    elif act == "move":
        move_person_data(phone, rng.choice([other for other in PHONES if other != phone]))
    elif act == "pause":
        pause_sequence(sequence_id)
    else:
        switch_on(sequence_id, "ada", START)


def store_late(sequence_id, moment):
    """Let another process run between reading what is due and writing it."""
    due = load_due_slice(sequence_id, moment, 200)
    if due and due.people and due.sequence.state == "active":
        changes = SlicePlanner(due, moment).plan()
        run_at(moment)
        store_changes(due, changes, moment)


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(seed, marks=pytest.mark.torture) for seed in range(1, 20))]
)
def test_random_acts_send_each_step_once(shop, seed):
    rng = random.Random(seed)
    save_organisation()
    group_id, sequence_id = make_group_sequence(*STEPS)
    moment = START
    for _ in range(50):
        moment += timedelta(hours=rng.choice([0, 0, 1, 7, 24, 30]))
        with contextlib.suppress(ChangedMeanwhile):
            do_something(rng, group_id, sequence_id, moment)
        assert_once_each()
    with contextlib.suppress(ChangedMeanwhile), write():
        switch_on(sequence_id, "ada", moment)
    # Who stays gets to the end of their way.
    for day in range(12):
        run_at(moment + day * DAY)
    assert_once_each()
    open_states = db.select(SequencePerson.state).where(SequencePerson.ended_at.is_(None))
    assert db.session.scalars(open_states).all() == []


@pytest.mark.torture
def test_two_processes_that_are_killed_send_each_step_once(make_app):
    app = make_app()
    people = [make_phone(n) for n in range(300)]
    with app.app_context():
        save_organisation()
        group_id, _ = make_group_sequence(*STEPS)
        join(group_id, *people)
        db.engine.dispose()
    rng = random.Random(7)
    for attempt in range(50):
        children = [fork_days(app) for _ in range(2)]
        time.sleep(0.02 + rng.random() * 0.15)
        for child in children[: 2 if attempt < 47 else 1]:
            os.kill(child, signal.SIGKILL)
        for child in children:
            os.waitpid(child, 0)
        with app.app_context():
            assert_once_each()
            db.engine.dispose()
    with app.app_context():
        assert_once_each()
        assert count_texts() == len(people) * len(STEPS)


def fork_days(app):
    """Run the days in a process of its own; return its id."""
    child = os.fork()
    if child:
        return child
    try:
        with app.app_context():
            run_all_days()
    finally:
        os._exit(0)


def run_all_days():
    """Run every few hours of five days; texts are taken out of the queue, as by the engine."""
    for hours in range(0, 120, 4):
        with contextlib.suppress(WriteLockTimeout, UniqueViolation, SQLAlchemyError):
            run_sequences(START + hours * HOUR)
        with contextlib.suppress(WriteLockTimeout, SQLAlchemyError), write():
            db.session.execute(db.update(Message).values(status="delivered"))


@pytest.mark.torture
def test_ten_thousand_people_in_sequences_cost_a_tick_less_than_200_ms(shop):
    save_organisation()
    group_id, _ = make_group_sequence(*STEPS)
    join(group_id, *(make_phone(n) for n in range(10_000)))
    while run_at(START):
        with write():
            db.session.execute(db.update(Message).values(status="delivered"))
    assert measure(START) < 0.02
    # As many as one tick makes.
    assert measure(START + 21 * HOUR) < 0.2
    assert count_texts() == 10_200


def measure(moment):
    """Return the seconds of processor time that a tick takes at a moment."""
    began = time.process_time()
    run_at(moment)
    return time.process_time() - began

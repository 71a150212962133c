"""Whoever says STOP stays out of a restored copy: a file beside the database has each change."""

import json
import random
import stat
import threading
from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from app.core.clock import now
from app.core.db import UniqueViolation, db, write
from app.domain.time.pause_days import PauseEnd
from app.groups.actions.group_editing import delete_group
from app.groups.models import ContactGroup
from app.people.actions.person_erasure import erase_person_data, find_embedded_mentions
from app.suppression.actions.opt_outs import add_manual_opt_out, lift_opt_outs, record_opt_out
from app.suppression.actions.pauses import NewPause, lift_ended_pauses, set_pause
from app.suppression.actions.stop_journal import get_stop_journal
from app.suppression.actions.stop_replay import ReplayedStops, replay_stops
from app.suppression.actions.suppression_removal import remove_suppression_entry
from app.suppression.actions.topic_leaves import leave_topic, return_to_topic
from app.suppression.models import ConsentMethod, UnsubscribedContact
from app.suppression.queries.listed_states import read_listed_states
from app.suppression.stop_file import get_stop_file, read_stop_file
from app.suppression.topic_models import TopicLeaveSource
from tests.sample_people import ZOE

LEO = "+13035550177"


def read_states():
    """What keeps texts from whom, as the database says it."""
    states = read_listed_states(None, get_stop_journal().find_topic_names).states
    db.session.rollback()
    return states


def read_lines(database):
    """The lines of the file."""
    return [json.loads(line) for line in get_stop_file(database).read_text().splitlines()]


def stop(phone, source="inbound"):
    with write():
        record_opt_out(phone, source=source, reason="Texted: STOP")


def stop_twice(phone):
    """Try to store an opt-out that the second row undoes."""
    with write():
        record_opt_out(phone, source="inbound")
        add_manual_opt_out(None, phone, None)


def add_topic(name):
    with write() as session:
        group = ContactGroup(name=name, is_topic=True)
        session.add(group)
        session.flush()
        return group.id


def test_each_change_is_a_line_that_only_the_owner_can_read(shop, database):
    stop(ZOE)
    with write():
        lift_opt_outs(ZOE, evidence="START")
    first, second = read_lines(database)
    assert (first["phone"], first["listed"][0], first["method"]) == (ZOE, "inbound", "stop")
    assert (second["phone"], second["method"], second.get("listed")) == (ZOE, "start", None)
    assert second["n"] > first["n"]
    assert stat.S_IMODE(get_stop_file(database).stat().st_mode) == 0o600


def test_what_is_rolled_back_is_no_line(shop, database):
    with pytest.raises(UniqueViolation):
        stop_twice(ZOE)
    with write() as session:
        session.add(UnsubscribedContact(phone=LEO, source="manual"))
    assert [line["phone"] for line in read_lines(database)] == [LEO]


def test_a_stop_since_the_copy_holds_in_the_copy_and_a_return_too(
    shop, database, copy_now, put_back
):
    """K8: before anything is sent, and without the carrier's list."""
    stop(LEO)
    copy = copy_now()
    stop(ZOE)
    with write():
        lift_opt_outs(LEO, evidence="START")
    truth = read_states()
    put_back(copy)
    assert replay_stops(now()) == ReplayedStops(stopped_count=1, returned_count=1)
    assert read_states() == truth
    assert replay_stops(now()) == ReplayedStops()


def test_a_later_start_in_the_file_wins_by_time(shop, copy_now, put_back):
    copy = copy_now()
    stop(ZOE)
    with write():
        lift_opt_outs(ZOE, evidence="START")
    put_back(copy)
    replay_stops(now())
    assert read_states() == {}


def test_an_admins_removal_is_kept_as_well(shop, copy_now, put_back):
    with write():
        id = add_manual_opt_out("Zoe", ZOE, "Asked by mail").id
    copy = copy_now()
    with write():
        remove_suppression_entry("unsubscribed", id, "ada")
    put_back(copy)
    replay_stops(now())
    assert read_states() == {}


def test_a_process_that_died_before_the_line_is_made_up_for(shop, database, monkeypatch):
    stop(LEO)
    journal = get_stop_journal()
    with monkeypatch.context() as patch:
        patch.setattr(type(journal), "_write", lambda self, phones: None)
        stop(ZOE)
        with write():
            lift_opt_outs(LEO)
    replay_stops(now())
    states = {phone: line.state for phone, line in read_stop_file(database).lines.items()}
    assert states[LEO].is_empty
    assert states[ZOE].listed[0] == "inbound"
    assert set(read_states()) == {ZOE}


def test_a_full_disk_is_made_up_for_by_the_next_line(shop, database, monkeypatch):
    def refuse(handle, lines):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("app.suppression.actions.stop_journal.append_stop_lines", refuse)
        stop(ZOE)
    stop(LEO)
    assert {line["phone"] for line in read_lines(database)} == {ZOE, LEO}


def test_a_torn_line_spoils_no_other(shop, database):
    stop(ZOE)
    with get_stop_file(database).open("a") as file:
        file.write('{"n":2,"at":"2026-')
    stop(LEO)
    assert set(read_stop_file(database).lines) == {ZOE, LEO}


def test_a_database_from_before_the_file_learns_all(shop, database, copy_now, put_back):
    copy = copy_now()
    stop(ZOE)
    get_stop_file(database).unlink()
    replay_stops(now())
    put_back(copy)
    replay_stops(now())
    assert set(read_states()) == {ZOE}


def test_a_file_that_cannot_be_read_holds_sending(shop, database):
    get_stop_file(database).mkdir()
    with pytest.raises(OSError):
        replay_stops(now())


def test_people_who_are_erased_leave_no_line(shop, database):
    stop(LEO)
    stop(ZOE)
    mentions = find_embedded_mentions(ZOE)
    db.session.rollback()
    with write():
        erase_person_data(ZOE, mentions, "ada", now())
    assert ZOE not in get_stop_file(database).read_text()
    assert LEO in get_stop_file(database).read_text()
    assert read_stop_file(database).position > 0


def test_a_long_file_is_shortened_to_what_counts(shop, database, monkeypatch):
    monkeypatch.setattr("app.suppression.actions.stop_file_upkeep.SPARE_LINES", 3)
    for _ in range(4):
        stop(ZOE)
        with write():
            lift_opt_outs(ZOE)
    stop(LEO)
    position = read_stop_file(database).position
    replay_stops(now())
    content = read_stop_file(database)
    assert (content.line_count, content.position) == (3, position)
    replay_stops(now() + timedelta(days=500))
    assert set(read_stop_file(database).lines) <= {ZOE, LEO}


def test_a_topic_that_was_deleted_since_the_copy_is_still_left(shop, copy_now, put_back):
    choir = add_topic("Choir")
    with write():
        leave_topic(ZOE, choir, TopicLeaveSource.INBOUND)
    copy = copy_now()
    with write():
        delete_group(choir)
    put_back(copy)
    replay_stops(now())
    assert [topic[0] for topic in read_states()[ZOE].topics] == [choir]


def test_threads_share_a_write_and_lose_nothing(shop, app, database):
    phones = [f"+1303555{number:04}" for number in range(40)]

    def stop_some(part):
        with app.app_context():
            for phone in part:
                stop(phone)

    threads = [threading.Thread(target=stop_some, args=(phones[n::4],)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(read_stop_file(database).lines) == set(phones)


class Play:
    """Random opt-outs, pauses and topics, and returns from them, by every way there is."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.phones = [f"+1303555{number:04}" for number in range(100, 112)]
        self.topics = [add_topic(f"Topic {seed} {number}") for number in range(3)]

    def act(self):
        phone, topic = self.random.choice(self.phones), self.random.choice(self.topics)
        acts = (
            lambda: stop(phone),
            lambda: stop(phone, "import"),
            lambda: self.start(phone),
            lambda: self.pause(phone),
            lambda: self.end_pauses(),
            lambda: self.leave(phone, topic),
            lambda: self.come_back(phone, topic),
            lambda: self.remove(phone),
        )
        self.random.choice(acts)()

    def start(self, phone):
        with write():
            lift_opt_outs(phone, manual_too=True)

    def pause(self, phone):
        moment = now()
        end = moment + timedelta(days=self.random.randint(1, 60))
        with write():
            set_pause(NewPause(phone, PauseEnd(end, end.date(), moment.date())), moment)

    def end_pauses(self):
        with write():
            lift_ended_pauses(now() + timedelta(days=20))

    def leave(self, phone, topic):
        with write():
            leave_topic(phone, topic, TopicLeaveSource.INBOUND)

    def come_back(self, phone, topic):
        with write():
            return_to_topic(phone, topic, ConsentMethod.START)

    def remove(self, phone):
        row = UnsubscribedContact
        with write():
            db.session.execute(delete(row).where(row.phone == phone, row.source == "import"))


@pytest.mark.parametrize(
    "seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.torture) for seed in range(2, 60))]
)
def test_whatever_copy_is_put_back_the_truth_holds(shop, seed, copy_now, put_back):
    """Random acts, a copy now and then; each of the copies becomes the truth at a start."""
    play, copies = Play(seed), []
    for number in range(60):
        if number % 15 == 0:
            copies.append(copy_now())
        play.act()
    truth = read_states()
    for copy in copies:
        put_back(copy)
        replay_stops(now())
        assert read_states() == truth
    assert truth
    # And life goes on from there: another copy, another truth.
    play.act()
    play.act()
    truth = read_states()
    put_back(copies[1])
    replay_stops(now())
    assert read_states() == truth
    assert db.session.scalar(select(UnsubscribedContact.id).limit(1)) is not None

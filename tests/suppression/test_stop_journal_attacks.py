"""The file of opt-outs under attack: no way to lose an opt-out, none to keep an erased number."""

import json

from sqlalchemy import delete, insert, update

from app.core.clock import now
from app.core.db import db, write
from app.people.actions.person_erasure import erase_person_data, find_embedded_mentions
from app.startup import apply_newer_stops
from app.suppression.actions.opt_outs import lift_opt_outs
from app.suppression.actions.stop_journal import get_stop_journal
from app.suppression.actions.stop_replay import replay_stops
from app.suppression.actions.topic_leaves import leave_topic
from app.suppression.journal_models import StopJournal
from app.suppression.models import UnsubscribedContact
from app.suppression.stop_file import get_stop_file, read_stop_file
from app.suppression.topic_models import TopicLeaveSource
from tests.sample_people import ZOE
from tests.suppression.test_stop_journal import (
    LEO,
    add_topic,
    read_states,
    stop,
)


def lift(phone):
    with write():
        lift_opt_outs(phone, evidence="START")


def write_no_lines(monkeypatch):
    """Let the process die between its commits and its lines."""
    return monkeypatch.setattr(type(get_stop_journal()), "_write", lambda self, phones: None)


def test_a_stop_of_a_dead_process_is_kept_though_another_wrote_later(
    shop,
    database,
    monkeypatch,
    copy_now,
    put_back,
):
    """Its line is missing, and the positions are equal: the newer line has the higher one."""
    stop("+13035550180")
    copy = copy_now()
    with monkeypatch.context() as patch:
        write_no_lines(patch)
        stop(ZOE)
    get_stop_journal()._pending.clear()
    stop(LEO)
    replay_stops(now())
    put_back(copy)
    replay_stops(now())
    assert {ZOE, LEO} <= set(read_states())


def test_a_name_with_a_line_end_of_unicode_tears_no_line(shop, database):
    choir = add_topic("Choir\u2028and\x85more")
    with write():
        leave_topic(ZOE, choir, TopicLeaveSource.INBOUND)
    assert set(read_stop_file(database).lines) == {ZOE}


def test_an_older_program_that_wrote_no_lines_loses_no_stop(shop, database):
    """The migration was reverted, people said STOP, and the upgrade came again."""
    choir = add_topic("Choir")
    stop(ZOE)
    lift(ZOE)
    stop(LEO)
    lift(LEO)
    db.session.remove()
    db.engine.dispose()
    # An older program watches nothing; a new table counts from 0.
    with db.engine.connect() as connection:
        for kind in ("insert", "update", "delete"):
            for table in ("unsubscribed_contacts", "unsubscribed_topics"):
                connection.exec_driver_sql(f"DROP TRIGGER note_{kind}_{table}")
        entry = {"phone": ZOE, "source": "inbound", "created_at": now().replace(year=2036)}
        connection.execute(insert(UnsubscribedContact).values(entry))
        connection.exec_driver_sql(
            "INSERT INTO unsubscribed_topics (phone, group_id, since, source) "
            f"VALUES ('{LEO}', {choir}, '2026-11-28 10:00:00.000000', 'inbound')"
        )
        connection.execute(update(StopJournal).values(position=0))
        connection.commit()
    db.engine.dispose()
    replay_stops(now())
    assert set(read_states()) == {ZOE, LEO}
    assert read_stop_file(database).lines[ZOE].state.listed[0] == "inbound"
    replay_stops(now())
    assert set(read_states()) == {ZOE, LEO}


def test_pages_find_the_newest_opt_outs_at_the_start(shop, app, copy_now, put_back):
    """Before a worker serves: what is changed on pages may not overtake the file."""
    stop(LEO)
    copy = copy_now()
    stop(ZOE)
    put_back(copy)
    apply_newer_stops(app)
    assert set(read_states()) == {ZOE, LEO}


def test_a_file_that_was_deleted_while_it_runs_gets_all_again(shop, database):
    stop(ZOE)
    get_stop_file(database).unlink()
    stop(LEO)
    assert set(read_stop_file(database).lines) == {ZOE, LEO}


def test_who_came_back_and_was_erased_leaves_no_line(shop, database):
    stop(ZOE)
    lift(ZOE)
    erase(ZOE)
    assert ZOE not in get_stop_file(database).read_text()


def test_a_process_that_died_while_it_erased_leaves_no_line(
    shop,
    database,
    monkeypatch,
):
    stop(ZOE)
    lift(ZOE)
    with monkeypatch.context() as patch:
        write_no_lines(patch)
        erase(ZOE)
    get_stop_journal()._pending.clear()
    replay_stops(now())
    assert ZOE not in get_stop_file(database).read_text()


def test_a_return_is_still_a_return(shop, database, copy_now, put_back):
    stop(ZOE)
    copy = copy_now()
    lift(ZOE)
    put_back(copy)
    replay_stops(now())
    assert read_states() == {}
    assert json.loads(get_stop_file(database).read_text().splitlines()[-1])["phone"] == ZOE
    with write():
        db.session.execute(delete(UnsubscribedContact))


def erase(phone):
    mentions = find_embedded_mentions(phone)
    db.session.rollback()
    with write():
        erase_person_data(phone, mentions, "ada", now())


def hide_file(database):
    """Let the file be one that cannot be read; return what brings it back."""
    file = get_stop_file(database)
    hidden = file.with_name("hidden")
    file.rename(hidden)
    file.mkdir()

    def bring_back():
        file.rmdir()
        hidden.rename(file)

    return bring_back


def test_changes_of_pages_overtake_no_unreadable_file(shop, app, database, copy_now, put_back):
    """K8: an older copy, a file that cannot be read, and more changes than the file has lines."""
    choir = add_topic("Choir")
    copy = copy_now()
    stop(ZOE)
    with write():
        leave_topic(LEO, choir, TopicLeaveSource.INBOUND)
    put_back(copy)
    bring_back = hide_file(database)
    apply_newer_stops(app)
    others = [f"+130355501{number}" for number in range(80, 90)]
    for phone in others:
        stop(phone, "manual")
    stop(LEO, "manual")
    bring_back()
    # The job of a minute comes before the process that leads has applied the file.
    get_stop_journal().record(())
    assert set(read_stop_file(database).lines) == {ZOE, LEO}
    replay_stops(now())
    states = read_states()
    assert set(states) == {ZOE, LEO, *others}
    assert states[LEO].topics
    get_stop_journal().record(())
    assert set(read_stop_file(database).lines) == {ZOE, LEO, *others}


def test_what_changed_while_the_file_was_unreadable_is_ahead_of_a_copy_of_then(
    shop, app, database, copy_now, put_back
):
    """K8: nothing was counted, so the copy and the file had the same position."""
    stop(LEO)
    bring_back = hide_file(database)
    apply_newer_stops(app)
    copy = copy_now()
    stop(ZOE)
    bring_back()
    replay_stops(now())
    put_back(copy)
    replay_stops(now())
    assert set(read_states()) == {ZOE, LEO}


def test_refused_lines_are_written_by_the_job_of_the_next_minute(shop, database, monkeypatch):
    def refuse(handle, lines):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("app.suppression.actions.stop_journal.append_stop_lines", refuse)
        stop(ZOE)
    assert set(read_stop_file(database).lines) == set()
    get_stop_journal().record(())
    assert set(read_stop_file(database).lines) == {ZOE}

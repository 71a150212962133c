"""A machine that dies in mid-blast: the newest backup brings everything back, nobody gets a text
twice, and every STOP holds, whatever way it was said.

Real servers, kill -9, the tests' Twilio, and the program's own compressed backups.
"""

import shutil
import sys
import time
from collections import Counter
from datetime import UTC, datetime

import pytest

from app.backups.backup_creation import BackupOrder, create_backup
from app.backups.backup_packing import unpack_database
from app.core.db import db, write
from app.dbdoctor.__main__ import main as run_doctor
from app.migrations.backup_names import BackupReason
from app.suppression.actions.opt_outs import add_manual_opt_out, lift_opt_outs, record_opt_out
from app.suppression.stop_file import get_stop_file
from tests.delivery.helpers import (
    get_log,
    list_suppressed,
    serve_through_twilio,
    start_blast,
    twilio_settings,
    wait_until_ended,
)
from tests.delivery.test_start_guard import reconcile, resume_everything, wait_until_held
from tests.gunicorn_server import wait_until
from tests.sample_rows import add_members, make_phone

pytestmark = pytest.mark.torture
PEOPLE = 1000
SPEED = {"SEND_RATE": "100", "SEND_CONCURRENCY": "8"}
OUR_NUMBER = "+13035550100"
# Those whose turn comes last.
BY_TEXT, BY_PAGE, BY_LIST, CAME_BACK = map(make_phone, range(PEOPLE - 4, PEOPLE))


@pytest.fixture
def sending_app(make_app, twilio):
    """The test's own eyes on the same database; it sends nothing itself."""
    return make_app(**twilio_settings(twilio, scheduler_enabled=False))


def back_up(database, passphrase=""):
    """A backup as the program makes it by itself."""
    folder = database.parent / "backups"
    moment = datetime.now(UTC)
    order = BackupOrder(database, folder, BackupReason.HOURLY, moment, passphrase)
    return create_backup(order).file


def let_people_leave(app, server, twilio):
    """One leaves by a page, one by a list, one by text; somebody who had left comes back."""
    with app.app_context():
        with write():
            add_manual_opt_out(None, BY_PAGE, "Asked on the phone", "ada")
        with write():
            record_opt_out(BY_LIST, source="import")
        with write():
            lift_opt_outs(CAME_BACK, evidence="START")
    sid = twilio.arrive(BY_TEXT, "STOP", OUR_NUMBER)
    code = twilio.text_in(server.url, server.url, BY_TEXT, "STOP", To=OUR_NUMBER, MessageSid=sid)
    assert code in (200, 204)


def die_in_mid_blast(app, database, twilio):
    """Send to 1,000; back up after 250; people leave by text, page and list; kill -9."""
    with app.app_context():
        add_members(PEOPLE)
        with write():
            record_opt_out(CAME_BACK, source="import")
    with serve_through_twilio(database, twilio, **SPEED) as server:
        with twilio.responses_held(after=PEOPLE // 4):
            blast = start_blast(app, "Hello {first_name|friend}")
            twilio.wait_for(PEOPLE // 4, 30)
            backup = back_up(database)
        with twilio.responses_held(after=PEOPLE // 2):
            let_people_leave(app, server, twilio)
            twilio.wait_for(PEOPLE // 2, 30)
            server.kill()
    with app.app_context():
        db.engine.dispose()
    return blast, backup


def finish_blast(app, twilio, blast):
    """Reconcile and Resume, as the page says; return when the first new text left."""
    wait_until_held(app, "behind")
    asked = len(twilio.requests)
    reconcile(app)
    assert len(twilio.requests) == asked
    wait_until(lambda: get_log(app, blast).status == "paused", "the pause", 20)
    resume_everything(app)
    twilio.wait_for(asked + 1, 20)
    moment = time.monotonic()
    assert wait_until_ended(app, blast, 60).status == "sent"
    return moment


def assert_once_and_no_stop_lost(app, twilio, *, stopped):
    """Nobody has two texts; those who left got none; all others have theirs."""
    counts = Counter(each.to for each in twilio.requests if each.body.startswith("Hello"))
    assert [phone for phone, times in counts.items() if times > 1] == []
    assert set(list_suppressed(app)[1]) == set(stopped)
    assert {make_phone(n) for n in range(PEOPLE)} - counts.keys() <= {*stopped, CAME_BACK}
    assert not counts.keys() & {BY_PAGE, BY_LIST, BY_TEXT}


@pytest.mark.parametrize("way", ["--restore", "a copied file"])
def test_a_restore_in_mid_blast_texts_nobody_twice_and_keeps_every_stop(
    way, sending_app, database, twilio, monkeypatch, capsys
):
    """K5, K8, R2, R3: those by page and by list are in no list of the carrier."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{database}")
    blast, backup = die_in_mid_blast(sending_app, database, twilio)
    if way == "--restore":
        assert run_doctor(["--restore", str(backup)]) == 0
        said = capsys.readouterr().out
        assert "anything is sent: 3. People who came back: 1." in said
    else:
        for ending in ("", "-wal", "-shm"):
            database.with_name(database.name + ending).unlink(missing_ok=True)
        unpack_database(backup, database, "")
    with serve_through_twilio(database, twilio, **SPEED):
        finish_blast(sending_app, twilio, blast)
        assert_once_and_no_stop_lost(sending_app, twilio, stopped={BY_TEXT, BY_PAGE, BY_LIST})


@pytest.mark.parametrize("has_stop_file", [True, False])
def test_a_dead_disk_is_a_running_second_machine_within_a_minute(  # noqa: PLR0913 -- fixtures
    has_stop_file, sending_app, database, twilio, make_app, monkeypatch, tmp_path, capsys
):
    """The newest copy and .env in a new folder. With the file of opt-outs nothing is missing;
    without it, what was said by text comes from the carrier's list.
    """
    blast, backup = die_in_mid_blast(sending_app, database, twilio)
    began = time.monotonic()
    second = tmp_path / "second" / "sms.db"
    second.parent.mkdir()
    shutil.copy(backup, second.parent)
    if has_stop_file:
        shutil.copy(get_stop_file(database), second.parent)
    shutil.rmtree(database.parent / "backups")
    for file in database.parent.glob("sms.db*"):
        file.unlink()
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{second}")
    assert run_doctor(["--restore", str(second.parent / backup.name)]) == 0
    app = make_app(
        **twilio_settings(twilio, scheduler_enabled=False, database_url=f"sqlite:///{second}")
    )
    with serve_through_twilio(second, twilio, **SPEED):
        served = time.monotonic() - began
        sent = finish_blast(app, twilio, blast) - began
        stopped = {BY_TEXT, BY_PAGE, BY_LIST} if has_stop_file else {BY_TEXT, CAME_BACK}
        assert set(list_suppressed(app)[1]) == stopped
        counts = Counter(each.to for each in twilio.requests if each.body.startswith("Hello"))
        assert [phone for phone, times in counts.items() if times > 1] == []
        assert BY_TEXT not in counts
    with capsys.disabled():
        sys.stdout.write(f"\nserving after {served:.1f} s, sending after {sent:.1f} s\n")
    assert sent < 60

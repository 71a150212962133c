"""Ada and Sol are told of what needs them: once, and without anybody's name, number or words."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from app.backups.models import BackupError, BackupKind, BackupRun, BackupState
from app.core.clock import now
from app.core.db import db, write
from app.delivery.actions.fault_notices import build_notice, store_alert
from app.domain.delivery.alert_messages import AlertEvent
from app.imports.models import Import, ImportState
from app.inbox.models import Thread
from app.notices.models import Notice
from app.notices.sources import timed_checks
from app.organisation.models import Organisation
from app.sending_limits.models import SendingLimits
from app.suppression.models import StopQuestion
from tests.notices.conftest import Staff, find_user
from tests.sample_people import LEO, MIA, ZOE, build_login_session
from tests.sample_rows import add_inbound_text
from tests.select_recorder import record_selects

PAUSED = ("blast_paused", "browser", "A blast is paused.")


def alert(event, cause="The sender cannot send texts.", fix="Choose another."):
    with write():
        store_alert(build_notice(event, cause, fix, now()))


def assign(phone, username):
    with write():
        thread = db.session.scalars(db.select(Thread).where(Thread.phone == phone)).one()
        thread.assigned_to, thread.unread = username, 1


def test_a_fault_is_told_to_everyone_who_may_see_blasts_once(app, staff):
    with app.app_context():
        alert(AlertEvent.BLAST_PAUSED)
    assert staff.poll()
    staff.poll()
    assert staff.list("ada") == [PAUSED, ("blast_paused", "mail", "A blast is paused.")]
    assert staff.list("sol") == [PAUSED]


def test_what_was_before_the_first_start_is_not_told(app):
    with app.app_context():
        alert(AlertEvent.BLAST_PAUSED)
        add_inbound_text(ZOE, "Hi")
        assign(ZOE, "sol")
    Staff(app).poll(now() + timedelta(hours=2))
    assert Staff(app).list("sol") == []


def test_r7_what_expired_while_an_upgrade_ran_is_told(app):
    with app.app_context():
        alert(AlertEvent.BLAST_EXPIRED)
    Staff(app).poll()
    assert [kind for kind, _, _ in Staff(app).list("sol")] == ["blast_late"]


def test_another_process_goes_on_where_the_first_stopped(app, staff):
    with app.app_context():
        alert(AlertEvent.BLAST_PAUSED)
    other = Staff(app)
    other.poll()
    staff.poll()
    other.poll()
    assert staff.list("sol") == [PAUSED]


def test_twenty_paused_blasts_are_one_notice(app, staff):
    with app.app_context():
        for _ in range(20):
            alert(AlertEvent.BLAST_PAUSED)
    staff.poll()
    assert staff.list("sol") == [("blast_paused", "browser", "20 times: sending stopped.")]


def test_a_request_for_approval_names_no_sender_and_is_for_approvers(app, staff):
    with app.app_context():
        alert(AlertEvent.APPROVAL_ASKED, "Scheduled blast 7: 80 people, $4, by Sol.")
    staff.poll()
    assert [channel for _, channel, _ in staff.list("ada", kind="approval")] == ["browser", "mail"]
    assert staff.list("sol") == []
    with app.app_context():
        assert all(
            "Sol" not in row.subject + row.body for row in db.session.scalars(db.select(Notice))
        )


def test_new_texts_are_counted_by_conversation_and_told_to_whom_they_are_assigned(app, staff):
    with app.app_context():
        for phone in (ZOE, LEO, MIA):
            add_inbound_text(phone, "Is there parking?")
            assign(phone, "sol" if phone != MIA else None)
    staff.poll()
    assert staff.list("sol") == [
        ("my_texts", "browser", "2 conversations of yours have new texts.")
    ]
    # Nobody is told by default of texts that nobody is assigned to.
    assert staff.list("ada") == []
    with app.app_context():
        add_inbound_text(MIA, "Hello?")
        assign(MIA, "sol")
    staff.poll()
    assert staff.list("sol") == [
        ("my_texts", "browser", "3 conversations of yours have new texts.")
    ]


def test_a_possible_opt_out_is_told_a_day_before_its_date(app, staff):
    with app.app_context(), write() as session:
        day = timedelta(days=1)
        values = {"body": "please no more", "asked_at": now()}
        session.add(StopQuestion(phone=ZOE, decide_by=now() + 3 * day, **values))
    assert not staff.poll()
    assert staff.poll(now() + 2 * day + timedelta(hours=1))
    staff.poll(now() + 2 * day + timedelta(hours=2))
    told = staff.list("ada", kind="stop_question")
    assert [channel for _, channel, _ in told] == ["browser", "mail"]
    assert staff.list("sol") == []


def test_the_owner_hears_of_a_new_device_and_of_guesses(app, staff):
    with app.app_context(), write() as session:
        sol = find_user("sol")
        row = build_login_session(sol)
        row.token_hash, row.is_new_device, row.created_at = "x" * 64, True, now()
        session.add(row)
        sol.wrong_tries = 25
    staff.poll()
    assert [kind for kind, _, _ in staff.list("sol")] == ["new_device", "wrong_passwords"]
    assert staff.list("ada") == []
    staff.poll()
    assert len(staff.list("sol")) == 2


def test_a_large_import_is_told_to_whom_it_belongs(app, staff):
    with app.app_context(), write() as session:
        for rows in (2_500, 20):
            session.add(
                Import(
                    created_by="ada",
                    file_name="p.csv",
                    state=ImportState.DONE,
                    row_count=rows,
                    finished_at=now(),
                )
            )
    staff.poll()
    assert staff.list("ada") == [("import", "browser", "Your import of 2,500 rows is done.")]


def test_a_full_disk_is_told_once_a_day(app, staff, monkeypatch):
    monkeypatch.setattr(timed_checks, "MIN_FREE_BYTES", 1 << 60)
    for minutes in (16, 32):
        staff.poll(datetime(2026, 11, 28, 9, minutes, tzinfo=UTC))
    told = staff.list("ada", kind="database")
    assert [channel for _, channel, _ in told] == ["browser", "mail"]
    assert re.fullmatch(r"The disk is nearly full: \d+ MB are left\.", told[0][2])


@pytest.mark.parametrize("percent", [79, 80, 100])
def test_the_budget_is_told_at_80_and_100_percent(app, monkeypatch, percent):
    use = timed_checks.build_limit_use
    with app.app_context():
        with write() as session:
            session.get(Organisation, 1).price_per_segment = Decimal("0.01")
            session.add(SendingLimits(budget_a_month=Decimal(100)))

        def build_use(moment):
            return replace(use(moment), cost=Decimal(percent))

        monkeypatch.setattr(timed_checks, "build_limit_use", build_use)
        news = [item for item in timed_checks.find_timed_news(now()) if item.kind == "budget"]
    assert len(news) == (percent >= 80)


def test_a_minute_without_news_is_one_statement(app, staff):
    staff.poll()
    with app.app_context(), record_selects(app) as statements:
        staff.polling.poll(now())
    assert len(statements) == 1


def test_a_disabled_user_is_told_nothing(app, staff):
    with app.app_context():
        with write():
            find_user("sol").disabled_at = datetime(2026, 1, 1, tzinfo=UTC)
        alert(AlertEvent.BLAST_PAUSED)
    staff.poll()
    assert staff.list("sol") == []


def test_a_backup_that_failed_is_told_once_a_week(app, staff):
    with app.app_context(), write() as session:
        values = {"state": BackupState.FAILED, "error": BackupError.DISK_FULL}
        at = {"started_at": now(), "finished_at": now()}
        session.add(BackupRun(kind=BackupKind.HOURLY, **values, **at))
    for minutes in (16, 32):
        staff.poll(datetime(2026, 11, 28, 9, minutes, tzinfo=UTC))
    assert staff.list("ada", kind="backup", channel="browser") == [
        ("backup", "browser", "The last backup failed. The disk is full.")
    ]
    assert staff.list("sol", kind="backup") == []

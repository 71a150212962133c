"""Texts wait for texting hours: held at release and while sending, and sent when the hours open."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from app.blasts.actions.blast_confirmation import BlastDraft, confirm_blast
from app.blasts.actions.due_blasts import release_due_blasts
from app.core.clock import now
from app.core.db import db, write
from app.delivery.actions import blast_control, text_holding
from app.delivery.actions.message_claiming import (
    SendCapacity,
    claim_messages,
    has_queued_messages,
)
from app.delivery.models import MessageLog
from app.delivery.queries.held_texts import list_held_groups
from app.delivery.queries.progress import find_stall
from app.domain.delivery.message_statuses import BlastTarget
from app.domain.delivery.send_rate import TokenBucket
from app.domain.delivery.skip_reasons import SkipReason
from app.suppression.actions.opt_outs import record_opt_out
from app.texting_hours.actions import create_default_hours
from app.texting_hours.models import BlackoutDay, TextingHoursMode, TextingHoursSetting
from tests.delivery.helpers import FAST, add_phones, get_log, list_messages, start_blast

DENVER, NEW_YORK = "+13035550142", "+12125550143"
# In winter: Denver is UTC-7, New York UTC-5. 8 PM in New York, 6 PM in Denver.
EVENING = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)
NIGHT = datetime(2026, 12, 1, 6, 0, tzinfo=UTC)
NEW_YORK_OPENS = datetime(2026, 12, 1, 13, 0, tzinfo=UTC)
DENVER_OPENS = datetime(2026, 12, 1, 15, 0, tzinfo=UTC)
DENVER_CLOSES = datetime(2026, 12, 1, 4, 0, tzinfo=UTC)


@pytest.fixture
def quiet_app(make_app):
    """An app without an engine, with hours from 8 AM to 9 PM in practice too."""
    quiet = make_app(**FAST)
    with quiet.app_context(), write():
        create_default_hours().mode = TextingHoursMode.ON
    return quiet


def claim(app, max_rows=40, certain=None):
    """Claim what may leave now, as a tick does; return the phones."""
    capacity = SendCapacity(max_rows, TokenBucket(10_000), 0.0, certain_moment=certain)
    with app.app_context(), write():
        return [message.phone for message in claim_messages("sandbox", capacity, now())]


def release(app, **more):
    """Confirm a blast to everyone and release it; return its log's id."""
    draft = BlastDraft("Hello", None, BlastTarget.COMMUNITY, None, "UTC", **more)
    with app.app_context():
        with write():
            scheduled_id = confirm_blast(draft, None, "ada", now())
        assert release_due_blasts() == 1
    log_id = get_log(app, scheduled_id).id
    change_blast(app, log_id, proven=True)
    return log_id


def change_blast(app, log_id, **values):
    with app.app_context(), write() as session:
        session.execute(db.update(MessageLog).where(MessageLog.id == log_id).values(values))


def let_go(app, moment=None):
    """Do what the engine does once a second; return how many texts were judged again."""
    with app.app_context(), write():
        return text_holding.release_due_texts("sandbox", moment or now())


def judge_all(app):
    with app.app_context(), write():
        assert text_holding.rejudge_held_texts("sandbox", None, now()) is None


def holds(app):
    """Return until when each queued text waits, by phone."""
    return {row.phone: row.held_until for row in list_messages(app) if row.status == "queued"}


def test_release_holds_each_number_until_its_own_morning(quiet_app):
    add_phones(quiet_app, DENVER, NEW_YORK)
    with time_machine.travel(NIGHT, tick=False):
        log_id = release(quiet_app)
        assert holds(quiet_app) == {DENVER: DENVER_OPENS, NEW_YORK: NEW_YORK_OPENS}
        assert claim(quiet_app) == []
        with quiet_app.app_context():
            assert not has_queued_messages("sandbox")
            assert find_stall(now() + timedelta(minutes=5)) == ""
            groups = list_held_groups(log_id, "sandbox")
            assert [(group.until, group.count, group.why) for group in groups] == [
                (NEW_YORK_OPENS, 1, "quiet_hours"),
                (DENVER_OPENS, 1, "quiet_hours"),
            ]
            with write():
                assert blast_control.close_finished_blasts(now()) == []
    with time_machine.travel(NEW_YORK_OPENS - timedelta(seconds=1), tick=False):
        assert let_go(quiet_app) == 0
    with time_machine.travel(NEW_YORK_OPENS, tick=False):
        assert let_go(quiet_app) == 1
        with quiet_app.app_context():
            assert find_stall(now()) == "", "it could not leave before"
            assert "for 2 minutes" in find_stall(now() + timedelta(minutes=3))
        assert claim(quiet_app) == [NEW_YORK]
    with time_machine.travel(DENVER_OPENS, tick=False):
        assert let_go(quiet_app) == 1
        assert claim(quiet_app) == [DENVER]


def test_a_text_that_is_held_past_its_time_is_a_stall(quiet_app):
    add_phones(quiet_app, DENVER)
    with time_machine.travel(NIGHT, tick=False):
        release(quiet_app)
    with quiet_app.app_context():
        assert find_stall(DENVER_OPENS + timedelta(minutes=1)) == ""
        assert find_stall(DENVER_OPENS + timedelta(minutes=3)) != ""


@pytest.mark.parametrize("proven", [True, False])
def test_what_is_still_queued_when_its_window_closes_is_held_by_the_claim(quiet_app, proven):
    """New York's window closes at 9 PM, which is 7 PM in Denver; the first text is New York's."""
    add_phones(quiet_app, NEW_YORK, DENVER)
    with time_machine.travel(EVENING, tick=False):
        log_id = release(quiet_app)
        change_blast(quiet_app, log_id, proven=proven)
        assert set(holds(quiet_app).values()) == {None}
    with time_machine.travel(EVENING + timedelta(hours=1), tick=False):
        assert claim(quiet_app) == [DENVER], "also where the first text goes alone"
        assert holds(quiet_app) == {NEW_YORK: NEW_YORK_OPENS}


def test_a_reminder_and_a_survey_have_hours_and_tests_and_replies_have_none(quiet_app):
    add_phones(quiet_app, DENVER)
    with time_machine.travel(NIGHT, tick=False):
        log_id = release(quiet_app)
        statement = "UPDATE messages SET held_until = NULL, held_why = NULL, kind = :kind"
        for kind, leaves in (("reminder", False), ("test", True)):
            with quiet_app.app_context(), write() as session:
                session.execute(db.text(statement), {"kind": kind})
            assert bool(claim(quiet_app)) == leaves
        with quiet_app.app_context(), write() as session:
            session.execute(db.text("UPDATE messages SET status = 'queued'"))
            session.execute(
                db.text(statement + ", message_log_id = NULL, phone = :phone"),
                {"kind": "reply", "phone": NEW_YORK},
            )
        assert claim(quiet_app) == [NEW_YORK]
        change_blast(quiet_app, log_id, status="sent")


def test_a_blast_for_any_hour_is_never_held(quiet_app):
    add_phones(quiet_app, DENVER)
    with time_machine.travel(NIGHT, tick=False):
        log_id = release(quiet_app)
        change_blast(quiet_app, log_id, any_hour_reason="The building is on fire")
        judge_all(quiet_app)
        assert claim(quiet_app) == [DENVER]


def test_stop_at_one_minute_to_eight_is_obeyed(quiet_app):
    add_phones(quiet_app, DENVER, NEW_YORK)
    with time_machine.travel(NIGHT, tick=False):
        release(quiet_app)
    with time_machine.travel(DENVER_OPENS - timedelta(minutes=1), tick=False):
        with quiet_app.app_context(), write():
            record_opt_out(DENVER, source="inbound")
            blast_control.skip_queued_messages(DENVER, SkipReason.SAID_STOP)
        let_go(quiet_app)
        assert claim(quiet_app) == [NEW_YORK]
    with time_machine.travel(DENVER_OPENS, tick=False):
        assert let_go(quiet_app) == 0
        assert claim(quiet_app) == []
    assert {row.phone: row.status.value for row in list_messages(quiet_app)} == {
        DENVER: "skipped",
        NEW_YORK: "submitting",
    }


def test_pause_resume_and_stop_of_a_held_blast(quiet_app):
    add_phones(quiet_app, DENVER, NEW_YORK)
    with time_machine.travel(NIGHT, tick=False):
        log_id = release(quiet_app)
        with quiet_app.app_context(), write():
            assert blast_control.pause_blast(log_id)
    with time_machine.travel(NEW_YORK_OPENS, tick=False):
        assert let_go(quiet_app) == 1
        assert claim(quiet_app) == []
        with quiet_app.app_context(), write():
            assert blast_control.resume_blast(log_id)
        assert claim(quiet_app) == [NEW_YORK]
        with quiet_app.app_context(), write():
            assert blast_control.stop_blast(log_id, now()) == 1
    with time_machine.travel(DENVER_OPENS, tick=False):
        assert let_go(quiet_app) == 0
    assert sorted(row.status.value for row in list_messages(quiet_app)) == [
        "cancelled",
        "submitting",
    ]


def test_an_end_before_the_hours_open_skips_by_name(quiet_app):
    """At release, and of a blast that is still being sent when its hours close."""
    add_phones(quiet_app, DENVER, NEW_YORK)
    end = NEW_YORK_OPENS + timedelta(minutes=10)
    with time_machine.travel(NIGHT, tick=False):
        release(quiet_app, not_after=end)
    statuses = {row.phone: (row.status.value, row.reason) for row in list_messages(quiet_app)}
    assert statuses == {DENVER: ("skipped", "outside_hours"), NEW_YORK: ("queued", None)}

    with time_machine.travel(EVENING, tick=False):
        second = release(quiet_app, not_after=EVENING + timedelta(hours=5))
    with time_machine.travel(EVENING + timedelta(hours=2), tick=False):
        claim(quiet_app)
    left = {row.phone: (row.status.value, row.reason) for row in list_messages(quiet_app, second)}
    assert left == {DENVER: ("submitting", None), NEW_YORK: ("skipped", "outside_hours")}


def test_hours_that_change_are_seen_by_the_next_claim_and_by_what_is_held(quiet_app):
    add_phones(quiet_app, DENVER)
    with time_machine.travel(NIGHT, tick=False):
        release(quiet_app)
        set_mode(quiet_app, TextingHoursMode.OFF)
        judge_all(quiet_app)
        assert holds(quiet_app) == {DENVER: None}
        set_mode(quiet_app, TextingHoursMode.ON)
        assert claim(quiet_app) == []
        assert holds(quiet_app) == {DENVER: DENVER_OPENS}
        with quiet_app.app_context(), write() as session:
            session.add(BlackoutDay(day=DENVER_OPENS.date(), name="Founders' Day"))
        judge_all(quiet_app)
        assert holds(quiet_app) == {DENVER: DENVER_OPENS + timedelta(days=1)}
        assert {row.held_why for row in list_messages(quiet_app)} == {"blackout_day"}


def set_mode(app, mode):
    with app.app_context(), write() as session:
        session.get_one(TextingHoursSetting, 1).mode = mode


def test_a_clock_that_jumped_ahead_sends_nothing_early_and_holds_nothing_too_long(quiet_app):
    add_phones(quiet_app, DENVER)
    with time_machine.travel(NIGHT, tick=False):
        release(quiet_app)
        assert let_go(quiet_app) == 0
    with time_machine.travel(DENVER_OPENS, tick=False):
        # The job asks with the certain moment.
        assert let_go(quiet_app, NIGHT) == 0
        assert let_go(quiet_app) == 1
        assert claim(quiet_app, certain=NIGHT) == []
        assert holds(quiet_app) == {DENVER: None}, "it waits, and is not held by a wrong time"
        assert claim(quiet_app, certain=DENVER_OPENS) == [DENVER]


def test_more_than_one_slice_is_held_at_once_and_let_go_in_slices(quiet_app):
    phones = [f"+1303{4000000 + n}" for n in range(1200)]
    add_phones(quiet_app, DENVER, "+12125550100", *phones)
    with time_machine.travel(EVENING, tick=False):
        release(quiet_app)
    with time_machine.travel(DENVER_CLOSES, tick=False):
        assert claim(quiet_app) == []
        assert sum(until is not None for until in holds(quiet_app).values()) == 1000
        assert claim(quiet_app) == []
        assert sum(until is None for until in holds(quiet_app).values()) == 0
    with time_machine.travel(DENVER_OPENS, tick=False):
        assert [let_go(quiet_app) for _ in range(3)] == [1000, 202, 0]
        assert len(claim(quiet_app)) == 40


def test_hours_are_off_until_an_admin_chose_them(make_app):
    app = make_app(**FAST)
    add_phones(app, DENVER)
    with time_machine.travel(NIGHT, tick=False):
        scheduled_id = start_blast(app)
        with app.app_context():
            release_due_blasts()
        assert get_log(app, scheduled_id) is not None
        assert claim(app) == [DENVER]

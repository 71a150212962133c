"""Held texts through the real engine: let go, held again, killed in between, led by another."""

import random
import time
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from app.blasts.actions.blast_confirmation import BlastDraft, confirm_blast
from app.blasts.actions.due_blasts import release_due_blasts
from app.core.clock import now
from app.core.db import db, write
from app.delivery.actions.blast_control import skip_queued_messages
from app.delivery.engine_models import Lease
from app.domain.delivery.message_statuses import BlastTarget
from app.domain.delivery.skip_reasons import SkipReason
from app.domain.quiet_hours.text_purposes import PURPOSES_WITH_HOURS
from app.domain.quiet_hours.texting_hours import MINUTES_PER_DAY, DayWindow
from app.domain.quiet_hours.window_json import write_windows
from app.suppression.actions.opt_outs import record_opt_out
from app.texting_hours.actions import create_default_hours, store_texting_hours
from app.texting_hours.models import BlackoutDay, TextingHoursMode
from tests.delivery.helpers import (
    FAST,
    add_phones,
    assert_everybody_accounted_for,
    count_statuses,
    get_log,
    get_tally,
    list_messages,
    serve_through_twilio,
    start_blast,
    twilio_settings,
    wait_until_ended,
)
from tests.gunicorn_server import wait_until
from tests.sample_rows import add_members

DENVER, NEW_YORK = "+13035550142", "+12125550143"
NIGHT = datetime(2026, 12, 1, 6, 0, tzinfo=UTC)
DENVER_OPENS = datetime(2026, 12, 1, 15, 0, tzinfo=UTC)
PEOPLE, KILLS = 60, 10
FAILPOINT = "SMSADMIN_FAILPOINT"


def turn_hours_on(app):
    with app.app_context(), write():
        create_default_hours().mode = TextingHoursMode.ON


def open_at_any_hour(app):
    """Let only days without texts hold texts, at whatever hour the test runs."""
    windows = dict.fromkeys(PURPOSES_WITH_HOURS, (DayWindow(0, MINUTES_PER_DAY),) * 7)
    with app.app_context(), write():
        store_texting_hours({"windows": write_windows(windows)})


def count_leads(app):
    with app.app_context():
        return db.session.scalar(db.select(db.func.count()).select_from(Lease))


def set_days_without_texts(app, *, is_on):
    """Let no text leave from now on, or every text, wherever its reader lives."""
    with app.app_context(), write() as session:
        session.execute(db.delete(BlackoutDay))
        if is_on:
            today = now().date()
            days = [today + timedelta(days=n) for n in (-1, 0, 1)]
            session.add_all(BlackoutDay(day=day, name="No texts") for day in days)


def test_a_night_passes_and_two_engines_share_it(make_app, background):
    """Held at night by one engine, sent in the morning by the other; STOP at 7:59 is obeyed."""
    apps = [make_app(**FAST) for _ in range(2)]
    turn_hours_on(apps[0])
    add_phones(apps[0], DENVER, NEW_YORK)
    with time_machine.travel(NIGHT, tick=True):
        first = background(apps[0])
        blast_id = start_blast(apps[0])
        wait_until(lambda: get_log(apps[0], blast_id), "the release")
        assert count_statuses(apps[0]) == {"queued": 2}
        first.stop()
    with time_machine.travel(DENVER_OPENS, tick=True):
        background(apps[1])
        log = wait_until_ended(apps[1], blast_id)
        wait_until(lambda: get_tally(apps[1], log.id).delivered == 2, "the receipts")
    assert_everybody_accounted_for(apps[1])


def test_what_is_held_of_a_blast_expires_with_it(make_app, background):
    """Its end moved before its hours, as when the clock was wrong: no claim ever sees it."""
    app = make_app(**FAST)
    turn_hours_on(app)
    add_phones(app, DENVER)
    with time_machine.travel(NIGHT, tick=True):
        blast_id = start_blast(app)
        with app.app_context():
            release_due_blasts()
            with write() as session:
                end = NIGHT + timedelta(seconds=20)
                statement = db.text("UPDATE message_logs SET not_after = :at")
                session.execute(statement, {"at": f"{end:%Y-%m-%d %H:%M:%S.%f}"})
        background(app)
        log = wait_until_ended(app, blast_id)
    assert log.status == "failed"
    assert count_statuses(app) in ({"expired": 1}, {"skipped": 1})


def test_a_blast_of_which_every_text_is_skipped_when_it_is_released_ends(make_app, background):
    """Its end comes before anyone's morning, and nothing else happens that night."""
    app = make_app(**FAST)
    turn_hours_on(app)
    add_phones(app, DENVER)
    end = NIGHT + timedelta(hours=2)
    with time_machine.travel(NIGHT, tick=True):
        background(app)
        wait_until(lambda: count_leads(app), "the lead")
        draft = BlastDraft("Hello", None, BlastTarget.COMMUNITY, None, "UTC", not_after=end)
        with app.app_context(), write():
            blast_id = confirm_blast(draft, None, "ada", now())
        log = wait_until_ended(app, blast_id)
    assert log.status == "failed"
    assert count_statuses(app) == {"skipped": 1}


def test_a_blast_ends_whose_last_held_text_is_skipped(make_app, background):
    """The only person whose text is held says STOP at night."""
    app = make_app(**FAST)
    turn_hours_on(app)
    add_phones(app, DENVER)
    with time_machine.travel(NIGHT, tick=True):
        background(app)
        blast_id = start_blast(app)
        wait_until(lambda: get_log(app, blast_id), "the release")
        with app.app_context(), write():
            record_opt_out(DENVER, source="inbound")
            skip_queued_messages(DENVER, SkipReason.SAID_STOP)
        wait_until_ended(app, blast_id)
    assert count_statuses(app) == {"skipped": 1}


BAD_VALUES = {"phone": "2BFF3132", "held_until": "FFFF", "held_why": "FFFF"}


@pytest.mark.parametrize("column", BAD_VALUES)
def test_a_held_row_that_cannot_be_read_holds_back_no_other(make_app, background, column):
    app = make_app(**FAST)
    turn_hours_on(app)
    add_phones(app, DENVER, NEW_YORK)
    with time_machine.travel(NIGHT, tick=True):
        blast_id = start_blast(app)
        with app.app_context():
            release_due_blasts()
            statement = (
                f"UPDATE messages SET {column} = CAST(x'{BAD_VALUES[column]}' AS TEXT) "
                f"WHERE phone = '{NEW_YORK}'"
            )
            with write() as session:
                session.execute(db.text(statement))
    with time_machine.travel(DENVER_OPENS, tick=True):
        background(app)
        log = wait_until_ended(app, blast_id)
        wait_until(lambda: get_tally(app, log.id).delivered, "the other one's receipt")
    assert "queued" not in count_statuses(app)


@pytest.mark.slow
@pytest.mark.torture
def test_kills_while_texts_are_held_and_let_go(make_app, twilio, database):
    """Days without texts come and go, and the engine dies ten times: each person gets one text."""
    app = make_app(**twilio_settings(twilio, scheduler_enabled=False))
    dice = random.Random()
    turn_hours_on(app)
    open_at_any_hour(app)
    with app.app_context():
        add_members(PEOPLE)
    twilio.answer(delay=0.02)
    server = serve_through_twilio(database, twilio, SEND_RATE="40", SEND_CONCURRENCY="4")
    set_days_without_texts(app, is_on=True)
    blast_id = start_blast(app)
    try:
        for _ in range(KILLS):
            server.environment[FAILPOINT] = dice.choice(("", f"T6:{dice.randint(1, 3)}"))
            server.start()
            for is_on in (False, True):
                set_days_without_texts(app, is_on=is_on)
                time.sleep(dice.uniform(0, 1.5))
            server.kill()
            assert_everybody_accounted_for(app, twilio)
        del server.environment[FAILPOINT]
        set_days_without_texts(app, is_on=False)
        server.start()
        log = wait_until_ended(app, blast_id, 60)
    finally:
        server.stop()
    phones = [request.params["To"] for request in twilio.requests]
    assert len(phones) == len(set(phones))
    counts = count_statuses(app, log.id)
    assert sum(counts.values()) == PEOPLE
    assert set(counts) <= {"accepted", "unknown", "not_sent"}
    assert {row.held_until for row in list_messages(app)} == {None}
    assert_everybody_accounted_for(app, twilio)

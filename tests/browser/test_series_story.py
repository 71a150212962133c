"""The story of a Sunday series, on a real server: one week has its own text, the next the usual."""

import contextlib
import sqlite3
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app import create_app
from app.blasts.actions.blast_confirmation import confirm_blast
from app.core.clock import now
from app.core.db import db, write
from app.core.settings import Settings
from app.domain.delivery.blast_draft import BlastDraft
from app.domain.delivery.message_statuses import BlastTarget
from app.migrations.migration_runner import migrate_database
from tests.browser.browser_user import LONG, Walk
from tests.conftest import QUIET
from tests.gunicorn_server import GunicornServer, wait_until
from tests.sample_people import create_test_users
from tests.sample_rows import add_members

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.torture]
ZONE = "America/Denver"
USUAL, THIS_WEEK = "Worship is at ten.", "This week worship is at eleven."


def fill_database(path):
    """Three members, and a blast for next Sunday at ten; return its id."""
    migrate_database(path, QUIET)
    settings = Settings(
        secret_key="a-key-for-tests-0123456789", app_env="test", database_url=f"sqlite:///{path}"
    )
    app = create_app(settings)
    create_test_users(app)
    with app.app_context():
        add_members(3)
        today = now().astimezone(ZoneInfo(ZONE)).date()
        sunday = today + timedelta(days=7 + (6 - today.weekday()) % 7)
        due = datetime.combine(sunday, datetime.min.time(), ZoneInfo(ZONE)) + timedelta(hours=10)
        draft = BlastDraft(USUAL, None, BlastTarget.COMMUNITY, None, ZONE, due.astimezone(UTC))
        with write():
            blast_id = confirm_blast(draft, None, "ada", now(), 3)
        db.engine.dispose()
    return blast_id


def ask(path, statement, *values):
    """Read from the database beside the server, or write to it."""
    with contextlib.closing(sqlite3.connect(path, timeout=20, isolation_level=None)) as connection:
        return connection.execute(statement, values).fetchall()


def test_a_sunday_series_is_edited_for_one_week(tmp_path, visits_to):
    path = tmp_path / "sms.db"
    blast_id = fill_database(path)
    with GunicornServer(path) as server:
        walk = Walk(visits_to(server.url)(), server.url)
        walk.sign_in()
        walk.page.goto(f"{server.url}/blasts/scheduled/{blast_id}")
        walk.click("main a:has-text('Repeat…')")
        walk.heading("Repeat")
        assert walk.page.is_checked("#weekdays-6")
        assert not walk.page.is_visible("#month_day")
        walk.click("button:text-is('See the dates')")
        walk.page.wait_for_selector("h2:has-text('Every Sunday at 10:00 AM')")
        walk.click("button:text-is('Start the series')")
        walk.page.wait_for_selector("text=The series has started.")

        walk.click("main a:has-text('Edit text') >> nth=0")
        walk.page.fill("#body", THIS_WEEK)
        walk.click("button:text-is('Save for this date')")
        walk.page.wait_for_selector("text=Own text")
        assert walk.clicks < 10

        # Sunday comes.
        ask(path, "UPDATE scheduled_messages SET scheduled_at = datetime('now', '+1 seconds')")
        texts = "SELECT body FROM messages WHERE kind = 'blast' AND status = 'delivered'"
        wait_until(lambda: ask(path, texts) == [(THIS_WEEK,)] * 3, "three texts", seconds=60)
        waiting = "SELECT message_body FROM scheduled_messages WHERE status = 'pending'"
        wait_until(lambda: ask(path, waiting) == [(USUAL,)], "the next Sunday", seconds=60)
        walk.page.reload()
        walk.page.wait_for_selector("text=3 of 3 sent", timeout=LONG)
        (count,) = ask(path, "SELECT count(*) FROM message_logs")
        assert count == (1,)

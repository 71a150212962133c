"""The story of a welcome, on a real server: who joins the choir gets the first text at once."""

import pytest

from app import create_app
from app.core.db import db, write
from app.core.settings import Settings
from app.groups.models import ContactGroup
from app.migrations.migration_runner import migrate_database
from tests.browser.browser_user import LONG, Walk
from tests.browser.test_series_story import ask
from tests.conftest import QUIET
from tests.gunicorn_server import GunicornServer, wait_until
from tests.sample_people import create_test_users
from tests.sample_rows import add_members

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.torture]


def fill_database(path):
    """Three members, and an empty choir."""
    migrate_database(path, QUIET)
    settings = Settings(
        secret_key="a-key-for-tests-0123456789", app_env="test", database_url=f"sqlite:///{path}"
    )
    app = create_app(settings)
    create_test_users(app)
    with app.app_context():
        add_members(3)
        with write() as session:
            session.add(ContactGroup(name="Choir"))
        db.engine.dispose()


def test_the_welcome_series_is_switched_on_and_followed(tmp_path, visits_to):
    path = tmp_path / "sms.db"
    fill_database(path)
    with GunicornServer(path) as server:
        walk = Walk(visits_to(server.url)(), server.url)
        walk.sign_in()
        walk.page.goto(f"{server.url}/sequences")
        walk.click("main a:has-text('Welcome series')")
        walk.click("main a:has-text('Edit')")
        walk.heading("Edit sequence")
        assert not walk.page.is_visible("#survey")
        walk.page.select_option("#group", label="Choir")
        walk.click("button:text-is('Save sequence') >> visible=true")
        walk.heading("Welcome series")
        walk.click("button:has-text('Switch on')")
        walk.page.wait_for_selector("text=It’s on.")

        walk.page.goto(f"{server.url}/groups/1")
        walk.page.fill("textarea[name=written]", "Zoë Hernández, 303 555 0142")
        walk.click("button:text-is('Add to the group')")
        texts = "SELECT body FROM messages WHERE status = 'delivered' AND body LIKE 'Welcome%'"
        wait_until(lambda: len(ask(path, texts)) == 1, "the welcome", seconds=60)

        walk.page.goto(f"{server.url}/sequences")
        walk.click("main a:has-text('Welcome series')")
        walk.page.wait_for_selector("text=Next for 1 person", timeout=LONG)
        walk.click("#people button:has-text('End')")
        walk.page.wait_for_selector("a:has-text('Ended early 1')")
        assert walk.clicks < 12

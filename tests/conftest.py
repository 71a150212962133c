"""Real parts for every test: a real SQLite file brought up by the migrations, a real app, a
client that inspects pages.

`app` holds no context: with one pushed, Flask-Login would keep the previous user and role tests
would pass falsely.
"""

import compileall
import gc
import logging
import shutil
from pathlib import Path

import pytest

from app import create_app, scheduler
from app.core.db import db
from app.core.settings import Settings
from app.migrations.migration_runner import migrate_database
from tests.app_cache import cache_compiled_parts
from tests.sample_people import create_test_users
from tests.visit import Visitor

QUIET = logging.getLogger("tests.migrate")


# What takes a process long begins first, so that both processes of `make test` end together.
LONG = (
    "tests/browser/",
    "tests/delivery/test_kills.py",
    "tests/delivery/test_processes.py",
    "tests/whole/test_lint.py",
)


def pytest_configure(config):
    """Where Python may write no bytecode, every server that a test starts would compile all of
    the program anew.
    """
    if not hasattr(config, "workerinput"):
        compileall.compile_dir(Path(__file__).parents[1] / "app", quiet=2)


def pytest_collection_modifyitems(items):
    """The longest first; what is left is short enough to be shared out evenly."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


def pytest_collection_finish():
    """Thousands of tests lie in memory until the end: looked through again and again, they took
    a third of the time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


@pytest.fixture(scope="session")
def fresh_database(tmp_path_factory):
    """An empty, migrated database file with Ada and Sol in it; tests copy it.

    (Once: scrypt is slow on purpose.)
    """
    path = tmp_path_factory.mktemp("database") / "fresh.db"
    migrate_database(path, QUIET)
    app = create_app(_settings(path))
    create_test_users(app)
    with app.app_context():
        # the last connection closes, so all is in the one file that tests copy, not in its -wal
        db.engine.dispose()
    return path


def _settings(path: Path, **more) -> Settings:
    values = {
        "secret_key": "a-key-for-tests-0123456789",
        "app_env": "test",
        "database_url": f"sqlite:///{path}",
        "public_base_url": "http://sms.example.org",
        "log_format": "text",
    }
    return Settings(**(values | more))


@pytest.fixture
def make_settings(tmp_path, fresh_database):
    """Settings for a database of this test's own; keyword arguments change them."""
    path = tmp_path / "sms.db"
    shutil.copy(fresh_database, path)
    return lambda **more: _settings(path, **more)


@pytest.fixture
def make_app(make_settings):
    """An app on this test's database; keyword arguments change its settings."""
    return lambda **more: cache_compiled_parts(create_app(make_settings(**more)))


@pytest.fixture
def app(make_app):
    """The app on the sandbox carrier."""
    return make_app()


@pytest.fixture
def visit(app):
    """Call `visit(address, who, **fields)`: a GET, or a POST when fields are given.

    Inspects every page it is shown.
    """
    return Visitor(app)


@pytest.fixture
def background():
    """Call `background(app)` to start its engine, tick and postman; stopped when the test ends."""
    started = []

    def start(app):
        started.append(scheduler.start_background_jobs(app))
        return started[-1]

    yield start
    for each in started:
        each.stop()


@pytest.fixture
def shop(app):
    """An app context for tests that read or write rows directly.

    Never together with `visit` in one `with`.
    """
    with app.app_context():
        yield app

"""Fixtures of all tests: a migrated SQLite file, the app, and a client that inspects pages.

`app` pushes no app context: Flask-Login would keep the previous user in it, and tests of roles
would pass falsely.
"""

import compileall
import fcntl
import gc
import logging
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from app import create_app, scheduler
from app.core.db import db
from app.core.settings import Settings
from app.migrations.migration_runner import migrate_database
from tests.app_cache import cache_compiled_parts
from tests.copied_steps import CopiedSteps
from tests.grouped_scheduling import GroupedScheduling
from tests.gunicorn_fork import ForkedGunicorn
from tests.gunicorn_server import GunicornServer
from tests.sample_people import create_test_users
from tests.shared_folder import fill_once
from tests.visit import Visitor

QUIET = logging.getLogger("tests.migrate")
# For all tests of properties. How long an example takes is the machine's affair; a fixture that
# serves all examples of a test is meant to; and no example is kept from one run to the next.
settings.register_profile(
    "any machine",
    deadline=None,
    database=None,
    max_examples=200,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("any machine")


# These begin first, so that both processes of `make test` end at about the same time.
LONG_TESTS = (
    "tests/browser/",
    "tests/delivery/test_kills.py",
    "tests/delivery/test_processes.py",
    "tests/whole/test_lint.py",
)


def pytest_configure(config):
    """Compile the program once: without bytecode every process of a test would compile it."""
    GunicornServer.start_process = ForkedGunicorn
    if not hasattr(config, "workerinput"):
        compileall.compile_dir(Path(__file__).parents[1] / "app", quiet=2)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Give tests that share something dear to one worker, where `--dist loadgroup` asks for it."""
    if config.getvalue("dist") == "loadgroup":
        return GroupedScheduling(config, log)
    return None


@pytest.hookimpl(wrapper=True)
def pytest_collection(session):
    """Let one worker of a run collect at a time: the next finds each file compiled.

    In a fresh copy of the program collecting takes 11 s of a processor, after that 2.5 s.
    """
    if not hasattr(session.config, "workerinput"):
        return (yield)
    run = session.config.workerinput["testrunuid"]
    lock_path = Path(tempfile.gettempdir(), f"sms-admin-collects-{run}")
    with lock_path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            return (yield)
        finally:
            lock_path.unlink(missing_ok=True)


def pytest_collection_modifyitems(items):
    """Put the long tests first."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONG_TESTS))


def pytest_collection_finish():
    """Exclude the collected tests from garbage collection, which took a third of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory):
    """A migrated database file without a row, which tests copy."""
    folder = fill_once(
        "empty-database",
        tmp_path_factory,
        lambda folder: migrate_database(folder / "empty.db", QUIET),
    )
    return folder / "empty.db"


@pytest.fixture(scope="session")
def fresh_database(empty_database, tmp_path_factory):
    """A migrated database file with the users ada and sol, which tests copy."""

    def fill(folder: Path) -> None:
        path = folder / "fresh.db"
        shutil.copy(empty_database, path)
        app = create_app(_settings(path))
        create_test_users(app)
        with app.app_context():
            # Closes the last connection, which moves the -wal file into the file that tests copy.
            db.engine.dispose()

    return fill_once("fresh-database", tmp_path_factory, fill) / "fresh.db"


def _settings(path: Path, **changes) -> Settings:
    values = {
        "secret_key": "a-key-for-tests-0123456789",
        "app_env": "test",
        "database_url": f"sqlite:///{path}",
        "public_base_url": "http://sms.example.org",
        "log_format": "text",
        # Tests ask for more pages than a person.
        "user_request_limit": 0,
    }
    return Settings(**(values | changes))


@pytest.fixture
def make_settings(tmp_path, fresh_database):
    """Build settings with this test's own database; keyword arguments change them."""
    path = tmp_path / "sms.db"
    shutil.copy(fresh_database, path)
    return lambda **changes: _settings(path, **changes)


@pytest.fixture
def make_app(make_settings):
    """Build an app on this test's database; keyword arguments change its settings."""
    return lambda **changes: cache_compiled_parts(create_app(make_settings(**changes)))


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


@pytest.fixture(scope="session")
def copied_steps(tmp_path_factory):
    """Call `copied_steps.take(app, steps, ...)` for what many tests of a file begin with."""
    return CopiedSteps(tmp_path_factory.mktemp("steps"))


@pytest.fixture
def background():
    """Call `background(app)` to start the background threads; the end of the test stops them."""
    started = []

    def start(app):
        started.append(scheduler.start_background_jobs(app))
        return started[-1]

    yield start
    for jobs in started:
        jobs.stop()


@pytest.fixture
def shop(app):
    """An app context for tests that read or write rows directly.

    Never together with `visit` in one `with`.
    """
    with app.app_context():
        yield app

"""What a start needs, refuses and reads: processes in a copy of the program, each with an
environment of its own.
"""

import contextlib
import hashlib
import sqlite3
from pathlib import Path

import pytest

from app import create_app
from app.core.environment import BadSettings, load_settings
from tests.gunicorn_server import find_free_port
from tests.visit import Visitor
from tests.whole.program_copy import START
from tests.whole.routes import ROUTES

pytestmark = pytest.mark.slow
KEY = "0123456789abcdef-a-good-key"
TWILIO = {
    "TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
    "TWILIO_AUTH_TOKEN": "t" * 32,
    "TWILIO_FROM_NUMBER": "+13035550100",
}
REFUSED = 4  # gunicorn's code for "do not start me again"


def refusal(done):
    """What was said to whoever started it, line by line; nothing else may be there."""
    assert done.returncode == REFUSED, done.stderr
    lines = done.stderr.strip().splitlines()
    assert all(line.startswith("SMS Admin cannot start: ") for line in lines), done.stderr
    return [line.removeprefix("SMS Admin cannot start: ") for line in lines]


@pytest.mark.parametrize("key", ["", "dev", "change-me", "short", "aaaaaaaaaaaaaaaaaaaaaaaa"])
def test_a12_production_needs_a_good_secret_key(clone, key):
    (line,) = refusal(clone.start(SECRET_KEY=key))
    assert line.startswith("SECRET_KEY must be set")
    assert not (clone.folder / "instance").exists()


@pytest.mark.parametrize("missing", TWILIO)
def test_production_refuses_a_half_set_twilio(clone, missing):
    half = {name: value for name, value in TWILIO.items() if name != missing}
    (line,) = refusal(
        clone.start(SECRET_KEY=KEY, PUBLIC_BASE_URL="https://sms.example.org", **half)
    )
    assert missing in line
    assert not any(value in line for value in TWILIO.values())


def test_production_needs_an_address_for_twilio(clone):
    (line,) = refusal(clone.start(SECRET_KEY=KEY, **TWILIO))
    assert line.startswith("PUBLIC_BASE_URL must be set")


def test_everything_that_is_wrong_is_said_at_once(clone):
    lines = refusal(
        clone.start(
            PORT="70000",
            UNDO_SECONDS="ten",
            APP_TIMEZONE="Mars/Phobos",
            SMSADMIN_FAILPOINT="T1",
        )
    )
    names = ("PORT", "UNDO_SECONDS", "APP_TIMEZONE", "SECRET_KEY", "SMSADMIN_FAILPOINT")
    assert sorted(line.split(" ")[0] for line in lines) == sorted(names)


def test_the_first_start_prints_where_to_begin_and_the_second_is_quiet(clone):
    first = clone.start(SECRET_KEY=KEY)
    assert first.returncode == 0, first.stderr
    assert "/setup?token=" in first.stdout
    again = clone.start(SECRET_KEY=KEY, ADMIN_PASSWORD="a quiet river at dawn")
    assert again.returncode == 0, again.stderr
    assert "/setup?token=" not in again.stdout


@pytest.mark.parametrize(
    "command",
    [("-c", START), ("-m", "gunicorn", "-c", "gunicorn.conf.py", "wsgi:app")],
)
def test_m4_a_newer_database_is_refused_and_untouched(clone, command):
    clone.start(SECRET_KEY=KEY)
    database = clone.folder / "instance" / "sms.db"
    copied = "SELECT 999, 'm0999_later', checksum, applied_at FROM schema_migrations LIMIT 1"
    later = f"INSERT INTO schema_migrations {copied}"
    with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute(later)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = _state_of(database.parent)
    done = clone.run_real(*command, SECRET_KEY=KEY, PORT=str(find_free_port()))
    assert done.returncode != 0
    assert "made by a newer version" in done.stderr
    assert "Traceback" not in done.stderr
    assert _state_of(database.parent) == before


def _state_of(folder: Path):
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
        if path.is_file()
    }


def test_the_file_env_is_read_and_the_environment_comes_first(clone):
    clone.write_env(SECRET_KEY=KEY, DATABASE_URL="sqlite:///data/own.db")
    (clone.folder / "data").mkdir()
    done = clone.start()
    assert done.returncode == 0, done.stderr
    assert (clone.folder / "data" / "own.db").exists()
    assert not (clone.folder / "instance" / "sms.db").exists()
    assert refusal(clone.start(SECRET_KEY="dev"))[0].startswith("SECRET_KEY")


@pytest.mark.parametrize(
    ("url", "path"),
    [("", "instance/sms.db"), ("sqlite:///other/own.db", "other/own.db")],
)
def test_a_relative_database_lies_in_the_projects_folder_for_every_command(
    clone, tmp_path, url, path
):
    """Started from wherever: the program, the doctor, the copies and the users mean the same
    file. (The demo in a folder of its own: tests/whole/test_cli.py.)
    """
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (clone.folder / path).parent.mkdir()
    environment = {"SECRET_KEY": KEY} | ({"DATABASE_URL": url} if url else {})
    database = clone.folder / path
    assert clone.start(cwd=elsewhere, **environment).returncode == 0
    assert database.exists()
    doctor = clone.run("-m", "app.dbdoctor", "--print", cwd=elsewhere, **environment)
    assert f"Database: {database}" in doctor.stdout
    add = ("-m", "flask", "--app", "wsgi", "user", "create", "ada")
    assert clone.run(*add, cwd=clone.folder, **environment).returncode == 0
    assert clone.run("-m", "app.dbdoctor", "--backup", cwd=elsewhere, **environment).returncode == 0
    assert len(list((database.parent / "backups").glob("*.db"))) == 1
    assert list(elsewhere.iterdir()) == []


def test_development_needs_nothing_and_keeps_its_key(clone):
    assert clone.start(APP_ENV="development").returncode == 0
    key = clone.folder / "instance" / "secret_key"
    first = key.read_text()
    assert len(first) >= 32
    assert key.stat().st_mode & 0o077 == 0
    assert clone.start(APP_ENV="development").returncode == 0
    assert key.read_text() == first


def test_half_set_in_development_is_said_in_red_on_every_page(make_settings):
    environ = {
        "APP_ENV": "development",
        "SECRET_KEY": KEY,
        "TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
    }
    app = create_app(
        load_settings(environ | {"DATABASE_URL": f"sqlite:///{make_settings().database_path}"})
    )
    assert app.extensions["settings"].carrier == "sandbox"
    visit = Visitor(app)
    pages = [
        visit("/login"),
        *(visit(address, "ada") for address in ("/", "/blasts/new", "/community", "/users")),
    ]
    for page in pages:
        assert "Twilio is half set up." in page.words
        assert "TWILIO_AUTH_TOKEN and TWILIO_FROM_NUMBER missing" in page.words


def test_a_server_that_sends_nothing_says_so_on_every_page(site):
    """Another WSGI server than our gunicorn starts no engine."""
    for endpoint, door in ROUTES.items():
        if "GET" in door.methods and not door.polled and endpoint != "static":
            page = site.visit(site.address(endpoint), "ada")
            said = "Nothing is being sent right now." in page.words
            is_page = "<html" in page.text and page.status_code not in (302, 303)
            assert said or not is_page, endpoint


def test_an_unknown_environment_is_refused():
    with pytest.raises(BadSettings) as caught:
        load_settings(
            {
                "APP_ENV": "staging",
                "DATABASE_URL": "postgresql://x/y",
                "DEFAULT_REGION": "XX",
                "LOG_FORMAT": "xml",
            }
        )
    assert len(caught.value.lines) == 4

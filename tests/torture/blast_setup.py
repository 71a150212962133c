"""A database with people in it, the app as the test's own eyes, and a gunicorn that sends."""

import logging
import sys
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from app import create_app
from app.core.settings import Settings
from app.migrations.migration_runner import migrate_database
from tests.delivery.helpers import twilio_settings
from tests.gunicorn_server import GunicornServer
from tests.sample_people import create_test_users
from tests.sample_rows import add_members
from tests.twilio_server import TwilioServer
from tests.visit import Visitor

KEY = "a-key-for-tests-0123456789"


@dataclass(frozen=True)
class Line:
    """One line of a table: what was looked at, what was seen, what was asked for, and whether
    that was met.
    """

    case: str
    what: str
    seen: str
    asked: str
    met: bool


def new_town(database: Path, twilio: TwilioServer, people: int) -> Flask:
    """An app on a new database with Ada and so many people. It sends nothing itself."""
    migrate_database(database, logging.getLogger("torture"))
    settings = {
        "secret_key": KEY,
        "app_env": "test",
        "scheduler_enabled": False,
        "log_format": "text",
    }
    app = create_app(
        Settings(**(twilio_settings(twilio) | settings | {"database_url": f"sqlite:///{database}"}))
    )
    logging.disable(logging.WARNING)
    create_test_users(app)
    with app.app_context():
        add_members(people)
    return app


def server_for(app: Flask, twilio: TwilioServer, **more: str) -> GunicornServer:
    """A gunicorn on the same database, connected to `twilio`; not started yet."""
    sends = {
        "TWILIO_ACCOUNT_SID": twilio.account,
        "TWILIO_AUTH_TOKEN": twilio.auth_token,
        "TWILIO_FROM_NUMBER": "+13035550100",
        "TWILIO_API_URL": twilio.url,
    }
    return GunicornServer(app.extensions["settings"].database_path, **(sends | more))


def cookie_of(app: Flask, who: str = "ada") -> str:
    """What Ada's browser sends, signed in."""
    browser = Visitor(app).browser(who)
    found = browser.get_cookie("session") or browser.get_cookie("__Host-session")
    return f"{found.key}={found.value}"


def show(title: str, lines: list[Line]) -> bool:
    """Print a table; whether everything that was asked for was met."""
    say(f"\n{title}\n")
    say("| case | what | seen | asked | |\n|---|---|---|---|---|")
    for line in lines:
        say(
            f"| {line.case} | {line.what} | {line.seen} | {line.asked} |"
            f" {'ok' if line.met else 'NOT MET'} |"
        )
    return all(line.met for line in lines)


def say(line: str) -> None:
    """At once, whatever standard output is."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()

"""What a process does before it serves: settings, migrations, the first admin."""

import logging
import os
import secrets
import sys
from typing import NoReturn

from dotenv import load_dotenv
from flask import Flask

from app.core import development_key, environment, logging_config
from app.core.clock import now
from app.core.settings import PROJECT_ROOT, Settings
from app.core.version import VERSION
from app.migrations.migration_errors import MigrationError
from app.setup.actions import create_admin_or_setup_url, create_demo_url, prepare_database
from app.suppression.actions import stop_replay

# gunicorn's APP_LOAD_ERROR: the master stops. A worker that cannot start would otherwise be
# started again for ever.
EXIT_CANNOT_START = 4
SECRET_KEY_FOLDER = PROJECT_ROOT / "instance"


def load_settings_or_exit() -> Settings:
    """Return the settings of this process, from the environment and the file .env.

    Writes nothing. In development without SECRET_KEY the kept key is used, and before there is
    one a random key that lasts as long as the process. Ends the process with a sentence for each
    thing that is wrong.
    """
    load_dotenv(PROJECT_ROOT / ".env")
    if _needs_development_key():
        key = development_key.read_development_key(SECRET_KEY_FOLDER)
        os.environ["SECRET_KEY"] = key or secrets.token_hex(32)
    try:
        return environment.load_settings()
    except environment.BadSettings as problem:
        exit_unable_to_start(problem)


def prepare_to_serve() -> None:
    """Keep a key for development and bring the database to the newest version.

    Every worker calls it before it loads the app; several at once are safe. Ends the process
    with a sentence for each thing that is wrong.
    """
    load_dotenv(PROJECT_ROOT / ".env")
    if _needs_development_key():
        os.environ["SECRET_KEY"] = development_key.load_development_key(SECRET_KEY_FOLDER)
    prepare_configured_database()


def prepare_configured_database() -> None:
    """Bring the database of the environment to the newest version, or end the process."""
    try:
        settings = environment.load_settings()
        logging_config.configure_logging(settings)
        prepare_database(settings)
    except (environment.BadSettings, MigrationError) as problem:
        exit_unable_to_start(problem)


def apply_newer_stops(app: Flask) -> None:
    """Let an older database that was put back know the newest opt-outs before it is used."""
    with app.app_context():
        stop_replay.apply_newer_stops(now())


def announce_start(app: Flask, address: str) -> None:
    """Print the one address to open: of the setup, of the demo, or of the pages (`address`)."""
    try:
        setup_url = create_admin_or_setup_url(app)
    except environment.BadSettings as problem:
        exit_unable_to_start(problem)
    demo_url = None if setup_url else create_demo_url(app)
    if setup_url:
        sentence = "SMS Admin is running. Open this address to set it up:"
    elif demo_url:
        sentence = "The demo is running. Open this address to look around:"
    else:
        sentence = f"SMS Admin {VERSION} is running. Open"
    print(f"\n  {sentence}\n\n    {setup_url or demo_url or address}\n")
    print("  Press Ctrl+C to stop it.\n", flush=True)


def exit_unable_to_start(problem: Exception) -> NoReturn:
    """Print the problem to standard error, a line each, and end the process."""
    for line in str(problem).splitlines():
        print(f"SMS Admin cannot start: {line}", file=sys.stderr)
    sys.stderr.flush()
    logging.shutdown()
    # sys.exit() would be caught by gunicorn's worker, which prints a traceback.
    os._exit(EXIT_CANNOT_START)


def _needs_development_key() -> bool:
    return os.environ.get("APP_ENV") == "development" and not os.environ.get("SECRET_KEY")

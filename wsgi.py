"""The door for WSGI servers: bring the database up, make the app.

Sending is started by gunicorn.conf.py.
"""

import logging
import os
import sys

from dotenv import load_dotenv

from app import create_app
from app.core import environment, logging_config
from app.core.settings import PROJECT_ROOT
from app.migrations.migration_runner import MigrationError
from app.setup.actions import create_admin_or_setup_url, prepare_database

load_dotenv(PROJECT_ROOT / ".env")
if os.environ.get("APP_ENV") == "development" and not os.environ.get("SECRET_KEY"):
    os.environ["SECRET_KEY"] = environment.load_development_key(PROJECT_ROOT / "instance")

try:
    read = environment.load_settings()
    logging_config.configure_logging(read)
    prepare_database(read)
except (environment.BadSettings, MigrationError) as problem:
    for line in str(problem).splitlines():
        print(f"SMS Admin cannot start: {line}", file=sys.stderr)  # noqa: T201 -- the terminal is where it is read
    logging.shutdown()
    os._exit(
        4
    )  # gunicorn's code for "do not start me again": a worker that cannot start would be tried for ever

app = create_app(read)
address = create_admin_or_setup_url(app)
if address:
    print(
        f"\n  Welcome to SMS Admin. Make the first admin here:\n\n    {address}\n",
        flush=True,
    )  # noqa: T201 -- as above

"""`python -m app.demo_year` fills the database of DATABASE_URL; a second run changes nothing."""

import logging
import os
import secrets

from dotenv import load_dotenv

from app.accounts.queries import has_users
from app.core.clock import now
from app.core.db import write
from app.core.settings import PROJECT_ROOT, Settings
from app.demo_year.loading import load_demo_year
from app.migrations.migration_runner import migrate_database


def main() -> None:
    """Make the database, and fill it unless it has users. Needs no other setting."""
    from app import create_app

    load_dotenv(PROJECT_ROOT / ".env")
    # A key of its own: what it signs is only the hash of a number that is erased, and none is.
    settings = Settings(
        secret_key=secrets.token_hex(32),
        app_env="development",
        database_url=os.environ.get("DATABASE_URL") or Settings.database_url,
    )
    migrate_database(settings.database_path, logging.getLogger(__name__))
    app = create_app(settings)
    # What happens during the year is no news for the terminal.
    logging.disable(logging.WARNING)
    with app.app_context():
        if has_users():
            print("This database is already set up. The demo needs an empty one.")
            return
        print("Creating a demo organization with a year of data ...", flush=True)
        with write():
            load_demo_year(now())


if __name__ == "__main__":
    main()

"""Steps before the first page is served: migrate the database, create the first admin."""

import logging
import secrets
from contextlib import suppress
from datetime import timedelta

from flask import Flask
from sqlalchemy import delete

from app.accounts import queries as users
from app.accounts.actions import user_changes as accounts
from app.accounts.models import AppUser
from app.accounts.password_hashes import hash_password
from app.audit.actions import audited_write, ensure_audit_chain
from app.community.queries import has_members
from app.core.clock import now
from app.core.db import db, execute_and_count_rows, write
from app.core.environment import BadSettings
from app.core.settings import Settings, current_settings
from app.demo_year.starting_over import erase_demo, forget_cached_results
from app.domain.accounts.password_policy import find_password_problem
from app.domain.texts.introductions import DEFAULT_INTRODUCTION_DAYS
from app.message_templates.actions.seeding import store_missing_seeds, store_seeds
from app.migrations.migration_runner import migrate_database
from app.organisation import actions as organisation
from app.organisation.queries import is_practice_demo
from app.retention.actions.rule_changes import create_default_rules
from app.sending_limits.actions.limit_editing import create_first_limits
from app.sequences.actions.sequence_seeding import store_missing_sequences, store_seed_sequences
from app.setup import queries
from app.setup.models import SetupToken
from app.texting_hours.actions import create_default_hours

log = logging.getLogger(__name__)
MAX_ADMIN_USERNAME_LENGTH = 80
SETUP_TOKEN_BYTES = 24
# The workers of one start begin within a minute: older tokens are those of earlier starts.
SETUP_TOKEN_PURGE_AGE = timedelta(minutes=10)


class SetupAlreadyDone(Exception):
    """There is a user already."""


def prepare_database(settings: Settings) -> None:
    """Bring the database to the newest version. Every worker calls it, before create_app.

    Raises MigrationProblem and BadSettings, each with sentences for the person at the terminal.
    """
    if len(users.clean_username(settings.admin_username)) not in range(
        1, MAX_ADMIN_USERNAME_LENGTH + 1
    ):
        raise BadSettings(
            [f"ADMIN_USERNAME must have 1 to {MAX_ADMIN_USERNAME_LENGTH} characters."]
        )
    migrate_database(settings.database_path, log)


def create_admin_or_setup_url(app: Flask) -> str | None:
    """While there is no user: make the first admin from the environment, or give the one-time
    address to print.

    Several workers may call it at once: one admin is made, and each one's address works until
    there is a user.
    """
    settings: Settings = app.extensions["settings"]
    with app.app_context():
        ensure_audit_chain()
        store_missing_seeds()
        store_missing_sequences()
        if users.has_users():
            _warn_unused_admin_password(settings)
            return None
        if settings.admin_password:
            _create_admin_from_settings(settings)
            return None
        token = create_setup_token()
    return f"{_get_base_url(settings)}/setup?token={token}"


def create_demo_url(app: Flask) -> str | None:
    """Give the one-time address that signs in to the demo; None where it is no demo.

    No one has a password for a demo, which holds nothing real.
    """
    with app.app_context():
        if not is_practice_demo():
            return None
        token = create_setup_token()
    return f"{_get_base_url(app.extensions['settings'])}/demo?token={token}"


def _get_base_url(settings: Settings) -> str:
    return settings.public_base_url or f"http://{settings.host}:{settings.port}"


def create_setup_token() -> str:
    """Store the hash of a new token and return the token."""
    token = secrets.token_urlsafe(SETUP_TOKEN_BYTES)
    with write():
        store_setup_token(token)
    return token


def erase_demo_for_setup() -> str:
    """Erase the demo and return the token of the setup that begins anew, in one transaction.

    Otherwise a database that takes no more writes would be empty and without a way in. Raises
    NotMadeUp.
    """
    token = secrets.token_urlsafe(SETUP_TOKEN_BYTES)
    with write():
        erase_demo()
        store_seeds()
        store_seed_sequences()
        store_setup_token(token)
    forget_cached_results()
    return token


def use_up_token(token: str) -> bool:
    """Delete a token and return whether it was valid: it opens the demo once. Inside write()."""
    used = delete(SetupToken).where(queries.match_demo_token(token))
    return execute_and_count_rows(used) > 0


def may_load_demo() -> bool:
    """Whether this database is empty and texts no real phone, so that the demo may fill it."""
    return current_settings().carrier == "sandbox" and not users.has_users() and not has_members()


def end_setup_for_demo() -> None:
    """Delete all setup tokens before the demo is loaded. Inside write().

    Raises SetupAlreadyDone when the database is not empty any more.
    """
    if not may_load_demo():
        raise SetupAlreadyDone
    db.session.execute(delete(SetupToken))


def _warn_unused_admin_password(settings: Settings) -> None:
    if settings.admin_password:
        log.warning(
            "ADMIN_PASSWORD is still set. It is no longer used: take it out of the environment."
        )


def _create_admin_from_settings(settings: Settings) -> None:
    """Create the first admin, with the password as it is.

    Raises BadSettings in production when pages would refuse the password.
    """
    username = users.clean_username(settings.admin_username)
    problem = find_password_problem(settings.admin_password, username=username)
    if problem and settings.is_production:
        raise BadSettings([f"ADMIN_PASSWORD is too weak for production. {problem}"])
    password_hash = hash_password(settings.admin_password)
    with suppress(SetupAlreadyDone), audited_write("setup.finished", username) as audit:
        audit.user_id = create_first_admin(username, password_hash).id


def store_setup_token(token: str) -> None:
    """Store the hash of a token for the setup page, and delete the tokens of earlier starts."""
    is_old = SetupToken.created_at < now() - SETUP_TOKEN_PURGE_AGE
    db.session.execute(delete(SetupToken).where(is_old))
    db.session.add(SetupToken(token_hash=queries.hash_setup_token(token)))


def create_first_admin(
    username: str,
    password_hash: str,
    *,
    name: str | None = None,
    timezone: str | None = None,
    region: str | None = None,
) -> AppUser:
    """Create the first admin and the organisation's row, and delete all setup tokens.

    Raises SetupAlreadyDone when there is a user.
    """
    admin = accounts.create_admin_if_no_users(username, password_hash)
    if admin is None:
        raise SetupAlreadyDone
    row = organisation.create_organisation(name, timezone, region)
    # Without a name of its own, "SMS Admin" would introduce itself.
    if name:
        row.introduction_days = DEFAULT_INTRODUCTION_DAYS
    create_first_limits()
    create_default_hours()
    create_default_rules()
    db.session.execute(delete(SetupToken))
    return admin

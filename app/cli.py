"""Commands of `flask --app wsgi`: users, database, demo, doctor and version."""

import secrets
import sys

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from app.accounts import queries as users
from app.accounts.actions import second_factors
from app.accounts.actions import user_changes as accounts
from app.accounts.actions.account_links import make_link
from app.accounts.link_models import LinkKind
from app.accounts.models import AppUser
from app.accounts.password_hashes import hash_password
from app.accounts.views.link_addresses import build_printed_url
from app.audit.actions import audited_write
from app.blasts.actions.gone_blasts import release_gone_blast
from app.core.db import UniqueViolation, db
from app.core.version import VERSION
from app.dbdoctor.__main__ import main as run_doctor
from app.delivery.actions.sending_hold import take_over_installation
from app.delivery.engine.reconcile_run import run_reconcile
from app.delivery.queries.heartbeat import describe_damage, load_heartbeat
from app.delivery.queries.installation import load_installation
from app.demo_year.__main__ import main as make_demo
from app.domain.accounts.roles import Role
from app.domain.delivery.installation_rules import HOLD_LABELS, HoldReason
from app.startup import prepare_configured_database

CLI_USERNAME = "(command line)"
GENERATED_PASSWORD_BYTES = 12  # 16 characters; it must be changed at the first sign-in

user_commands = AppGroup("user", help="Create and list users, reset a password.")
sending_commands = AppGroup(
    "sending", help="Show why sending is on hold after a restore, and reconcile."
)
database_commands = AppGroup("db", help="Upgrade, back up and check the database.")


@user_commands.command("list")
def print_users() -> None:
    """Print every user with the role."""
    prepare_configured_database()
    for user in users.list_users():
        role = user.role.value if user.role else "no role"
        state = "\tdisabled" if user.disabled_at else ""
        click.echo(f"{user.username}\t{role}{state}")


@user_commands.command("create")
@click.argument("username")
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role]),
    default=Role.SOCIAL_MANAGER.value,
    show_default=True,
)
def create_user(username: str, role: str) -> None:
    """Create a user and print a password for the first sign-in."""
    prepare_configured_database()
    password = secrets.token_urlsafe(GENERATED_PASSWORD_BYTES)
    password_hash = hash_password(password)
    try:
        with audited_write("user.added", CLI_USERNAME) as entry:
            user = accounts.create_user(
                users.clean_username(username), password_hash, Role(role), must_change=True
            )
            entry.about = user.username
            entry.details = {"role": user.role.label}
    except UniqueViolation:
        raise click.ClickException(
            f"There is already a user called {username}. Choose another name."
        ) from None
    click.echo(f"Created {user.username}. Password for the first sign-in: {password}")


@user_commands.command("reset-password")
@click.argument("username")
def reset_password(username: str) -> None:
    """Give a user a new password and a link to choose one, end their sessions, print both."""
    prepare_configured_database()
    user = _find_named_user(username)
    password = secrets.token_urlsafe(GENERATED_PASSWORD_BYTES)
    password_hash = hash_password(password)
    with audited_write("user.changed", CLI_USERNAME) as entry:
        entry.about = user.username
        entry.details = {"password": "new"}
        accounts.set_user_password(user.id, password_hash, must_change=True)
        token = make_link(user.id, LinkKind.RESET)
    click.echo(f"New password for {user.username}: {password}")
    click.echo("They must choose a new one when they sign in. They are signed out on every device.")
    click.echo("Or they choose one with this link, which works once within 24 hours:")
    click.echo(build_printed_url(token))
    if user.disabled_at is not None:
        click.echo(f"{user.username} is disabled: an admin must enable them under Users first.")


def _find_named_user(username: str) -> AppUser:
    """Return the user of this name, or end the command with where the names are listed."""
    user = users.find_user_by_name(users.clean_username(username))
    if user is None:
        raise click.ClickException(
            f"There is no user called {username}. See: flask --app wsgi user list"
        )
    return user


@user_commands.command("remove-second-factor")
@click.argument("username")
def remove_second_factor(username: str) -> None:
    """Let a user who lost phone and recovery codes sign in with the password alone."""
    prepare_configured_database()
    user = _find_named_user(username)
    name, user_id = user.username, user.id
    with audited_write("user.factor_removed", CLI_USERNAME) as entry:
        entry.about = name
        is_removed = second_factors.remove_second_factor(user_id, by_admin=True)
    if is_removed:
        click.echo(f"{name} signs in with the password alone. They should set up a new one.")
    else:
        click.echo(f"{name} has no second factor.")


@database_commands.command("status")
def print_database_status() -> None:
    """Print the migrations that are applied and pending, and the number of rows."""
    sys.exit(run_doctor(["--print"]))


@database_commands.command("upgrade")
def upgrade_database() -> None:
    """Bring the database to the newest version."""
    sys.exit(run_doctor(["--apply"]))


@database_commands.command("revert")
@click.argument("version", type=int)
def revert_database(version: int) -> None:
    """Undo migration VERSION, the newest one."""
    sys.exit(run_doctor(["--revert", str(version)]))


@database_commands.command("backup")
def back_up_database() -> None:
    """Make a verified copy of the database while it is in use."""
    sys.exit(run_doctor(["--backup"]))


@sending_commands.command("status")
def print_sending_status() -> None:
    """Print whether texts are being sent, and why not."""
    prepare_configured_database()
    row = load_installation()
    if damage := load_heartbeat().damage:
        click.echo(f"Nothing is being sent: {describe_damage(damage)}.")
        sys.exit(1)
    if row.hold_reason is None:
        click.echo("Sending is on.")
        return
    click.echo(f"Nothing is being sent: {HOLD_LABELS[HoldReason(row.hold_reason)]}.")
    if row.reconcile_words:
        click.echo(row.reconcile_words)
    sys.exit(1)


@sending_commands.command("reconcile")
def reconcile_sending() -> None:
    """Take in the texts the carrier knows since this database was saved, and resume sending."""
    prepare_configured_database()
    if load_installation().hold_reason in (None, HoldReason.CLONE):
        raise click.ClickException(
            "There is nothing to reconcile. See: flask --app wsgi sending status"
        )
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    db.session.rollback()
    result = run_reconcile(app, release_gone_blast)
    if result is None:
        raise click.ClickException(str(load_installation().reconcile_words))
    click.echo(result.describe())


@sending_commands.command("first-is-gone")
def take_over_sending() -> None:
    """Send from this copy: the first installation is switched off for good."""
    prepare_configured_database()
    with audited_write("sending.taken_over", CLI_USERNAME) as entry:
        entry.about = "installation"
        if not take_over_installation():
            raise click.ClickException("This installation is not on hold as a copy of another one.")
    click.echo("Texts are sent from this installation now. Never start the first one again.")


@click.command("demo")
def fill_demo_database() -> None:
    """Fill an empty database with a made-up organisation; a second time changes nothing."""
    make_demo()


@click.command("doctor", context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def examine_database(arguments: tuple[str, ...]) -> None:
    """Examine the database, or pass ARGUMENTS to python -m app.dbdoctor."""
    sys.exit(run_doctor(list(arguments) or ["--doctor"]))


@click.command("version")
def print_version() -> None:
    """Print the version of SMS Admin."""
    click.echo(f"SMS Admin {VERSION}")


def register_commands(app: Flask) -> None:
    """Add the commands to `flask --app wsgi`."""
    for command in (
        user_commands,
        database_commands,
        sending_commands,
        fill_demo_database,
        examine_database,
        print_version,
    ):
        app.cli.add_command(command)

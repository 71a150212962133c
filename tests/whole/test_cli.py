"""The commands of `flask --app wsgi`, as a person at the terminal runs them."""

import re
import sys

import pytest

from app.core.version import VERSION

pytestmark = pytest.mark.slow
KEY = "0123456789abcdef-a-good-key"


def flask(clone, *arguments):
    """Run a command on a clone of the program; return the finished process."""
    return clone.run("-m", "flask", "--app", "wsgi", *arguments, SECRET_KEY=KEY)


def test_showing_the_routes_leaves_no_file(clone):
    done = flask(clone, "routes")
    assert done.returncode == 0, done.stderr
    assert "/blasts/new" in done.stdout
    assert not (clone.folder / "instance").exists()


def test_development_without_a_key_leaves_no_file_either(clone):
    done = clone.run("-m", "flask", "--app", "wsgi", "routes", APP_ENV="development")
    assert done.returncode == 0, done.stderr
    assert not (clone.folder / "instance").exists()


def test_ada_is_created_listed_and_gets_a_new_password(clone):
    created = flask(clone, "user", "create", "ada", "--role", "admin")
    assert created.returncode == 0, created.stderr
    assert flask(clone, "user", "list").stdout == "ada\tadmin\n"
    reset = flask(clone, "user", "reset-password", "ada")
    assert re.search(r"^New password for ada: \S{16}$", reset.stdout, re.M)
    assert reset.stdout.split()[4] not in created.stdout
    assert re.search(r"^http://\S+/account/link\?token=\S{43}$", reset.stdout, re.M)
    removed = flask(clone, "user", "remove-second-factor", "Ada")
    assert removed.stdout == "ada has no second factor.\n"


def test_a_name_that_is_taken_or_unknown_gets_a_sentence(clone):
    flask(clone, "user", "create", "ada")
    taken = flask(clone, "user", "create", "Ada")
    assert (taken.returncode, "There is already a user called Ada." in taken.stderr) == (1, True)
    unknown = flask(clone, "user", "reset-password", "bob")
    assert (unknown.returncode, "There is no user called bob." in unknown.stderr) == (1, True)


def test_the_database_is_upgraded_examined_and_copied(clone):
    assert flask(clone, "db", "upgrade").returncode == 0
    assert "Pending:  nothing" in flask(clone, "db", "status").stdout
    assert "is healthy" in flask(clone, "doctor").stdout
    assert flask(clone, "db", "backup").returncode == 0
    assert len(list((clone.folder / "instance" / "backups").glob("*.db"))) == 1


def test_the_demo_fills_the_database_once(clone):
    made = flask(clone, "demo")
    assert (made.returncode, "Creating a demo organization" in made.stdout) == (0, True)
    assert "This database is already set up" in flask(clone, "demo").stdout


def test_every_command_knows_the_version(clone):
    done = clone.run_real("-m", "flask", "--app", "wsgi", "version", SECRET_KEY=KEY)
    assert done.stdout == f"SMS Admin {VERSION}\n", done.stderr
    done = clone.run_real("-m", "app.dbdoctor", "--version")
    assert done.stdout == f"SMS Admin {VERSION}\n", (sys.executable, done.stderr)

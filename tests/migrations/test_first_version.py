"""A database of the first version, with its people, opt-outs, texts and blasts: all of it is there
at the newest version, and there every number is of one person.
"""

import contextlib
import shutil
import sqlite3

import pytest

from app import create_app
from app.blasts.queries.audience import fetch_recipients
from app.core.db import db, write
from app.domain.delivery.message_statuses import BlastTarget
from app.groups.actions.group_editing import GroupInfo, create_group
from app.groups.actions.memberships import add_people_to_group
from app.groups.models import MembershipSource
from app.migrations.migration_files import find_migrations
from app.migrations.migration_runner import migrate_database, revert_migration
from app.suppression.queries.sending_permission import find_suppression_reason
from tests.audiences.audience_helpers import to_group
from tests.conftest import _settings
from tests.migrations.sample_migrations import QUIET, make_database, run_sql
from tests.sample_rows import make_phone

NEWEST = len(find_migrations())
# By their number: members, who registered, wrote, stopped, is dead, was texted; some are several.
MEMBERS, REGISTERED, WRITERS = range(20), range(15, 30), range(25, 40)
STOPPED, MANUAL, DEAD, TEXTED = range(0, 60, 7), range(3, 60, 11), range(5, 60, 13), range(10, 50)
NUMBERS = sorted({*MEMBERS, *REGISTERED, *WRITERS, *STOPPED, *MANUAL, *DEAD, *TEXTED})
ROWS = {
    "INSERT INTO community_members (name, phone) VALUES ('Person ' || :n, :phone)": MEMBERS,
    "INSERT INTO event_registrations (event_id, name, phone) "
    "VALUES (1, 'Guest', :phone)": REGISTERED,
    "INSERT INTO messages (direction, kind, phone, body, status) "
    "VALUES ('inbound', 'inbound', :phone, 'Hello ' || :n, 'received')": WRITERS,
    "INSERT INTO unsubscribed_contacts (phone, source) VALUES (:phone, 'inbound')": STOPPED,
    "INSERT INTO suppressed_contacts (phone, category) VALUES (:phone, 'opt_out')": MANUAL,
    "INSERT INTO suppressed_contacts (phone, category) VALUES (:phone, 'hard_fail') "
    "ON CONFLICT DO NOTHING": DEAD,
    "INSERT INTO messages (kind, phone, body, status, message_log_id) "
    "VALUES ('blast', :phone, 'Picnic at noon', 'delivered', 1)": TEXTED,
}
THINGS = (
    "INSERT INTO users (username, password_hash) VALUES ('ada', 'x')",
    "INSERT INTO organisation (id, name) VALUES (1, 'Riverside')",
    "INSERT INTO events (title) VALUES ('Picnic')",
    "INSERT INTO message_logs (message_body, target) VALUES ('Picnic at noon', 'community')",
    "INSERT INTO scheduled_messages (scheduled_at, message_body, target, event_id) "
    "VALUES ('2030-01-01', 'See you', 'event', 1)",
    "INSERT INTO survey_flows (name, trigger_keyword, questions_json) "
    "VALUES ('Lunch', 'LUNCH', '[]')",
)
# What each version can tell.
KEPT = (
    "SELECT id, name, phone FROM community_members ORDER BY id",
    "SELECT event_id, name, phone FROM event_registrations ORDER BY id",
    "SELECT id, direction, kind, phone, body, status, message_log_id FROM messages ORDER BY id",
    "SELECT phone FROM unsubscribed_contacts ORDER BY phone",
    "SELECT phone, category FROM suppressed_contacts ORDER BY phone",
    "SELECT id, message_body, target FROM message_logs ORDER BY id",
    "SELECT id, message_body, target, event_id, status FROM scheduled_messages ORDER BY id",
    "SELECT username FROM users",
    "SELECT name FROM survey_flows",
    "SELECT name FROM organisation",
)


def read_kept(path):
    """Return all rows that every version has."""
    return [run_sql(path, statement) for statement in KEPT]


def read_people(path):
    """Return each number with how many people have it today."""
    people = (
        "SELECT phone, count(DISTINCT person_id) FROM person_phones WHERE until IS NULL GROUP BY 1"
    )
    return dict(run_sql(path, people))


@pytest.fixture
def first(tmp_path):
    """A database of the first version with data."""
    path = tmp_path / "sms.db"
    make_database(path, 1)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        for statement in THINGS:
            connection.execute(statement)
        for statement, numbers in ROWS.items():
            rows = [{"n": n, "phone": make_phone(n)} for n in numbers]
            connection.executemany(statement, rows)
        connection.commit()
    return path


def test_everything_of_the_first_version_is_there_and_opt_outs_still_stop(first):
    before = read_kept(first)
    migrate_database(first, QUIET)
    assert read_kept(first) == before
    everyone = [make_phone(n) for n in NUMBERS]
    assert read_people(first) == dict.fromkeys(everyone, 1)
    threads = run_sql(first, "SELECT phone FROM threads ORDER BY phone")
    assert threads == [(make_phone(n),) for n in WRITERS]
    stopped = {make_phone(n) for n in (*STOPPED, *MANUAL)}
    silent = stopped | {make_phone(n) for n in DEAD}
    app = create_app(_settings(first))
    with app.app_context():
        for phone in everyone:
            assert (find_suppression_reason(phone) is not None) == (phone in silent), phone
        members = fetch_recipients(BlastTarget.COMMUNITY, None)
        assert {row.phone for row in members if row.skip_reason is None} == {
            make_phone(n) for n in MEMBERS
        } - silent
        with write():
            group = create_group(GroupInfo("Choir"))
            add_people_to_group(group.id, everyone, MembershipSource.HAND, "ada")
        audience = fetch_recipients(BlastTarget.AUDIENCE, None, people_of=to_group(group.id))
        assert {row.phone for row in audience} == set(everyone)
        assert {row.phone for row in audience if row.skip_reason is None} == set(everyone) - silent
        db.engine.dispose()


# 1,300 migrations: make test does the same with the demo's data (test_head_and_back.py).
@pytest.mark.torture
def test_from_the_newest_to_any_version_and_back_nothing_is_lost(first, tmp_path):
    before = read_kept(first)
    migrate_database(first, QUIET)
    people = read_people(first)
    for version in range(NEWEST, 1, -1):
        revert_migration(first, version, QUIET)
        assert read_kept(first) == before, version
        copy = shutil.copy(first, tmp_path / "copy.db")
        migrate_database(copy, QUIET)
        assert (read_kept(copy), read_people(copy)) == (before, people), version
        assert run_sql(copy, "PRAGMA foreign_key_check") == [], version

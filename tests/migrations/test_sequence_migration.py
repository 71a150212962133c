"""0054_sequences and 0058_topic_leaves_stop_steps: triggers of the database, which can go again."""

from app.migrations.migration_files import find_migrations
from app.migrations.migration_runner import migrate_database, revert_migration
from tests.migrations.sample_migrations import QUIET, make_database, run_sql

GROUP = "INSERT INTO groups (id, name, folded_name) VALUES (1, 'New', 'new')"
SEQUENCE = (
    "INSERT INTO sequences (name, folded_name, trigger_kind, group_id, carrier, state) "
    "VALUES ('{name}', '{name}', 'group', 1, 'sandbox', '{state}')"
)
JOIN = "INSERT INTO group_members (group_id, phone) VALUES (1, '+1303555010{n}')"


def test_0054_starts_sequences_that_are_on_and_goes_back(tmp_path):
    path = tmp_path / "sms.db"
    make_database(path, 53)
    run_sql(path, GROUP, JOIN.format(n=0))
    migrate_database(path, QUIET, find_migrations()[:54])
    run_sql(path, *(SEQUENCE.format(name=state, state=state) for state in ("off", "active")))
    run_sql(path, JOIN.format(n=1))
    assert run_sql(path, "SELECT sequence_id, phone, start_key FROM sequence_people") == [
        (2, "+13035550101", "group:2")
    ]
    revert_migration(path, 54, QUIET)
    run_sql(path, JOIN.format(n=2))
    assert run_sql(path, "SELECT count(*) FROM group_members") == [(3,)]


def test_0058_stops_a_text_of_a_sequence_when_its_person_leaves_the_topic(tmp_path):
    path = tmp_path / "sms.db"
    make_database(path, 58)
    run_sql(
        path,
        GROUP,
        SEQUENCE.format(name="active", state="active"),
        "INSERT INTO sequence_steps (id, sequence_id, position, body) VALUES (1, 1, 1, 'Hi')",
        JOIN.format(n=1),
        "INSERT INTO messages (id, direction, kind, phone, sender, body, status, carrier) VALUES "
        "(1, 'outbound', 'reminder', '+13035550101', '', 'Hi', 'queued', 'sandbox')",
        "INSERT INTO sequence_sends (sequence_person_id, step_id, outcome, message_id, due_at) "
        "VALUES (1, 1, 'queued', 1, '2026-01-01 00:00:00.000000')",
        "INSERT INTO unsubscribed_topics (phone, group_id, source) "
        "VALUES ('+13035550101', 1, 'inbound')",
    )
    statuses = run_sql(path, "SELECT status, reason FROM messages")
    assert statuses == [("skipped", "left_topic")]
    revert_migration(path, 58, QUIET)

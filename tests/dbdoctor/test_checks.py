"""Each thing that can be wrong inside gets a line of its own, with what to do; what can be
computed again is.
"""

import json

import pytest

from app.dbdoctor.check_registry import ALL_CHECKS
from app.migrations.migration_files import find_migrations
from tests.migrations.sample_migrations import run_sql

LOG = (
    "INSERT INTO message_logs (id, message_body, target, status, total_recipients) "
    "VALUES (1, 'Hi', 'community', 'sent', 2)"
)
ROWS = (
    "INSERT INTO messages (id, kind, phone, body, status, message_log_id) "
    "VALUES (1, 'blast', '+13035550142', 'Hi', 'queued', 1), (2, 'blast', '+13035550143', "
    "'Hi', 'queued', 1)"
)
ARMED = (
    (
        "INSERT INTO attempts (message_id, n, ref) VALUES (1, 1, hex(randomblob(16))), (2, 1, "
        "hex(randomblob(16)))"
    ),
    "UPDATE messages SET attempts = 1",
)
SETTLED = (
    "UPDATE messages SET status = 'delivered' WHERE id = 1",
    "UPDATE messages SET status = 'failed' WHERE id = 2",
)
BLAST = (LOG, ROWS, *ARMED, *SETTLED)
SCHEDULED = (
    "INSERT INTO scheduled_messages (id, scheduled_at, message_body, target, status, "
    "message_log_id) "
    "VALUES (7, '2026-11-21 02:00:00.000000', 'Hi', 'community', {status}, {log})"
)
USER = "INSERT INTO users (username, password_hash, role) VALUES ('sol', 'x', {role})"
OTHER_LOG = (
    "INSERT INTO message_logs (id, message_body, target, status) "
    "VALUES (2, 'Hi', 'community', 'sent')"
)
ANSWERED = (
    "INSERT INTO messages (id, kind, direction, phone, body, status) "
    "VALUES (3, 'inbound', 'inbound', '+13035550142', 'Yes', 'received')",
    "INSERT INTO blast_replies (blast_message_id, message_log_id, reply_id, answer, replied_at) "
    "VALUES (1, 1, 3, 'yes', '2026-11-21 02:00:00.000000')",
)
ZOE = (
    "INSERT INTO community_members (name, phone, folded_name) VALUES ('Zoe', '+13035550142', 'zoe')"
)


def test_a_blast_that_went_well_is_healthy(doctor, database):
    run_sql(
        database,
        *BLAST,
        SCHEDULED.format(status="'sent'", log=1),
        USER.format(role="'admin'"),
        ZOE,
    )
    assert doctor("--doctor") == (0, f"{database} is healthy.\n")


@pytest.mark.parametrize(
    ("breaking", "sentence"),
    [
        (
            ["UPDATE message_logs SET success_count = 5"],
            "The counts of blast 1 do not match its texts.",
        ),
        (
            ["UPDATE message_logs SET failure_count = 0"],
            "The counts of blast 1 do not match its texts.",
        ),
        (
            ["UPDATE message_logs SET total_recipients = 3"],
            "The counts of blast 1 do not match its texts.",
        ),
        (
            ["DELETE FROM attempts", "DELETE FROM messages"],
            "Blast 1 should have recipients, but its texts are missing.",
        ),
        (
            ["UPDATE messages SET attempts = 2 WHERE id = 2"],
            "Text 2 does not have the number of attempts it records.",
        ),
        (
            ["DELETE FROM attempts WHERE message_id = 1"],
            "Text 1 does not have the number of attempts it records.",
        ),
        (
            ["UPDATE attempts SET n = 3 WHERE message_id = 2"],
            "The attempts of text 2 are not numbered 1, 2, 3.",
        ),
        (
            ["UPDATE messages SET carrier = 'twilio' WHERE id = 1"],
            "Text 1 is marked for another carrier",
        ),
        (
            [SCHEDULED.format(status="'processing'", log="NULL")],
            "Scheduled blast 7 is marked as sending but has no texts",
        ),
        (
            [SCHEDULED.format(status="'processing'", log=1)],
            "Scheduled blast 7 is marked as sending, but it has finished",
        ),
        (
            [
                (
                    "INSERT INTO messages (kind, phone, body, status, message_log_id) "
                    "VALUES ('blast', '+13035550144', 'Hi', 'queued', 1)"
                ),
                "UPDATE message_logs SET total_recipients = 3",
            ],
            "Blast 1 has finished, but some of its texts were never sent",
        ),
        (
            [OTHER_LOG, *ANSWERED, "UPDATE blast_replies SET message_log_id = 2"],
            "The answer to text 1 is counted to another blast. To fix it, run:",
        ),
        (
            [*ANSWERED, "UPDATE messages SET phone = '+13035550199' WHERE id = 3"],
            "Text 3 is counted as an answer to a blast, but it is not from that person.",
        ),
        (
            [
                USER.format(role="'admin'"),
                "UPDATE users SET pending_phone = '+13035550142'",
            ],
            "The phone of user 1 cannot be verified by its code. Ask for a new code",
        ),
        (
            [USER.format(role="'social_manager'")],
            "There are users (1), but none of them is an admin.",
        ),
        (
            [ZOE, "DELETE FROM person_phones", "DELETE FROM people"],
            "The number in community_members 1, messages",
        ),
        (
            ["INSERT INTO people (id) VALUES (7)"],
            "Person 7 has no number. To fix it, run: python -m app.dbdoctor --fix.",
        ),
        (
            [
                "INSERT INTO unsubscribed_contacts (id, phone, source, ends_at) "
                "VALUES (5, '+13035550142', 'pause', '2026-01-01 06:00:00.000000')"
            ],
            "The pause of entry 5 of the do-not-text list is over",
        ),
        (
            ["UPDATE messages SET message_log_id = 99"],
            "Rows of messages refer to missing rows of message_logs.",
        ),
    ],
)
def test_what_disagrees_is_said(doctor, database, breaking, sentence):
    run_sql(database, *BLAST, *breaking)
    code, said = doctor("--doctor")
    assert code == 1
    assert any(line.startswith(sentence) for line in said.splitlines()), said
    assert "+1303" not in said


TWO_NUMBERS = (
    "UPDATE person_phones SET rank = 2, person_id = (SELECT person_id FROM person_phones "
    "WHERE phone = '+13035550142') WHERE phone = '+13035550143'"
)


def test_a_person_with_two_numbers_who_answers_from_the_other_is_healthy(doctor, database):
    run_sql(
        database,
        *BLAST,
        *ANSWERED,
        TWO_NUMBERS,
        "DELETE FROM people WHERE id NOT IN (SELECT person_id FROM person_phones)",
        # Number 143 refused it, so 142 has it, and the answer comes from 143.
        "UPDATE messages SET reason = 'second_number' WHERE id = 2",
        "UPDATE messages SET fallback_for_id = 2 WHERE id = 1",
        "UPDATE message_logs SET total_recipients = 1",
        "UPDATE messages SET phone = '+13035550143' WHERE id = 3",
    )
    assert doctor("--doctor")[0] == 0
    run_sql(
        database,
        "UPDATE messages SET fallback_for_id = NULL",
        "UPDATE person_phones SET rank = 1",
    )
    said = doctor("--doctor")[1]
    assert "Text 2 should be followed by one to another number" in said
    assert "has several first numbers" in said


def test_numbers_without_a_person_get_one_and_people_without_a_number_go(doctor, database):
    run_sql(
        database,
        ZOE,
        "DELETE FROM person_phones",
        "DELETE FROM people",
        "INSERT INTO people (id) VALUES (7)",
    )
    assert doctor("--repair")[0] == 0
    assert doctor("--doctor")[0] == 0
    found = run_sql(
        database,
        "SELECT phone, length(public_id) FROM person_phones JOIN people ON people.id = person_id",
    )
    assert found == [("+13035550142", 16)]


def test_a_number_twice_in_a_blast_is_found_even_where_the_index_is_gone(doctor, database):
    run_sql(
        database,
        *BLAST,
        "DROP INDEX uq_messages_log_phone",
        "UPDATE messages SET phone = '+13035550142'",
    )
    code, said = doctor("--doctor")
    assert code == 1
    assert "The index uq_messages_log_phone is missing." in said
    assert "The same number is listed twice in blast 1." in said


def test_two_attempts_with_one_mark_are_found(doctor, database):
    run_sql(database, *BLAST)
    run_sql(
        database,
        "CREATE TABLE loose AS SELECT * FROM attempts",
        "DROP TABLE attempts",
        "ALTER TABLE loose RENAME TO attempts",
        "UPDATE attempts SET ref = (SELECT ref FROM attempts WHERE id = 1)",
    )
    code, said = doctor("--doctor")
    assert code == 1
    assert "Attempt 1 has the same identifier as another one." in said


def test_programs_are_told_as_json(doctor, database, tmp_path):
    """M13: with the same exit codes, and for a file that cannot be examined too."""
    run_sql(database, *BLAST, "UPDATE message_logs SET success_count = 5")
    code, said = doctor("--doctor", "--json")
    told = json.loads(said)
    assert (code, told["healthy"], told["database"]) == (1, False, str(database))
    assert told["checks"] == len(ALL_CHECKS)
    assert told["findings"] == [
        {
            "check": "blast-counts",
            "severity": "error",
            "problem": "The counts of blast 1 do not match its texts.",
            "advice": "To fix it, run: python -m app.dbdoctor --fix.",
            "fixable": True,
        }
    ]
    doctor("--fix")
    code, said = doctor("--json", "--doctor")
    assert (code, json.loads(said)["findings"]) == (0, [])
    code, said = doctor("--doctor", "--json", path=tmp_path / "nowhere.db")
    assert (code, json.loads(said)["findings"][0]["check"]) == (1, "unreadable")
    with pytest.raises(SystemExit):
        doctor("--backup", "--json")


def test_a_table_that_was_changed_by_hand_is_said(doctor, database):
    run_sql(
        database,
        "ALTER TABLE events ADD COLUMN colour TEXT",
        "DROP TRIGGER audit_events_no_delete",
    )
    code, said = doctor("--doctor")
    assert code == 1
    assert "The column events.colour should not be there." in said
    assert "The trigger audit_events_no_delete is missing." in said


def test_what_holds_nothing_of_its_own_is_made_anew_and_needs_no_backup(doctor, database):
    reply = "VALUES ('outbound', 'reply', '+13035550142', 'Choir at seven', 'delivered')"
    run_sql(
        database,
        ZOE,
        f"INSERT INTO messages (direction, kind, phone, body, status) {reply}",
        "DROP INDEX uq_messages_log_phone",
        "DROP INDEX ix_messages_in_reply_to",
        "CREATE INDEX ix_messages_in_reply_to ON messages (in_reply_to)",
        "DROP TRIGGER audit_events_no_delete",
        "DROP TABLE community_search",
        "DROP TABLE inbox_search",
    )
    code, said = doctor("--doctor")
    assert code == 1
    assert "The index uq_messages_log_phone is missing. To fix it, run:" in said
    assert "--restore" not in said
    assert doctor("--repair")[0] == 0
    assert run_sql(database, "SELECT rowid FROM inbox_search('choir')") == [(1,)]
    assert run_sql(database, "SELECT rowid FROM community_search('zoe')") == [(1,)]


def test_a_unique_index_that_the_rows_contradict_is_not_made(doctor, database):
    run_sql(
        database,
        *BLAST,
        "DROP INDEX uq_messages_log_phone",
        "UPDATE messages SET phone = '+13035550142'",
    )
    code, said = doctor("--repair")
    assert code == 1
    assert "The index uq_messages_log_phone cannot be created: two rows have the same value" in said


def test_the_tables_of_litestream_are_no_strangers(doctor, database):
    run_sql(
        database,
        "CREATE TABLE _litestream_seq (id INTEGER PRIMARY KEY, seq INTEGER)",
        "CREATE TABLE _litestream_lock (id INTEGER)",
    )
    assert doctor("--doctor") == (0, f"{database} is healthy.\n")


@pytest.mark.parametrize(
    "breaking",
    [
        (
            "INSERT INTO community_search(community_search, rowid, folded_name, phone) "
            "VALUES ('delete', 1, 'zoe', '+13035550142')"
        ),
        "INSERT INTO community_search(rowid, folded_name, phone)"
        " VALUES (5, 'Nobody', '+13035550199')",
    ],
    ids=["a member is missing", "somebody is too much"],
)
def test_a_search_out_of_step_is_found_and_repaired(doctor, database, breaking):
    run_sql(database, ZOE, breaking)
    code, said = doctor("--doctor")
    assert code == 1
    assert (
        said
        == "The search index does not match the members. To fix it, run: python -m app.dbdoctor"
        " --fix.\n"
    )
    assert doctor("--repair")[0] == 0
    assert run_sql(
        database,
        "SELECT rowid FROM community_search WHERE community_search MATCH 'zoe'",
    ) == [(1,)]


def test_counts_and_ends_are_computed_again_after_a_copy(doctor, database):
    run_sql(database, *BLAST, SCHEDULED.format(status="'processing'", log=1))
    run_sql(
        database,
        "UPDATE message_logs SET success_count = 9, failure_count = 9, finished_at = "
        "'2026-11-21 03:00:00'",
    )
    code, said = doctor("--repair")
    assert code == 0
    assert run_sql(
        database,
        "SELECT total_recipients, success_count, failure_count FROM message_logs",
    ) == [(2, 1, 1)]
    assert run_sql(database, "SELECT status, sent_at FROM scheduled_messages") == [
        ("sent", "2026-11-21 03:00:00")
    ]
    (copy,) = (database.parent / "backups").iterdir()
    assert str(copy) in said
    assert run_sql(copy, "SELECT success_count FROM message_logs") == [(9,)]


def test_an_imported_log_without_rows_is_healthy(doctor, database):
    """Logs of the first design keep their results in `details`."""
    run_sql(database, LOG, "UPDATE message_logs SET success_count = 2, details = '[]'")
    assert doctor("--doctor")[0] == 0


def test_a_log_of_changes_that_was_deleted_by_hand_is_noticed(doctor, database):
    """M11: after a crash -wal and -shm lie there; the -shm alone gives the deletion away."""
    database.with_name("sms.db-shm").write_bytes(b"\0" * 32768)
    code, said = doctor("--doctor")
    assert code == 1
    assert said.startswith("sms.db-wal was deleted: the most recent changes may be lost.")


def test_a_pending_migration_is_said_with_the_command(doctor, database):
    newest = find_migrations()[-1]
    doctor("--revert", str(newest.version))
    code, said = doctor("--doctor")
    assert code == 1
    assert said == f"Pending: {newest.name}. Run: python -m app.dbdoctor --apply.\n"


def test_an_answer_that_is_counted_to_another_blast_is_counted_to_its_own(doctor, database):
    elsewhere = "UPDATE blast_replies SET message_log_id = 2"
    run_sql(database, *BLAST, OTHER_LOG, *ANSWERED, elsewhere, USER.format(role="'admin'"))
    doctor("--repair")
    assert run_sql(database, "SELECT message_log_id FROM blast_replies") == [(1,)]
    assert doctor("--doctor") == (0, f"{database} is healthy.\n")

"""The database itself refuses what breaks a rule, whoever writes it: every CHECK is broken once."""

import contextlib
import re
import sqlite3

import pytest

from app.migrations.schema_comparison import describe_schema

CHECK = re.compile(r"CONSTRAINT (ck_\w+) CHECK")
ONE_OF = re.compile(r"(\w+) in \( ('[^']*')")
# Values by the beginning of a column's type; a column that may be NULL is left out.
USUAL_VALUES = {"INT": 1, "VARCHAR": "x", "TEXT": "x", "DATE": "2026-11-27", "BOOL": 0}
# What a row needs beside the usual values, and a value that breaks the rule, where the rule is
# not "one of these words" or "a phone number".
VALID_VALUES = {
    "phone": "+13035550100",
    "ref": "0" * 32,
    "time_of_day": "09:30",
    "direction": "outbound",
    "rule": "{}",
    "windows": "{}",
    "permissions": "[]",
    "narrow_closes": 2,
    "other_id": 2,
    "id": 1,
}
VALID_ROWS = {
    "retention_rules": {"days": 1},
    "trigger_words": {"keyword_rule_id": 1},
    "backup_runs": {"state": "running", "error": None, "finished_at": None},
    "chat_webhooks": {"url": "https://chat.example.org/x"},
    "messages": {"status": "queued"},
    "notices": {"user_id": 1, "channel": "mail"},
    "trash_rows": {"row": "{}"},
    "sender_limits": {"user_id": 1, "max_people": 5},
}
BROKEN_VALUES = {
    "ck_message_logs_audience": {"audience_id": 1},
    "ck_scheduled_messages_audience": {"audience_id": 1},
    "ck_message_logs_audience_is_whole": {"audience_outcome": "yes"},
    "ck_scheduled_messages_audience_is_whole": {"audience_log_id": 1},
    "ck_attempts_ref_is_32_hex": {"ref": "0" * 31},
    "ck_backup_runs_failed": {"state": "failed", "finished_at": "2026-11-28"},
    "ck_backup_runs_finished": {"state": "done", "finished_at": None},
    "ck_blast_drafts_version": {"version": 0},
    "ck_blast_series_audience": {"audience_id": 1},
    "ck_blast_series_rule": {"rule": "no JSON"},
    "ck_blast_series_stop_reason": {"stop_reason": "Its event was deleted."},
    "ck_blast_series_time_of_day": {"time_of_day": "9:30"},
    "ck_blast_approvals_decided": {"state": "approved"},
    "ck_blast_approvals_decisionchannel": {
        "state": "approved",
        "decided_by": "ada",
        "decided_how": "letter",
    },
    "ck_check_ins_streak_days": {"streak_days": 0},
    "ck_check_in_streaks_days": {"run_days": 2},
    "ck_event_reminders_time_of_day": {"time_of_day": "9:30"},
    "ck_event_registrations_guests": {"guests": 100},
    "ck_groups_name": {"name": " "},
    "ck_installation_one_row": {"id": 2},
    "ck_messages_held": {"held_why": "quiet_hours"},
    "ck_message_templates_archived_is_off": {"archived_at": "2026-11-28", "is_active": 1},
    "ck_messages_inbound_is_received": {"direction": "inbound"},
    "ck_chat_webhooks_name": {"name": " "},
    "ck_chat_webhooks_url": {"url": "hook"},
    "ck_notices_count": {"count": 0},
    "ck_notices_has_chat": {"user_id": 1, "channel": "mail", "webhook_id": 1},
    "ck_notices_has_reader": {"user_id": None, "channel": "mail"},
    "ck_organisation_only_one": {"id": 2},
    "ck_organisation_footers": {"footers": "no JSON"},
    "ck_organisation_introduction_days": {"introduction_days": 0},
    "ck_people_kept_apart_order": {"person_id": 2, "other_id": 1},
    "ck_permission_sets_is_list": {"permissions": "{}"},
    "ck_person_fields_name": {"name": " "},
    "ck_person_phones_rank": {"rank": 0},
    "ck_retention_rules_days": {"days": 0},
    "ck_segments_name": {"name": " "},
    "ck_segments_rule": {"rule": "no JSON"},
    "ck_sender_limits_limits_something": {"max_people": None},
    "ck_sender_limits_not_negative": {"max_people": -1},
    "ck_sending_limits_only_one": {"id": 2},
    "ck_sending_limits_above_zero": {"person_texts_a_day": 0},
    "ck_sending_limits_fixed_is_a_number": {"texts_a_day": 5},
    "ck_sending_totals_not_negative": {"texts": -1},
    "ck_sequence_people_ended": {"state": "done"},
    "ck_sequence_people_stop_reason": {"stop_reason": "replied"},
    "ck_sequence_sends_skip_reason": {"skip_reason": "too_late"},
    "ck_sequence_steps_condition": {"condition": "no JSON"},
    "ck_sequence_steps_delay_days": {"delay_days": -1},
    "ck_sequence_steps_repeat_days": {"repeat_days": 0},
    "ck_sequence_steps_time_of_day": {"time_of_day": "9:30"},
    "ck_sequence_steps_until_condition": {"until_condition": "{}"},
    "ck_sequences_name": {"name": " "},
    "ck_sequences_trigger_count": {"trigger_count": 0},
    "ck_sequences_trigger_days": {"trigger_days": 366},
    "ck_series_occurrences_moved": {"moved_date": "2026-11-28"},
    "ck_stop_journal_one_row": {"id": 2},
    "ck_stop_questions_verdict": {"verdict": "out", "decided_at": None},
    "ck_blackout_days_name": {"name": " "},
    "ck_texting_hours_only_one": {"id": 2},
    "ck_texting_hours_narrow": {"narrow_opens": 1200, "narrow_closes": 1200},
    "ck_texting_hours_windows": {"windows": "no JSON"},
    "ck_trash_rows_row": {"row": "no JSON"},
    "ck_trigger_words_one_owner": {"keyword_rule_id": 1, "survey_id": 1},
}
BROKEN_VALUES |= {
    f"ck_{table}_translations": {"translations": "no JSON"}
    for table in (
        "scheduled_messages",
        "message_logs",
        "blast_series",
        "series_occurrences",
        "event_reminders",
        "sequence_steps",
    )
}
NO_PHONES = ("13035550100", "+03035550100", "+1303555010x", "+1303555010012345", "")


@pytest.fixture
def rules(database):
    """A connection to an empty database; foreign keys are off, so that a row can stand alone."""
    with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as connection:
        yield connection


def list_checks(connection):
    """Yield each rule as (table, name of the rule, the rule)."""
    schema = describe_schema(connection)
    for table, sql in connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'table'"
    ):
        for name in CHECK.findall(sql or ""):
            yield table, name, schema[f"check {name}"]


def list_broken_values(name, rule):
    """Return what breaks the rule, as columns and their values."""
    if name in BROKEN_VALUES:
        return [BROKEN_VALUES[name]]
    if name.endswith("phone_is_e164"):
        column = rule.split()[0]
        return [{column: phone} for phone in NO_PHONES]
    if rule.endswith("in ( 0 , 1 )"):
        return [{rule.split()[0]: 2}]
    (column, _word) = ONE_OF.match(rule).groups()
    return [{column: "nonsense"}]


def make_valid_row(connection, table, checks):
    """Return a row that the table takes. `checks`: of all tables, as list_checks yields them."""
    words = {}
    for owner, _name, rule in checks:
        if owner == table:
            words |= {column: word.strip("'") for column, word in ONE_OF.findall(rule)}
    words = words | VALID_VALUES | VALID_ROWS.get(table, {})
    row = {}
    for _, column, kind, required, default, is_key in connection.execute(
        f"PRAGMA table_info({table})"
    ):
        usual = next((v for start, v in USUAL_VALUES.items() if kind.startswith(start)), None)
        if is_key or (required and default is None) or column in VALID_ROWS.get(table, {}):
            row[column] = words.get(column, usual)
    return row


def insert(connection, table, row):
    """Insert a row, in place of one with its key; it is rolled back."""
    names = ", ".join(row)
    values = ", ".join(f":{name}" for name in row)
    connection.execute("SAVEPOINT attempt")
    try:
        connection.execute(f"INSERT OR REPLACE INTO {table} ({names}) VALUES ({values})", row)
    finally:
        connection.execute("ROLLBACK TO attempt")


def test_every_rule_refuses_what_breaks_it(rules):
    checks = list(list_checks(rules))
    assert len(checks) > 30
    for table, name, rule in checks:
        row = make_valid_row(rules, table, checks)
        insert(rules, table, row)
        for broken in list_broken_values(name, rule):
            with pytest.raises(sqlite3.IntegrityError, match=f"CHECK constraint failed: {name}"):
                insert(rules, table, row | broken)

"""A database of the first design, as its own migrations leave it, with rows of every kind."""

import json
import sqlite3

TABLES = """
CREATE TABLE schema_migrations (version TEXT PRIMARY KEY, applied_at TEXT NOT NULL);
CREATE TABLE schema_migration_lock (id INTEGER PRIMARY KEY CHECK (id = 1), acquired_at TEXT);
CREATE TABLE users (id INTEGER PRIMARY KEY, username VARCHAR(80) NOT NULL UNIQUE,
    password_hash VARCHAR(255) NOT NULL, phone VARCHAR(20), role VARCHAR(30) NOT NULL,
    must_change_password BOOLEAN NOT NULL, session_nonce VARCHAR(64), created_at DATETIME);
CREATE TABLE community_members (id INTEGER PRIMARY KEY, name VARCHAR(100),
    phone VARCHAR(20) NOT NULL UNIQUE, created_at DATETIME);
CREATE TABLE events (id INTEGER PRIMARY KEY, title VARCHAR(200) NOT NULL, date DATE,
    created_at DATETIME);
CREATE TABLE event_registrations (id INTEGER PRIMARY KEY, event_id INTEGER NOT NULL,
    name VARCHAR(100), phone VARCHAR(20) NOT NULL, created_at DATETIME,
    CONSTRAINT unique_event_phone UNIQUE (event_id, phone));
CREATE TABLE unsubscribed_contacts (id INTEGER PRIMARY KEY, name VARCHAR(100),
    phone VARCHAR(20) NOT NULL UNIQUE, reason TEXT, source VARCHAR(50) NOT NULL,
    created_at DATETIME);
CREATE TABLE suppressed_contacts (id INTEGER PRIMARY KEY, phone VARCHAR(20) NOT NULL UNIQUE,
    reason TEXT, category VARCHAR(20) NOT NULL, source VARCHAR(50), source_type VARCHAR(50),
    source_message_log_id INTEGER, created_at DATETIME, updated_at DATETIME);
CREATE TABLE message_logs (id INTEGER PRIMARY KEY, created_at DATETIME,
    message_body TEXT NOT NULL, target VARCHAR(20) NOT NULL, event_id INTEGER,
    status VARCHAR(20), total_recipients INTEGER, success_count INTEGER, failure_count INTEGER,
    details TEXT);
CREATE TABLE scheduled_messages (id INTEGER PRIMARY KEY, created_at DATETIME,
    scheduled_at DATETIME NOT NULL, message_body TEXT NOT NULL, target VARCHAR(20) NOT NULL,
    event_id INTEGER, status VARCHAR(20), test_mode BOOLEAN, processing_started_at DATETIME,
    sent_at DATETIME, error_message TEXT, message_log_id INTEGER);
CREATE TABLE survey_flows (id INTEGER PRIMARY KEY, name VARCHAR(120) NOT NULL UNIQUE,
    trigger_keyword VARCHAR(40) NOT NULL UNIQUE, intro_message TEXT, questions_json TEXT NOT NULL,
    completion_message TEXT, linked_event_id INTEGER, is_active BOOLEAN NOT NULL,
    start_count INTEGER NOT NULL, completion_count INTEGER NOT NULL, created_at DATETIME,
    updated_at DATETIME);
CREATE TABLE survey_sessions (id INTEGER PRIMARY KEY, survey_id INTEGER NOT NULL,
    thread_id INTEGER NOT NULL, phone VARCHAR(20) NOT NULL, status VARCHAR(20) NOT NULL,
    current_question_index INTEGER NOT NULL, started_at DATETIME, last_activity_at DATETIME,
    completed_at DATETIME);
CREATE TABLE survey_responses (id INTEGER PRIMARY KEY, session_id INTEGER NOT NULL,
    survey_id INTEGER NOT NULL, phone VARCHAR(20) NOT NULL, question_index INTEGER NOT NULL,
    question_prompt TEXT NOT NULL, answer TEXT NOT NULL, created_at DATETIME);
CREATE TABLE keyword_automation_rules (id INTEGER PRIMARY KEY, keyword VARCHAR(40) NOT NULL UNIQUE,
    response_body TEXT NOT NULL, is_active BOOLEAN NOT NULL, match_count INTEGER NOT NULL,
    created_at DATETIME, updated_at DATETIME);
CREATE TABLE inbox_messages (id INTEGER PRIMARY KEY, thread_id INTEGER NOT NULL,
    phone VARCHAR(20) NOT NULL, direction VARCHAR(10) NOT NULL, body TEXT NOT NULL,
    message_sid VARCHAR(64) UNIQUE, automation_source VARCHAR(30), automation_source_id INTEGER,
    delivery_status VARCHAR(30), delivery_error TEXT, raw_payload TEXT, created_at DATETIME);
"""
AT = "2025-03-04 17:30:00.123456"
ZOE, SOL, LEA, GONE = "+13035550101", "+13035550102", "+13035550103", "+13035550104"
# A failed text is tried again: the success counts.
RESULTS = [
    {"phone": ZOE, "name": "Zoe Ray", "success": False, "error": "timed out"},
    {"phone": ZOE, "name": "Zoe Ray", "success": True, "error": None},
    {"phone": LEA, "name": "", "success": False, "error": "HTTP 400: 21610 unsubscribed"},
    {"error": "the worker stopped"},
]
ROWS = {
    "users": [
        (1, "Ada", "scrypt:hash", "+13035550199", "admin", 0, "n", AT),
        (2, "sol", "pbkdf2:hash", None, "social_manager", 1, "n", AT),
        (3, "ADA", "scrypt:other", None, "admin", 0, "n", AT),
        (4, "eve", "scrypt:hash", None, "owner", 0, "n", AT),
    ],
    "community_members": [
        (1, "Zoe Ray", ZOE, AT),
        (2, None, SOL, None),
        (3, "Noah", "+0123", AT),
    ],
    "events": [(1, "Supper", "2025-03-10", AT), (2, "Walk", None, AT)],
    "event_registrations": [(1, 1, "Lea", LEA, AT), (2, 9, "Lea", LEA, AT)],
    "unsubscribed_contacts": [(1, "Gone", GONE, "STOP", "inbound", AT)],
    "suppressed_contacts": [
        (1, LEA, "21610", "opt_out", "message_failure", "message_log", 1, AT, AT),
        (2, SOL, "landline", "hard_fail", None, None, 99, AT, AT),
    ],
    "message_logs": [
        (
            1,
            AT,
            "Hi {first_name}, {name}!",
            "community",
            None,
            "sent",
            3,
            1,
            2,
            json.dumps(RESULTS),
        ),
        (2, AT, "Supper", "event", 1, "processing", 5, 0, 0, "not JSON"),
    ],
    "scheduled_messages": [
        (1, AT, AT, "Tomorrow", "community", None, "pending", 0, None, None, None, None),
        (2, AT, AT, "Done", "event", 1, "sent", 0, None, AT, None, 1),
        (3, AT, AT, "Halfway", "event", 2, "processing", 0, AT, None, None, 2),
    ],
    "survey_flows": [
        (1, "Meal", "MEAL", "Hello", '["Meat or fish?", ""]', "Thanks", 1, 1, 2, 1, AT, AT),
        (2, "Broken", "BROKEN", None, "{", None, 9, 0, 0, 0, AT, AT),
    ],
    "survey_sessions": [
        (1, 1, 1, ZOE, "completed", 1, AT, AT, AT),
        (2, 1, 2, LEA, "active", 0, AT, AT, None),
    ],
    "survey_responses": [(1, 1, 1, ZOE, 0, "Meat or fish?", "Fish", AT)],
    "keyword_automation_rules": [
        (1, "HOURS", "Nine to five", 1, 4, AT, AT),
        (2, "MEAL", "A word of the survey", 1, 0, AT, AT),
    ],
    "inbox_messages": [
        (1, 1, ZOE, "inbound", "Hours?", "SM" + "1" * 32, None, None, None, None, "{}", AT),
        (
            2,
            1,
            ZOE,
            "outbound",
            "Nine to five",
            "SM" + "2" * 32,
            "keyword",
            1,
            "sent",
            None,
            None,
            AT,
        ),
        (3, 1, ZOE, "outbound", "See you", None, "manual", None, "failed", "30003 off", None, AT),
    ],
}


def make_first_design(path):
    """Write the database to `path`."""
    connection = sqlite3.connect(path)
    connection.executescript(TABLES)
    connection.execute("INSERT INTO schema_migrations VALUES ('012', ?)", (AT,))
    for table, rows in ROWS.items():
        marks = ", ".join("?" * len(rows[0]))
        connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
    connection.commit()
    connection.close()
    return path

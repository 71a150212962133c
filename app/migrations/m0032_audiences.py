"""Audiences of several lists: blasts refer to them, and blasts to one group become such blasts."""

import hashlib
import logging
import sqlite3

from app.migrations.table_rebuild import rebuild_table

AUDIENCES = """CREATE TABLE audiences (
    id INTEGER NOT NULL,
    rule TEXT NOT NULL,
    rule_hash VARCHAR(64) NOT NULL,
    sentence TEXT NOT NULL,
    is_texted_today_excluded BOOLEAN DEFAULT 0 NOT NULL,
    is_frozen BOOLEAN DEFAULT 0 NOT NULL,
    created_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
    CONSTRAINT pk_audiences PRIMARY KEY (id))"""
PARTS = """CREATE TABLE audience_parts (
    id INTEGER NOT NULL,
    audience_id INTEGER NOT NULL,
    role VARCHAR(20) NOT NULL,
    kind VARCHAR(20) NOT NULL,
    ref_id INTEGER,
    detail VARCHAR(40) DEFAULT '' NOT NULL,
    name VARCHAR(200) DEFAULT '' NOT NULL,
    CONSTRAINT pk_audience_parts PRIMARY KEY (id),
    CONSTRAINT fk_audience_parts_audience_id FOREIGN KEY(audience_id) REFERENCES audiences (id) ON DELETE CASCADE,
    CONSTRAINT ck_audience_parts_partrole CHECK (role IN ('include', 'exclude')),
    CONSTRAINT ck_audience_parts_partkind CHECK (kind IN ('everybody', 'group', 'segment', 'event', 'people',
        'results')))"""
PEOPLE = """CREATE TABLE audience_people (
    audience_id INTEGER NOT NULL,
    phone VARCHAR(20) NOT NULL,
    name VARCHAR(100),
    CONSTRAINT pk_audience_people PRIMARY KEY (audience_id, phone),
    CONSTRAINT ck_audience_people_phone_is_e164 CHECK (phone GLOB '+[1-9]*' AND
        phone NOT GLOB '*[^+0-9]*' AND length(phone) <= 16),
    CONSTRAINT fk_audience_people_audience_id FOREIGN KEY(audience_id) REFERENCES audiences (id) ON DELETE CASCADE)"""
TABLES = (
    AUDIENCES,
    PARTS,
    PEOPLE,
    "CREATE INDEX ix_audience_parts_audience_id ON audience_parts (audience_id)",
    "CREATE INDEX ix_audience_parts_ref ON audience_parts (kind, ref_id, audience_id)",
    "CREATE INDEX ix_audience_people_phone ON audience_people (phone)",
)
# SQLite gives the id of a deleted row again: a part never means what came after.
TRIGGERS = tuple(
    f"CREATE TRIGGER {table}_audience_parts AFTER DELETE ON {table} BEGIN UPDATE audience_parts "
    f"SET ref_id = NULL WHERE kind = '{kind}' AND ref_id = old.id; END"
    for table, kind in (("events", "event"), ("groups", "group"), ("segments", "segment"))
)
OUTCOMES = "'everyone', 'delivered', 'no_reply', 'replied', 'yes', 'no', 'other', 'failed', 'not_sent'"
LOGS = """CREATE TABLE message_logs (
    id INTEGER NOT NULL,
    created_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
    message_body TEXT NOT NULL,
    target VARCHAR(20) NOT NULL,
    event_id INTEGER,
    status VARCHAR(20) DEFAULT 'sent' NOT NULL,
    total_recipients INTEGER DEFAULT '0' NOT NULL,
    success_count INTEGER DEFAULT '0' NOT NULL,
    failure_count INTEGER DEFAULT '0' NOT NULL,
    details TEXT,
    event_title VARCHAR(200),
    footer VARCHAR(160),
    sender VARCHAR(40) DEFAULT '' NOT NULL,
    carrier VARCHAR(10) DEFAULT 'sandbox' NOT NULL,
    test_mode BOOLEAN DEFAULT 0 NOT NULL,
    duplicates INTEGER DEFAULT '0' NOT NULL,
    pause_reason VARCHAR(300),
    pause_code INTEGER,
    proven BOOLEAN DEFAULT 0 NOT NULL,
    created_by VARCHAR(80),
    finished_at DATETIME,
    not_after DATETIME,
    resumed_at DATETIME,
    survey_id INTEGER CONSTRAINT fk_message_logs_survey_id REFERENCES survey_flows (id) ON DELETE SET NULL,
    name VARCHAR(80),
    plain_names BOOLEAN DEFAULT 0 NOT NULL,
    tested_as VARCHAR(100),
    {columns},
    CONSTRAINT pk_message_logs PRIMARY KEY (id),
    CONSTRAINT ck_message_logs_carrier CHECK (carrier IN ('sandbox', 'twilio')),
    CONSTRAINT ck_message_logs_logstatus CHECK (status IN ('processing', 'paused', 'sent', 'failed', 'cancelled')),
    CONSTRAINT ck_message_logs_target CHECK (target IN ({targets})),
    CONSTRAINT fk_message_logs_event_id FOREIGN KEY(event_id) REFERENCES events (id) ON DELETE SET NULL)"""
SCHEDULED = """CREATE TABLE scheduled_messages (
    id INTEGER NOT NULL,
    created_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
    scheduled_at DATETIME NOT NULL,
    message_body TEXT NOT NULL,
    target VARCHAR(20) NOT NULL,
    event_id INTEGER,
    status VARCHAR(20) DEFAULT 'pending' NOT NULL,
    test_mode BOOLEAN DEFAULT 0 NOT NULL,
    processing_started_at DATETIME,
    sent_at DATETIME,
    error_message TEXT,
    message_log_id INTEGER,
    footer VARCHAR(160),
    sender VARCHAR(40) DEFAULT '' NOT NULL,
    carrier VARCHAR(10) DEFAULT 'sandbox' NOT NULL,
    "immediate" BOOLEAN DEFAULT 0 NOT NULL,
    timezone VARCHAR(64),
    client_token VARCHAR(64),
    created_by VARCHAR(80),
    not_after DATETIME,
    event_reminder_id INTEGER CONSTRAINT fk_scheduled_messages_event_reminder_id
        REFERENCES event_reminders (id) ON DELETE SET NULL,
    survey_id INTEGER CONSTRAINT fk_scheduled_messages_survey_id REFERENCES survey_flows (id) ON DELETE SET NULL,
    confirmed_count INTEGER,
    held_reason VARCHAR(300),
    name VARCHAR(80),
    plain_names BOOLEAN DEFAULT 0 NOT NULL,
    {columns},
    CONSTRAINT pk_scheduled_messages PRIMARY KEY (id),
    CONSTRAINT ck_scheduled_messages_carrier CHECK (carrier IN ('sandbox', 'twilio')),
    CONSTRAINT ck_scheduled_messages_schedulestatus CHECK (status IN ('pending', 'processing', 'sent',
        'failed', 'expired', 'cancelled')),
    CONSTRAINT ck_scheduled_messages_target CHECK (target IN ({targets})),
    CONSTRAINT fk_scheduled_messages_event_id FOREIGN KEY(event_id) REFERENCES events (id) ON DELETE SET NULL,
    CONSTRAINT fk_scheduled_messages_message_log_id FOREIGN KEY(message_log_id)
        REFERENCES message_logs (id) ON DELETE SET NULL,
    CONSTRAINT uq_scheduled_messages_client_token UNIQUE (client_token))"""
DEFINITIONS = {"message_logs": LOGS, "scheduled_messages": SCHEDULED}
# With its rules inside, a column can be dropped by what takes the steps before back.
RESULT_COLUMNS = """audience_log_id INTEGER CONSTRAINT fk_{table}_audience_log_id
        REFERENCES message_logs (id) ON DELETE RESTRICT,
    audience_outcome VARCHAR(20)
        CONSTRAINT ck_{table}_blastoutcome CHECK (audience_outcome IN ({outcomes}))
        CONSTRAINT ck_{table}_audience_is_whole CHECK ((audience_log_id IS NULL) = (audience_outcome IS NULL))"""
AUDIENCE_COLUMN = """audience_id INTEGER
        CONSTRAINT fk_{table}_audience_id REFERENCES audiences (id) ON DELETE RESTRICT
        CONSTRAINT ck_{table}_audience CHECK ((target = 'audience') = (audience_id IS NOT NULL) AND
            (audience_id IS NULL OR (event_id IS NULL AND audience_log_id IS NULL)))"""
GROUP_COLUMNS = """audience_group_id INTEGER
        CONSTRAINT ck_{table}_audience_group CHECK (audience_group_id IS NULL OR
            (target = 'event' AND event_id IS NULL AND audience_log_id IS NULL))
        CONSTRAINT fk_{table}_audience_group_id REFERENCES groups (id) ON DELETE SET NULL,
    audience_group_name VARCHAR(80)"""
FORMER_TARGETS = "'community', 'event'"
TARGETS = "'community', 'event', 'audience'"
# Every group that a blast names, as it is called there; 0 for one that is gone.
SELECT_GROUPS = """SELECT DISTINCT coalesce(audience_group_id, 0), audience_group_name FROM (
    SELECT audience_group_id, audience_group_name FROM message_logs UNION ALL
    SELECT audience_group_id, audience_group_name FROM scheduled_messages)
    WHERE audience_group_name IS NOT NULL ORDER BY 1, 2"""
SELECT_AUDIENCE = """CASE WHEN audience_group_name IS NOT NULL THEN (SELECT p.audience_id FROM audience_parts p
    WHERE p.ref_id IS audience_group_id AND p.name = audience_group_name) END"""
# The group of an audience that is one group and nothing else, as code before audiences knows it.
SELECT_ONLY_GROUP = """(SELECT max(p.{column}) FROM audience_parts p
    JOIN audiences a ON a.id = p.audience_id AND a.is_frozen = 0 AND a.is_texted_today_excluded = 0
    WHERE p.audience_id = {table}.audience_id
    GROUP BY p.audience_id HAVING count(*) = 1 AND min(p.kind) = 'group' AND min(p.role) = 'include')"""


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Make the tables, and an audience of each group that a blast names."""
    for statement in (*TABLES, *TRIGGERS):
        connection.execute(statement)
    groups = connection.execute(SELECT_GROUPS).fetchall()
    for group_id, name in groups:
        _store_group_audience(connection, group_id, name)
    target = "CASE WHEN audience_group_name IS NULL THEN target ELSE 'audience' END"
    values = {"target": target, "audience_id": SELECT_AUDIENCE}
    for table in DEFINITIONS:
        definition = _define_table(table, AUDIENCE_COLUMN, TARGETS)
        rebuild_table(connection, definition, values, [f"ix_{table}_audience_group_id"])
        connection.execute(
            f"CREATE INDEX ix_{table}_audience_id ON {table} (audience_id) WHERE audience_id IS NOT NULL"
        )
    logger.info("blasts can go to several lists; %s groups had blasts", len(groups))


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Give blasts to one group their former columns, and drop audiences.

    A blast to another audience names an event that is not there, so it reaches nobody.
    """
    for trigger in ("events_audience_parts", "groups_audience_parts", "segments_audience_parts"):
        connection.execute(f"DROP TRIGGER {trigger}")
    for table in DEFINITIONS:
        values = {
            "target": "CASE target WHEN 'audience' THEN 'event' ELSE target END",
            "audience_group_id": SELECT_ONLY_GROUP.format(column="ref_id", table=table),
            "audience_group_name": SELECT_ONLY_GROUP.format(column="name", table=table),
        }
        definition = _define_table(table, GROUP_COLUMNS, FORMER_TARGETS)
        rebuild_table(connection, definition, values, [f"ix_{table}_audience_id"])
        connection.execute(
            f"CREATE INDEX ix_{table}_audience_group_id ON {table} (audience_group_id) "
            "WHERE audience_group_id IS NOT NULL"
        )
    for name in ("audience_people", "audience_parts", "audiences"):
        connection.execute(f"DROP TABLE {name}")
    logger.info("a blast goes to the community, an event or a group")


def _define_table(table: str, columns: str, targets: str) -> str:
    columns = f"{RESULT_COLUMNS},\n    {columns}".format(table=table, outcomes=OUTCOMES)
    return DEFINITIONS[table].format(columns=columns, targets=targets)


def _store_group_audience(connection: sqlite3.Connection, group_id: int, name: str) -> None:
    rule = f'{{"include":[{{"kind":"group","ref":{group_id}}}]}}'
    rule_hash = hashlib.sha256(rule.encode()).hexdigest()
    audience_id = connection.execute(
        "INSERT INTO audiences (rule, rule_hash, sentence) VALUES (?, ?, ?)",
        (rule, rule_hash, f"Group: {name}"),
    ).lastrowid
    connection.execute(
        "INSERT INTO audience_parts (audience_id, role, kind, ref_id, name) "
        "VALUES (?, 'include', 'group', nullif(?, 0), ?)",
        (audience_id, group_id, name),
    )

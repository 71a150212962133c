"""Keywords that let people join and leave a group, and surveys that put people into one."""

import logging
import sqlite3

from app.migrations.table_rebuild import rebuild_table

COLUMNS = """CREATE TABLE keyword_rules (
    id INTEGER NOT NULL,
    keyword VARCHAR(40) NOT NULL,
    response_body TEXT,
    is_active BOOLEAN DEFAULT 1 NOT NULL,
    match_kind VARCHAR(20) DEFAULT 'whole' NOT NULL,
    active_from DATETIME,
    active_until DATETIME,
    action VARCHAR(20) DEFAULT 'none' NOT NULL,
    event_id INTEGER,
    survey_id INTEGER,{group_column}
    match_count INTEGER DEFAULT '0' NOT NULL,
    last_matched_at DATETIME,
    created_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
    updated_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
    created_by VARCHAR(80),
    CONSTRAINT pk_keyword_rules PRIMARY KEY (id),
    CONSTRAINT uq_keyword_rules_keyword UNIQUE (keyword),
    CONSTRAINT ck_keyword_rules_match CHECK (match_kind IN ('whole', 'first')),
    CONSTRAINT ck_keyword_rules_keywordaction CHECK (action IN ({actions})),{group_key}
    CONSTRAINT fk_keyword_rules_event_id FOREIGN KEY(event_id) REFERENCES events (id) ON DELETE SET NULL,
    CONSTRAINT fk_keyword_rules_survey_id FOREIGN KEY(survey_id) REFERENCES survey_flows (id) ON DELETE SET NULL)"""
ACTIONS = "'none', 'add_to_event', 'start_survey', 'subscribe'"
WITH_GROUP = COLUMNS.format(
    group_column="\n    group_id INTEGER,",
    actions=f"{ACTIONS}, 'join_group', 'leave_group'",
    group_key="\n    CONSTRAINT fk_keyword_rules_group_id FOREIGN KEY(group_id) REFERENCES groups (id) "
    "ON DELETE SET NULL,",
)
WITHOUT_GROUP = COLUMNS.format(group_column="", actions=ACTIONS, group_key="")
KEYWORD_INDEX = "CREATE INDEX ix_keyword_rules_group_id ON keyword_rules (group_id)"
SURVEY_COLUMN = (
    "ALTER TABLE survey_flows ADD COLUMN group_id INTEGER "
    "CONSTRAINT fk_survey_flows_group_id REFERENCES groups (id) ON DELETE SET NULL"
)
SURVEY_INDEX = "CREATE INDEX ix_survey_flows_group_id ON survey_flows (group_id)"
# The triggers name the columns that a person can change.
WATCHED = {
    "keyword_rules": "keyword, response_body, is_active, match_kind, active_from, active_until, "
    "action, event_id, survey_id",
    "survey_flows": "name, trigger_keyword, intro_message, questions_json, completion_message, "
    "linked_event_id, is_active, timeout_hours, nudge_hours",
}


def build_trigger(table: str, columns: str) -> str:
    """Return the statement of the trigger that sets `updated_at`."""
    return (
        f"CREATE TRIGGER {table}_updated_at AFTER UPDATE OF {columns} ON {table} "
        "WHEN new.updated_at IS old.updated_at BEGIN "
        f"UPDATE {table} SET updated_at = strftime('%Y-%m-%d %H:%M:%f000', 'now') WHERE id = new.id; END"
    )


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Give keywords two more actions, and both tables a group."""
    rebuild_table(connection, WITH_GROUP, without=("keyword_rules_updated_at",))
    connection.execute("DROP TRIGGER survey_flows_updated_at")
    connection.execute(SURVEY_COLUMN)
    for statement in (KEYWORD_INDEX, SURVEY_INDEX):
        connection.execute(statement)
    for table, columns in WATCHED.items():
        connection.execute(build_trigger(table, f"{columns}, group_id"))
    logger.info("keywords and surveys can put people into a group")


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Take both away: a keyword that joined or left a group only answers."""
    only_answers = "CASE WHEN action IN ('join_group', 'leave_group') THEN 'none' ELSE action END"
    rebuild_table(
        connection,
        WITHOUT_GROUP,
        {"action": only_answers},
        without=("keyword_rules_updated_at", "ix_keyword_rules_group_id"),
    )
    connection.execute("DROP TRIGGER survey_flows_updated_at")
    connection.execute("DROP INDEX ix_survey_flows_group_id")
    connection.execute("ALTER TABLE survey_flows DROP COLUMN group_id")
    for table, columns in WATCHED.items():
        connection.execute(build_trigger(table, columns))
    logger.info("no keyword and no survey puts people into a group")

"""Series of blasts, their dates, and which series a scheduled blast belongs to."""

import logging
import sqlite3

MAKE = (
    """CREATE TABLE blast_series (
        id INTEGER NOT NULL,
        name VARCHAR(80),
        body TEXT NOT NULL,
        footer VARCHAR(160),
        target VARCHAR(20) NOT NULL,
        event_id INTEGER,
        audience_id INTEGER,
        survey_id INTEGER,
        plain_names BOOLEAN DEFAULT 0 NOT NULL,
        carrier VARCHAR(10) NOT NULL,
        timezone VARCHAR(64) NOT NULL,
        rule TEXT NOT NULL,
        time_of_day VARCHAR(5) NOT NULL,
        starts_on DATE NOT NULL,
        state VARCHAR(20) DEFAULT 'active' NOT NULL,
        stop_reason VARCHAR(300),
        confirmed_count INTEGER,
        created_by VARCHAR(80) NOT NULL,
        created_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
        updated_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
        CONSTRAINT pk_blast_series PRIMARY KEY (id),
        CONSTRAINT ck_blast_series_carrier CHECK (carrier IN ('sandbox', 'twilio')),
        CONSTRAINT ck_blast_series_rule CHECK (json_valid(rule)),
        CONSTRAINT ck_blast_series_time_of_day CHECK (time_of_day GLOB '[0-2][0-9]:[0-5][0-9]'),
        CONSTRAINT ck_blast_series_stop_reason CHECK ((state = 'stopped') = (stop_reason IS NOT NULL)),
        CONSTRAINT ck_blast_series_audience CHECK ((target = 'audience') = (audience_id IS NOT NULL) AND
            (audience_id IS NULL OR event_id IS NULL)),
        CONSTRAINT ck_blast_series_target CHECK (target IN ('community', 'event', 'audience')),
        CONSTRAINT ck_blast_series_seriesstate CHECK (state IN ('active', 'paused', 'stopped', 'ended')),
        CONSTRAINT fk_blast_series_event_id FOREIGN KEY(event_id) REFERENCES events (id) ON DELETE SET NULL,
        CONSTRAINT fk_blast_series_audience_id FOREIGN KEY(audience_id) REFERENCES audiences (id) ON DELETE RESTRICT,
        CONSTRAINT fk_blast_series_survey_id FOREIGN KEY(survey_id) REFERENCES survey_flows (id) ON DELETE SET NULL)""",
    "CREATE INDEX ix_blast_series_state ON blast_series (state)",
    "CREATE INDEX ix_blast_series_event_id ON blast_series (event_id)",
    "CREATE INDEX ix_blast_series_survey_id ON blast_series (survey_id)",
    "CREATE INDEX ix_blast_series_audience_id ON blast_series (audience_id)",
    """CREATE TRIGGER blast_series_updated_at AFTER UPDATE OF name, body, footer, rule, time_of_day, timezone
        ON blast_series WHEN new.updated_at IS old.updated_at BEGIN
        UPDATE blast_series SET updated_at = strftime('%Y-%m-%d %H:%M:%f000', 'now') WHERE id = new.id; END""",
    """CREATE TABLE series_occurrences (
        id INTEGER NOT NULL,
        series_id INTEGER NOT NULL,
        occurs_on DATE NOT NULL,
        state VARCHAR(20) DEFAULT 'planned' NOT NULL,
        moved_date DATE,
        moved_time VARCHAR(5),
        body TEXT,
        scheduled_id INTEGER,
        CONSTRAINT pk_series_occurrences PRIMARY KEY (id),
        CONSTRAINT unique_series_date UNIQUE (series_id, occurs_on),
        CONSTRAINT ck_series_occurrences_moved CHECK ((moved_date IS NULL) = (moved_time IS NULL) AND
            (moved_time IS NULL OR moved_time GLOB '[0-2][0-9]:[0-5][0-9]')),
        CONSTRAINT ck_series_occurrences_occurrencestate CHECK (state IN ('planned', 'skipped', 'pending', 'done',
            'failed')),
        CONSTRAINT fk_series_occurrences_series_id FOREIGN KEY(series_id) REFERENCES blast_series (id)
            ON DELETE CASCADE,
        CONSTRAINT fk_series_occurrences_scheduled_id FOREIGN KEY(scheduled_id) REFERENCES scheduled_messages (id)
            ON DELETE SET NULL)""",
    """CREATE UNIQUE INDEX uq_series_occurrences_pending ON series_occurrences (series_id)
        WHERE state = 'pending'""",
    "CREATE UNIQUE INDEX uq_series_occurrences_scheduled_id ON series_occurrences (scheduled_id)",
    """ALTER TABLE scheduled_messages ADD COLUMN series_id INTEGER CONSTRAINT fk_scheduled_messages_series_id
        REFERENCES blast_series (id) ON DELETE SET NULL""",
    "CREATE INDEX ix_scheduled_messages_series_id ON scheduled_messages (series_id) WHERE series_id IS NOT NULL",
    """CREATE UNIQUE INDEX uq_scheduled_messages_waiting_series ON scheduled_messages (series_id)
        WHERE status = 'pending' AND series_id IS NOT NULL""",
)
UNDO = (
    "DROP INDEX uq_scheduled_messages_waiting_series",
    "DROP INDEX ix_scheduled_messages_series_id",
    "ALTER TABLE scheduled_messages DROP COLUMN series_id",
    "DROP TABLE series_occurrences",
    "DROP TABLE blast_series",
)


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Make the tables and the column; no blast of before repeats."""
    for statement in MAKE:
        connection.execute(statement)
    logger.info("blasts can repeat")


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Drop them: what waits of a series is sent once, and nothing follows it."""
    for statement in UNDO:
        connection.execute(statement)
    logger.info("blasts do not repeat")

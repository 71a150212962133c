"""Sequences: texts that follow one after the other for each person."""

import logging
import sqlite3

TABLES = (
    """CREATE TABLE sequences (
        id INTEGER NOT NULL,
        name VARCHAR(80) NOT NULL,
        folded_name VARCHAR(160) NOT NULL,
        description VARCHAR(300),
        trigger_kind VARCHAR(20) NOT NULL,
        group_id INTEGER,
        event_id INTEGER,
        is_any_event BOOLEAN DEFAULT 0 NOT NULL,
        survey_id INTEGER,
        field_id INTEGER,
        trigger_days INTEGER DEFAULT '0' NOT NULL,
        trigger_count INTEGER DEFAULT '1' NOT NULL,
        state VARCHAR(20) DEFAULT 'off' NOT NULL,
        pause_reason VARCHAR(300),
        stops_on_reply BOOLEAN DEFAULT 0 NOT NULL,
        stops_on_rsvp BOOLEAN DEFAULT 0 NOT NULL,
        stops_on_leaving BOOLEAN DEFAULT 1 NOT NULL,
        scanned_on DATE,
        carrier VARCHAR(10) NOT NULL,
        footer VARCHAR(160),
        revision INTEGER DEFAULT '1' NOT NULL,
        seed_key VARCHAR(40),
        created_by VARCHAR(80),
        activated_by VARCHAR(80),
        activated_at DATETIME,
        created_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
        updated_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
        CONSTRAINT pk_sequences PRIMARY KEY (id),
        CONSTRAINT ck_sequences_carrier CHECK (carrier IN ('sandbox', 'twilio')),
        CONSTRAINT ck_sequences_name CHECK (length(trim(name)) > 0),
        CONSTRAINT ck_sequences_trigger_count CHECK (trigger_count BETWEEN 1 AND 1000),
        CONSTRAINT ck_sequences_trigger_days CHECK (trigger_days BETWEEN -365 AND 365),
        CONSTRAINT uq_sequences_folded_name UNIQUE (folded_name),
        CONSTRAINT ck_sequences_sequencetrigger CHECK (trigger_kind IN ('hand', 'group',
            'registered', 'attended', 'missed', 'answered', 'date_field', 'birthday', 'streak',
            'missed_check_in')),
        CONSTRAINT fk_sequences_group_id FOREIGN KEY(group_id) REFERENCES groups (id) ON DELETE SET
            NULL,
        CONSTRAINT fk_sequences_event_id FOREIGN KEY(event_id) REFERENCES events (id) ON DELETE SET
            NULL,
        CONSTRAINT fk_sequences_survey_id FOREIGN KEY(survey_id) REFERENCES survey_flows (id) ON
            DELETE SET NULL,
        CONSTRAINT fk_sequences_field_id FOREIGN KEY(field_id) REFERENCES person_fields (id) ON
            DELETE SET NULL,
        CONSTRAINT ck_sequences_sequencestate CHECK (state IN ('off', 'active', 'paused',
            'archived')),
        CONSTRAINT uq_sequences_seed_key UNIQUE (seed_key))""",
    "CREATE INDEX ix_sequences_event_id ON sequences (event_id)",
    "CREATE INDEX ix_sequences_field_id ON sequences (field_id)",
    "CREATE INDEX ix_sequences_group_id ON sequences (group_id)",
    "CREATE INDEX ix_sequences_state ON sequences (state, trigger_kind)",
    "CREATE INDEX ix_sequences_survey_id ON sequences (survey_id)",
    """CREATE TABLE sequence_steps (
        id INTEGER NOT NULL,
        sequence_id INTEGER NOT NULL,
        position INTEGER NOT NULL,
        delay_days INTEGER DEFAULT '0' NOT NULL,
        time_of_day VARCHAR(5),
        body TEXT NOT NULL,
        translations TEXT,
        condition TEXT,
        repeat_days INTEGER,
        until_condition TEXT,
        is_on BOOLEAN DEFAULT 1 NOT NULL,
        removed_at DATETIME,
        created_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
        updated_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
        CONSTRAINT pk_sequence_steps PRIMARY KEY (id),
        CONSTRAINT ck_sequence_steps_time_of_day CHECK (time_of_day GLOB '[0-2][0-9]:[0-5][0-9]'),
        CONSTRAINT ck_sequence_steps_delay_days CHECK (delay_days BETWEEN 0 AND 730),
        CONSTRAINT ck_sequence_steps_repeat_days CHECK (repeat_days BETWEEN 1 AND 365),
        CONSTRAINT ck_sequence_steps_translations CHECK (translations IS NULL OR
            json_valid(translations)),
        CONSTRAINT ck_sequence_steps_condition CHECK (condition IS NULL OR json_valid(condition)),
        CONSTRAINT ck_sequence_steps_until_condition CHECK (until_condition IS NULL OR
            (json_valid(until_condition) AND repeat_days IS NOT NULL)),
        CONSTRAINT fk_sequence_steps_sequence_id FOREIGN KEY(sequence_id) REFERENCES sequences (id)
            ON DELETE CASCADE)""",
    "CREATE INDEX ix_sequence_steps_sequence_id ON sequence_steps (sequence_id, position)",
    """CREATE TABLE sequence_people (
        id INTEGER NOT NULL,
        sequence_id INTEGER NOT NULL,
        phone VARCHAR(20) NOT NULL,
        start_key VARCHAR(80) NOT NULL,
        event_id INTEGER,
        added_by VARCHAR(80),
        state VARCHAR(20) DEFAULT 'active' NOT NULL,
        stop_reason VARCHAR(40),
        started_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
        step_id INTEGER,
        repetition INTEGER DEFAULT '0' NOT NULL,
        counts_from DATETIME,
        next_at DATETIME,
        ended_at DATETIME,
        CONSTRAINT pk_sequence_people PRIMARY KEY (id),
        CONSTRAINT unique_sequence_start UNIQUE (sequence_id, phone, start_key),
        CONSTRAINT ck_sequence_people_phone_is_e164 CHECK (phone GLOB '+[1-9]*' AND phone NOT GLOB
            '*[^+0-9]*' AND length(phone) <= 16),
        CONSTRAINT ck_sequence_people_ended CHECK ((ended_at IS NULL) = (state <> 'done' AND state
            <> 'stopped')),
        CONSTRAINT ck_sequence_people_stop_reason CHECK ((state = 'stopped') = (stop_reason IS NOT
            NULL)),
        CONSTRAINT fk_sequence_people_sequence_id FOREIGN KEY(sequence_id) REFERENCES sequences (id)
            ON DELETE CASCADE,
        CONSTRAINT fk_sequence_people_event_id FOREIGN KEY(event_id) REFERENCES events (id) ON
            DELETE SET NULL,
        CONSTRAINT ck_sequence_people_state CHECK (state IN ('active', 'paused', 'done',
            'stopped')),
        CONSTRAINT fk_sequence_people_step_id FOREIGN KEY(step_id) REFERENCES sequence_steps (id) ON
            DELETE SET NULL)""",
    "CREATE INDEX ix_sequence_people_due ON sequence_people (sequence_id, next_at)"
    " WHERE state = 'active'",
    "CREATE INDEX ix_sequence_people_event_id ON sequence_people (event_id)"
    " WHERE event_id IS NOT NULL",
    "CREATE INDEX ix_sequence_people_phone ON sequence_people (phone, sequence_id)",
    "CREATE INDEX ix_sequence_people_state ON sequence_people (sequence_id, state, id)",
    "CREATE INDEX ix_sequence_people_step_id ON sequence_people (step_id)",
    """CREATE TABLE sequence_sends (
        id INTEGER NOT NULL,
        sequence_person_id INTEGER NOT NULL,
        step_id INTEGER NOT NULL,
        repetition INTEGER DEFAULT '0' NOT NULL,
        outcome VARCHAR(20) NOT NULL,
        skip_reason VARCHAR(40),
        message_id INTEGER,
        due_at DATETIME NOT NULL,
        created_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
        CONSTRAINT pk_sequence_sends PRIMARY KEY (id),
        CONSTRAINT unique_sequence_send UNIQUE (sequence_person_id, step_id, repetition),
        CONSTRAINT ck_sequence_sends_skip_reason CHECK ((outcome = 'skipped') = (skip_reason IS NOT
            NULL)),
        CONSTRAINT fk_sequence_sends_sequence_person_id FOREIGN KEY(sequence_person_id) REFERENCES
            sequence_people (id) ON DELETE CASCADE,
        CONSTRAINT fk_sequence_sends_step_id FOREIGN KEY(step_id) REFERENCES sequence_steps (id) ON
            DELETE CASCADE,
        CONSTRAINT ck_sequence_sends_outcome CHECK (outcome IN ('queued', 'skipped')),
        CONSTRAINT fk_sequence_sends_message_id FOREIGN KEY(message_id) REFERENCES messages (id) ON
            DELETE SET NULL)""",
    "CREATE INDEX ix_sequence_sends_step_id ON sequence_sends (step_id, id)",
    "CREATE UNIQUE INDEX uq_sequence_sends_message_id ON sequence_sends (message_id)"
    " WHERE message_id IS NOT NULL",
)
TRIGGERS = (
    """CREATE TRIGGER check_ins_sequence_start AFTER INSERT ON check_ins WHEN new.streak_days IS NOT
        NULL AND EXISTS (SELECT 1 FROM sequences WHERE state IN ('active', 'paused') AND
        trigger_kind = 'streak') BEGIN INSERT OR IGNORE INTO sequence_people (sequence_id,
        phone, start_key, event_id, started_at, next_at) SELECT s.id, new.phone, 'streak:' ||
        new.day, NULL, new.checked_in_at, new.checked_in_at FROM sequences s WHERE s.state IN
        ('active', 'paused') AND s.trigger_kind = 'streak' AND s.trigger_count =
        new.streak_days AND NOT EXISTS (SELECT 1 FROM sequence_people p WHERE p.sequence_id =
        s.id AND p.phone = new.phone AND +p.state IN ('active', 'paused')); END""",
    """CREATE TRIGGER event_registrations_sequence_attended AFTER UPDATE OF attended_at ON
        event_registrations WHEN new.attended_at IS NOT NULL AND old.attended_at IS NULL AND
        EXISTS (SELECT 1 FROM sequences WHERE state IN ('active', 'paused') AND trigger_kind =
        'attended') BEGIN INSERT OR IGNORE INTO sequence_people (sequence_id, phone,
        start_key, event_id, started_at, next_at) SELECT s.id, new.phone, 'attended:' ||
        new.event_id || ':' || coalesce((SELECT created_at FROM events WHERE id =
        new.event_id), ''), new.event_id, new.attended_at, new.attended_at FROM sequences s
        WHERE s.state IN ('active', 'paused') AND s.trigger_kind = 'attended' AND
        (s.is_any_event OR s.event_id = new.event_id); END""",
    """CREATE TRIGGER event_registrations_sequence_came AFTER INSERT ON event_registrations WHEN
        new.attended_at IS NOT NULL AND EXISTS (SELECT 1 FROM sequences WHERE state IN
        ('active', 'paused') AND trigger_kind = 'attended') BEGIN INSERT OR IGNORE INTO
        sequence_people (sequence_id, phone, start_key, event_id, started_at, next_at) SELECT
        s.id, new.phone, 'attended:' || new.event_id || ':' || coalesce((SELECT created_at
        FROM events WHERE id = new.event_id), ''), new.event_id, new.attended_at,
        new.attended_at FROM sequences s WHERE s.state IN ('active', 'paused') AND
        s.trigger_kind = 'attended' AND (s.is_any_event OR s.event_id = new.event_id); END""",
    """CREATE TRIGGER event_registrations_sequence_start AFTER INSERT ON event_registrations WHEN
        EXISTS (SELECT 1 FROM sequences WHERE state IN ('active', 'paused') AND trigger_kind =
        'registered') BEGIN INSERT OR IGNORE INTO sequence_people (sequence_id, phone,
        start_key, event_id, started_at, next_at) SELECT s.id, new.phone, 'registered:' ||
        new.event_id || ':' || coalesce((SELECT created_at FROM events WHERE id =
        new.event_id), ''), new.event_id, new.created_at, new.created_at FROM sequences s
        WHERE s.state IN ('active', 'paused') AND s.trigger_kind = 'registered' AND
        (s.is_any_event OR s.event_id = new.event_id); END""",
    """CREATE TRIGGER group_members_sequence_start AFTER INSERT ON group_members WHEN new.until IS
        NULL AND EXISTS (SELECT 1 FROM sequences WHERE state IN ('active', 'paused') AND
        trigger_kind = 'group') BEGIN INSERT OR IGNORE INTO sequence_people (sequence_id,
        phone, start_key, event_id, started_at, next_at) SELECT s.id, new.phone, 'group:' ||
        new.id, NULL, new.since, new.since FROM sequences s WHERE s.state IN ('active',
        'paused') AND s.trigger_kind = 'group' AND s.group_id = new.group_id AND NOT EXISTS
        (SELECT 1 FROM sequence_people p WHERE p.sequence_id = s.id AND p.phone = new.phone
        AND +p.state IN ('active', 'paused')); END""",
    """CREATE TRIGGER sequence_people_person_insert AFTER INSERT ON sequence_people WHEN NOT EXISTS
        (SELECT 1 FROM person_phones WHERE phone = new.phone) AND new.phone GLOB '+[1-9]*' AND
        new.phone NOT GLOB '*[^+0-9]*' AND length(new.phone) <= 16 BEGIN INSERT INTO people
        (public_id) VALUES (lower(hex(randomblob(8)))); INSERT INTO person_phones (phone,
        person_id) VALUES (new.phone, last_insert_rowid()); END""",
    """CREATE TRIGGER sequence_people_person_update AFTER UPDATE OF phone ON sequence_people WHEN NOT
        EXISTS (SELECT 1 FROM person_phones WHERE phone = new.phone) AND new.phone GLOB
        '+[1-9]*' AND new.phone NOT GLOB '*[^+0-9]*' AND length(new.phone) <= 16 BEGIN INSERT
        INTO people (public_id) VALUES (lower(hex(randomblob(8)))); INSERT INTO person_phones
        (phone, person_id) VALUES (new.phone, last_insert_rowid()); END""",
    """CREATE TRIGGER sequence_steps_updated_at AFTER UPDATE OF position, delay_days, time_of_day,
        body, translations, condition, repeat_days, until_condition, is_on ON sequence_steps
        WHEN new.updated_at IS old.updated_at BEGIN UPDATE sequence_steps SET updated_at =
        strftime('%Y-%m-%d %H:%M:%f000', 'now') WHERE id = new.id; END""",
    """CREATE TRIGGER sequences_updated_at AFTER UPDATE OF name, description, trigger_kind, group_id,
        event_id, is_any_event, survey_id, field_id, trigger_days, trigger_count,
        stops_on_reply, stops_on_rsvp, stops_on_leaving, footer ON sequences WHEN
        new.updated_at IS old.updated_at BEGIN UPDATE sequences SET updated_at =
        strftime('%Y-%m-%d %H:%M:%f000', 'now') WHERE id = new.id; END""",
    """CREATE TRIGGER survey_sessions_sequence_start AFTER UPDATE OF status ON survey_sessions WHEN
        new.status = 'completed' AND old.status <> 'completed' AND EXISTS (SELECT 1 FROM
        sequences WHERE state IN ('active', 'paused') AND trigger_kind = 'answered') BEGIN
        INSERT OR IGNORE INTO sequence_people (sequence_id, phone, start_key, event_id,
        started_at, next_at) SELECT s.id, new.phone, 'answered:' || new.id, NULL,
        coalesce(new.ended_at, new.asked_at), coalesce(new.ended_at, new.asked_at) FROM
        sequences s WHERE s.state IN ('active', 'paused') AND s.trigger_kind = 'answered' AND
        s.survey_id = new.survey_id AND NOT EXISTS (SELECT 1 FROM sequence_people p WHERE
        p.sequence_id = s.id AND p.phone = new.phone AND +p.state IN ('active', 'paused'));
        END""",
)
# They are on tables that stay.
TRIGGERS_OF_OTHERS = (
    "check_ins_sequence_start",
    "event_registrations_sequence_attended",
    "event_registrations_sequence_came",
    "event_registrations_sequence_start",
    "group_members_sequence_start",
    "survey_sessions_sequence_start",
)


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Make the tables, all empty, and the triggers that put people into sequences."""
    for statement in TABLES + TRIGGERS:
        connection.execute(statement)
    logger.info("people can be texted step by step")


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Drop them: texts that wait are sent, and nothing follows them."""
    for trigger in TRIGGERS_OF_OTHERS:
        connection.execute(f"DROP TRIGGER {trigger}")
    for table in ("sequence_sends", "sequence_people", "sequence_steps", "sequences"):
        connection.execute(f"DROP TABLE {table}")
    logger.info("sequences are gone")

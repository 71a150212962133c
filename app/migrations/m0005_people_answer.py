"""People answer: surveys have sessions, words start something, threads and saved replies, texts that may mean STOP."""

import logging
import re
import sqlite3

COLUMNS = (
    ("survey_flows", "timeout_hours INTEGER DEFAULT '24' NOT NULL"),
    ("survey_flows", "nudge_hours INTEGER DEFAULT '4'"),
    ("messages", "written_by VARCHAR(80)"),
    ("messages", "media TEXT"),
    ("organisation", "help_reply VARCHAR(480)"),
    ("organisation", "stop_reply VARCHAR(320)"),
    ("organisation", "start_reply VARCHAR(320)"),
    ("organisation", "answers_help BOOLEAN DEFAULT 0 NOT NULL"),
)
POINTERS = (
    ("messages", "in_reply_to", "messages"),
    ("message_logs", "survey_id", "survey_flows"),
    ("scheduled_messages", "survey_id", "survey_flows"),
)
STATEMENTS = (
    "CREATE INDEX ix_webhook_events_waits ON webhook_events (id) WHERE verdict = 'return_waits'",
    """CREATE TABLE survey_sessions (
        id INTEGER NOT NULL,
        survey_id INTEGER NOT NULL,
        phone VARCHAR(20) NOT NULL,
        name VARCHAR(100),
        status VARCHAR(20) DEFAULT 'active' NOT NULL,
        questions_json TEXT NOT NULL,
        completion_message TEXT,
        position INTEGER DEFAULT '0' NOT NULL,
        misses INTEGER DEFAULT '0' NOT NULL,
        started_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
        asked_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
        nudged_at DATETIME,
        ended_at DATETIME,
        message_log_id INTEGER,
        CONSTRAINT pk_survey_sessions PRIMARY KEY (id),
        CONSTRAINT ck_survey_sessions_phone_is_e164 CHECK (phone GLOB '+[1-9]*' AND phone NOT GLOB '*[^+0-9]*' AND
            length(phone) <= 16 OR phone GLOB '#*'),
        CONSTRAINT fk_survey_sessions_survey_id FOREIGN KEY(survey_id) REFERENCES survey_flows (id) ON DELETE
            CASCADE,
        CONSTRAINT ck_survey_sessions_sessionstatus CHECK (status IN ('active', 'completed', 'left', 'timed_out',
            'restarted', 'handed_over', 'stopped')),
        CONSTRAINT fk_survey_sessions_message_log_id FOREIGN KEY(message_log_id) REFERENCES message_logs (id) ON
            DELETE SET NULL)""",
    "CREATE INDEX ix_survey_sessions_asked_at ON survey_sessions (asked_at) WHERE status = 'active'",
    "CREATE INDEX ix_survey_sessions_message_log_id ON survey_sessions (message_log_id, phone)",
    "CREATE INDEX ix_survey_sessions_phone ON survey_sessions (phone, id)",
    "CREATE INDEX ix_survey_sessions_survey_id ON survey_sessions (survey_id, id)",
    "CREATE UNIQUE INDEX uq_survey_sessions_active ON survey_sessions (phone) WHERE status = 'active'",
    """CREATE TABLE survey_answers (
        id INTEGER NOT NULL,
        session_id INTEGER NOT NULL,
        position INTEGER NOT NULL,
        state VARCHAR(20) NOT NULL,
        prompt TEXT NOT NULL,
        body TEXT DEFAULT '' NOT NULL,
        value TEXT,
        message_id INTEGER,
        created_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
        edited_at DATETIME,
        edited_by VARCHAR(80),
        value_before TEXT,
        CONSTRAINT pk_survey_answers PRIMARY KEY (id),
        CONSTRAINT fk_survey_answers_session_id FOREIGN KEY(session_id) REFERENCES survey_sessions (id) ON DELETE
            CASCADE,
        CONSTRAINT ck_survey_answers_answerstate CHECK (state IN ('answered', 'skipped', 'unclear', 'repeated')),
        CONSTRAINT fk_survey_answers_message_id FOREIGN KEY(message_id) REFERENCES messages (id) ON DELETE SET NULL)""",
    "CREATE INDEX ix_survey_answers_message_id ON survey_answers (message_id)",
    "CREATE INDEX ix_survey_answers_session_id ON survey_answers (session_id, id)",
    "CREATE UNIQUE INDEX uq_survey_answers_position ON survey_answers (session_id, position) WHERE state NOT IN "
    "('unclear', 'repeated')",
    """CREATE TABLE keyword_rules (
        id INTEGER NOT NULL,
        keyword VARCHAR(40) NOT NULL,
        response_body TEXT,
        is_active BOOLEAN DEFAULT 1 NOT NULL,
        match_kind VARCHAR(20) DEFAULT 'whole' NOT NULL,
        active_from DATETIME,
        active_until DATETIME,
        action VARCHAR(20) DEFAULT 'none' NOT NULL,
        event_id INTEGER,
        survey_id INTEGER,
        match_count INTEGER DEFAULT '0' NOT NULL,
        last_matched_at DATETIME,
        created_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
        updated_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
        created_by VARCHAR(80),
        CONSTRAINT pk_keyword_rules PRIMARY KEY (id),
        CONSTRAINT uq_keyword_rules_keyword UNIQUE (keyword),
        CONSTRAINT ck_keyword_rules_match CHECK (match_kind IN ('whole', 'first')),
        CONSTRAINT ck_keyword_rules_keywordaction CHECK (action IN ('none', 'add_to_event', 'start_survey',
            'subscribe')),
        CONSTRAINT fk_keyword_rules_event_id FOREIGN KEY(event_id) REFERENCES events (id) ON DELETE SET NULL,
        CONSTRAINT fk_keyword_rules_survey_id FOREIGN KEY(survey_id) REFERENCES survey_flows (id) ON DELETE SET
            NULL)""",
    "CREATE INDEX ix_keyword_rules_event_id ON keyword_rules (event_id)",
    "CREATE INDEX ix_keyword_rules_survey_id ON keyword_rules (survey_id)",
    """CREATE TABLE trigger_words (
        word VARCHAR(40) NOT NULL,
        keyword_rule_id INTEGER,
        survey_id INTEGER,
        CONSTRAINT pk_trigger_words PRIMARY KEY (word),
        CONSTRAINT ck_trigger_words_one_owner CHECK ((keyword_rule_id IS NULL) <> (survey_id IS NULL)),
        CONSTRAINT fk_trigger_words_keyword_rule_id FOREIGN KEY(keyword_rule_id) REFERENCES keyword_rules (id) ON
            DELETE CASCADE,
        CONSTRAINT fk_trigger_words_survey_id FOREIGN KEY(survey_id) REFERENCES survey_flows (id) ON DELETE CASCADE)""",
    "CREATE INDEX ix_trigger_words_keyword_rule_id ON trigger_words (keyword_rule_id)",
    "CREATE INDEX ix_trigger_words_survey_id ON trigger_words (survey_id)",
    """CREATE TABLE threads (
        id INTEGER NOT NULL,
        phone VARCHAR(20) NOT NULL,
        created_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
        last_message_id INTEGER,
        last_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
        last_inbound_at DATETIME,
        unread INTEGER DEFAULT '0' NOT NULL,
        needs_reply BOOLEAN DEFAULT 0 NOT NULL,
        why VARCHAR(20),
        assigned_to VARCHAR(80),
        done_at DATETIME,
        done_by VARCHAR(80),
        silent_until DATETIME,
        sent_tokens TEXT,
        CONSTRAINT pk_threads PRIMARY KEY (id),
        CONSTRAINT uq_threads_phone UNIQUE (phone),
        CONSTRAINT fk_threads_last_message_id FOREIGN KEY(last_message_id) REFERENCES messages (id) ON DELETE SET
            NULL)""",
    "CREATE INDEX ix_threads_assigned_to ON threads (assigned_to, last_at, id) WHERE done_at IS NULL",
    "CREATE INDEX ix_threads_done ON threads (last_at, id) WHERE done_at IS NOT NULL",
    "CREATE INDEX ix_threads_last_at ON threads (last_at, id)",
    "CREATE INDEX ix_threads_last_message_id ON threads (last_message_id)",
    "CREATE INDEX ix_threads_needs_reply ON threads (last_at, id) WHERE needs_reply",
    """CREATE TABLE saved_replies (
        id INTEGER NOT NULL,
        title VARCHAR(80) NOT NULL,
        body TEXT NOT NULL,
        created_by VARCHAR(80),
        created_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
        updated_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
        CONSTRAINT pk_saved_replies PRIMARY KEY (id),
        CONSTRAINT uq_saved_replies_title UNIQUE (title))""",
    """CREATE TABLE stop_questions (
        id INTEGER NOT NULL,
        phone VARCHAR(20) NOT NULL,
        message_id INTEGER,
        body TEXT,
        asked_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
        decide_by DATETIME NOT NULL,
        verdict VARCHAR(10),
        decided_at DATETIME,
        decided_by VARCHAR(80),
        CONSTRAINT pk_stop_questions PRIMARY KEY (id),
        CONSTRAINT ck_stop_questions_phone_is_e164 CHECK (phone GLOB '+[1-9]*' AND phone NOT GLOB '*[^+0-9]*' AND
            length(phone) <= 16 OR phone GLOB '#*'),
        CONSTRAINT ck_stop_questions_verdict CHECK (verdict IN ('out', 'stay') AND decided_at IS NOT NULL OR verdict
            IS NULL),
        CONSTRAINT fk_stop_questions_message_id FOREIGN KEY(message_id) REFERENCES messages (id) ON DELETE SET NULL)""",
    "CREATE INDEX ix_stop_questions_decide_by ON stop_questions (decide_by) WHERE verdict IS NULL",
    "CREATE INDEX ix_stop_questions_message_id ON stop_questions (message_id)",
    "CREATE INDEX ix_stop_questions_phone ON stop_questions (phone, id)",
    "CREATE UNIQUE INDEX uq_stop_questions_open ON stop_questions (phone) WHERE verdict IS NULL",
    "CREATE INDEX ix_messages_in_reply_to ON messages (in_reply_to) WHERE in_reply_to IS NOT NULL",
    "CREATE INDEX ix_messages_phone_answered ON messages (phone, id) WHERE in_reply_to IS NOT NULL",
    "CREATE INDEX ix_message_logs_survey_id ON message_logs (survey_id) WHERE survey_id IS NOT NULL",
    "CREATE INDEX ix_scheduled_messages_survey_id ON scheduled_messages (survey_id) WHERE survey_id IS NOT NULL",
    """CREATE TRIGGER survey_flows_word_insert AFTER INSERT ON survey_flows BEGIN INSERT INTO trigger_words (word,
        survey_id) VALUES (new.trigger_keyword, new.id); END""",
    """CREATE TRIGGER survey_flows_word_update AFTER UPDATE OF trigger_keyword ON survey_flows WHEN new.trigger_keyword
        <> old.trigger_keyword BEGIN DELETE FROM trigger_words WHERE word = old.trigger_keyword AND survey_id =
        old.id; INSERT INTO trigger_words (word, survey_id) VALUES (new.trigger_keyword, new.id); END""",
    """CREATE TRIGGER keyword_rules_word_insert AFTER INSERT ON keyword_rules BEGIN INSERT INTO trigger_words (word,
        keyword_rule_id) VALUES (new.keyword, new.id); END""",
    """CREATE TRIGGER keyword_rules_word_update AFTER UPDATE OF keyword ON keyword_rules WHEN new.keyword <>
        old.keyword BEGIN DELETE FROM trigger_words WHERE word = old.keyword AND keyword_rule_id = old.id; INSERT
        INTO trigger_words (word, keyword_rule_id) VALUES (new.keyword, new.id); END""",
    "CREATE VIRTUAL TABLE inbox_search USING fts5(body, tokenize='unicode61 remove_diacritics 2', prefix='2 3')",
    """CREATE TRIGGER inbox_search_delete AFTER DELETE ON messages BEGIN DELETE FROM inbox_search WHERE rowid = old.id;
        END""",
    """CREATE TRIGGER inbox_search_update AFTER UPDATE OF body ON messages BEGIN UPDATE inbox_search SET body = new.body
        WHERE rowid = old.id; END""",
)
WORDS = "INSERT OR IGNORE INTO trigger_words (word, survey_id) SELECT trigger_keyword, id FROM survey_flows ORDER BY id"
# A thread for each number that has written. Whose newest text nothing has answered (what is told of it is kept for
# 30 days) waits for a person.
THREADS = """
    INSERT INTO threads (phone, created_at, last_message_id, last_at, last_inbound_at, unread, needs_reply)
    SELECT phone, since, newest, at, at, waits, waits FROM (
        SELECT first.phone, first.since, last.id AS newest, last.created_at AS at, EXISTS (
            SELECT 1 FROM webhook_events WHERE message_id = last.id AND verdict = 'stored') AS waits
        FROM (SELECT phone, min(created_at) AS since, max(id) AS newest FROM messages
              WHERE direction = 'inbound' AND phone NOT GLOB '#*' GROUP BY phone) AS first
        JOIN messages AS last ON last.id = first.newest)
"""
FOUND = "INSERT INTO inbox_search (rowid, body) SELECT id, body FROM messages WHERE kind <> 'blast' AND body <> ''"
SEARCH_TRIGGERS = ("inbox_search_delete", "inbox_search_update")
TABLES = [match[1] for each in STATEMENTS if (match := re.match(r"CREATE TABLE (\w+)", each))]


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Add columns, tables and triggers; the keywords of the surveys there are become trigger words.

    Whoever has written gets a thread, and every text that is no blast's is found by its words.
    """
    for table, column, other in POINTERS:
        key = f"CONSTRAINT fk_{table}_{column} REFERENCES {other} (id) ON DELETE SET NULL"
        connection.execute(f"ALTER TABLE {table} ADD COLUMN {column} INTEGER {key}")
    for table, column in COLUMNS:
        connection.execute(f"ALTER TABLE {table} ADD COLUMN {column}")
    for statement in STATEMENTS:
        connection.execute(statement)
    logger.info("%s words start a survey", connection.execute(WORDS).rowcount)
    logger.info("%s numbers have written", connection.execute(THREADS).rowcount)
    logger.info("%s texts are found by their words", connection.execute(FOUND).rowcount)


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Take all of it away again: sessions, answers, keywords, threads and saved replies are lost."""
    for each in (*SEARCH_TRIGGERS, "survey_flows_word_insert", "survey_flows_word_update"):
        connection.execute(f"DROP TRIGGER {each}")
    connection.execute("DROP TABLE inbox_search")
    for table in reversed(TABLES):
        connection.execute(f"DROP TABLE {table}")
    connection.execute("DROP INDEX ix_messages_phone_answered")
    for table, column, _other in reversed(POINTERS):
        connection.execute(f"DROP INDEX ix_{table}_{column}")
        connection.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    for table, column in reversed(COLUMNS):
        connection.execute(f"ALTER TABLE {table} DROP COLUMN {column.split()[0]}")
    logger.info("%s tables and %s columns dropped", len(TABLES), len(COLUMNS) + len(POINTERS))

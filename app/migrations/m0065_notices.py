"""Notices to staff, who wants which by which channel, and the organisation's chats."""

import logging
import sqlite3

KINDS = (
    "'my_texts', 'open_texts', 'stop_question', 'blast_paused', 'blast_late', 'approval', "
    "'budget', 'backup', 'calls', 'database', 'new_device', 'wrong_passwords', 'import', "
    "'digest', 'test'"
)
CHANNELS = "'browser', 'mail', 'text', 'chat'"
STATEMENTS = (
    """CREATE TABLE chat_webhooks (
        id INTEGER NOT NULL,
        name VARCHAR(60) NOT NULL,
        shape VARCHAR(20) NOT NULL,
        url VARCHAR(500) NOT NULL,
        is_active BOOLEAN DEFAULT 1 NOT NULL,
        kinds TEXT NOT NULL,
        created_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
        CONSTRAINT pk_chat_webhooks PRIMARY KEY (id),
        CONSTRAINT ck_chat_webhooks_name CHECK (length(trim(name)) > 0),
        CONSTRAINT ck_chat_webhooks_url CHECK (url GLOB '*://?*'),
        CONSTRAINT uq_chat_webhooks_name UNIQUE (name),
        CONSTRAINT ck_chat_webhooks_chatshape CHECK (shape IN
            ('slack', 'teams', 'discord', 'ntfy', 'generic', 'apprise')),
        CONSTRAINT uq_chat_webhooks_url UNIQUE (url))""",
    f"""CREATE TABLE notices (
        id INTEGER NOT NULL,
        user_id INTEGER,
        webhook_id INTEGER,
        kind VARCHAR(20) NOT NULL,
        channel VARCHAR(20) NOT NULL,
        subject VARCHAR(150) NOT NULL,
        body TEXT NOT NULL,
        path VARCHAR(200) NOT NULL,
        "key" VARCHAR(100) NOT NULL,
        count INTEGER DEFAULT '1' NOT NULL,
        created_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
        due_at DATETIME NOT NULL,
        state VARCHAR(20) NOT NULL,
        attempts INTEGER DEFAULT '0' NOT NULL,
        error VARCHAR(30),
        sent_at DATETIME,
        read_at DATETIME,
        CONSTRAINT pk_notices PRIMARY KEY (id),
        CONSTRAINT ck_notices_has_reader CHECK ((user_id IS NULL) = (channel = 'chat')),
        CONSTRAINT ck_notices_has_chat CHECK ((webhook_id IS NULL) = (channel != 'chat')),
        CONSTRAINT ck_notices_count CHECK (count > 0),
        CONSTRAINT fk_notices_user_id FOREIGN KEY(user_id) REFERENCES users (id)
            ON DELETE CASCADE,
        CONSTRAINT fk_notices_webhook_id FOREIGN KEY(webhook_id) REFERENCES chat_webhooks (id)
            ON DELETE CASCADE,
        CONSTRAINT ck_notices_noticekind CHECK (kind IN ({KINDS})),
        CONSTRAINT ck_notices_noticechannel CHECK (channel IN ({CHANNELS})),
        CONSTRAINT ck_notices_noticestate CHECK (state IN
            ('queued', 'sent', 'failed', 'skipped')))""",
    "CREATE INDEX ix_notices_unread ON notices (user_id) "
    "WHERE channel = 'browser' AND read_at IS NULL",
    "CREATE INDEX ix_notices_created_at ON notices (created_at)",
    'CREATE UNIQUE INDEX uq_notices_webhook_id_key ON notices (webhook_id, "key")',
    'CREATE UNIQUE INDEX uq_notices_user_id_channel_key ON notices (user_id, channel, "key")',
    "CREATE INDEX ix_notices_due_at ON notices (due_at) WHERE state = 'queued'",
    f"""CREATE TABLE notice_rules (
        user_id INTEGER NOT NULL,
        kind VARCHAR(20) NOT NULL,
        channel VARCHAR(20) NOT NULL,
        is_on BOOLEAN NOT NULL,
        CONSTRAINT pk_notice_rules PRIMARY KEY (user_id, kind, channel),
        CONSTRAINT fk_notice_rules_user_id FOREIGN KEY(user_id) REFERENCES users (id)
            ON DELETE CASCADE,
        CONSTRAINT ck_notice_rules_noticekind CHECK (kind IN ({KINDS})),
        CONSTRAINT ck_notice_rules_noticechannel CHECK (channel IN ({CHANNELS})))""",
    """CREATE TABLE notice_progress (
        source VARCHAR(30) NOT NULL,
        position VARCHAR(60) NOT NULL,
        CONSTRAINT pk_notice_progress PRIMARY KEY (source))""",
)
# notices name chat_webhooks, so they go first.
TABLES = ("notices", "chat_webhooks", "notice_rules", "notice_progress")


def apply(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Make the tables: nobody is told of what happened before."""
    for statement in STATEMENTS:
        connection.execute(statement)
    logger.info("staff are told of what needs them")


def revert(connection: sqlite3.Connection, logger: logging.Logger) -> None:
    """Drop them, with what was chosen."""
    for table in TABLES:
        connection.execute(f"DROP TABLE {table}")
    logger.info("staff are no longer told of what needs them")

"""A database as an organisation has it after years: members, events, registrations, texts,
opt-outs, and what was done.

Made by a few INSERT ... SELECT statements over counted rows (`i` from 0): a million texts take
some twenty seconds.
"""

import logging
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from app import create_app
from app.migrations.migration_runner import migrate_database
from tests.bench.bench_app import quiet, settings
from tests.sample_people import create_test_users

# Numbers are scattered: i times a prime, modulo the number of people, is a permutation of them.
PHONE = "'+1303' || (2000000 + i * 7919 % :people)"
NAME = """CASE WHEN i % 50 THEN
    rtrim(substr('Ana  Zoë  PeterWei  OlenaTom  Grace', 1 + 5 * (i % 7), 5)) || ' ' ||
    rtrim(substr('Smith Chen  MüllerOkaforKhan  Peña  ', 1 + 6 * (i * 31 % 6), 6))
    || ' ' || i END"""
AT = "strftime('%Y-%m-%d %H:%M:%f000', '2025-01-01', '+' || i || ' minutes')"
# In the address of the second member's page.
SOMEBODY_ID = "0123456789abcdef"
Fill = tuple[str, int, dict[str, str]]  # the table, how many rows, and what stands in each column


@dataclass(frozen=True)
class Size:
    """How many of each there are.

    A tenth of the people is registered for the first event; ten texts a person, of which one is
    of the first blast.
    """

    people: int
    events: int = 200
    blasts: int = 2_000


def _people(size: Size) -> Iterator[Fill]:
    event = f"CASE WHEN i < {size.people // 10} THEN 1 ELSE 2 + i % {size.events - 1} END"
    who = {"name": NAME, "phone": PHONE, "created_at": AT}
    day = "date('2025-01-01', '+' || (i * 7) || ' days')"
    yield "community_members", size.people, who
    yield (
        "events",
        size.events,
        {
            "title": "'Event ' || i",
            "date": day,
            "place": "'Room ' || i % 7",
            "created_at": AT,
        },
    )
    yield "event_registrations", size.people, {"event_id": event, **who}


def _blasts(size: Size) -> Iterator[Fill]:
    # the first blast goes to everybody, the others share the rest
    log = (
        f"CASE WHEN i < {size.people} THEN 1 ELSE 2 + i / {max(1, size.people // 1000)} %"
        f" {size.blasts - 1} END"
    )
    event = f"1 + i % {size.events}"
    to = {
        "created_at": AT,
        "message_body": "'Picnic number ' || i",
        "sender": "'+15005550006'",
        "created_by": "'ada'",
    }
    sent = {
        "status": "'sent'",
        "total_recipients": "500",
        "success_count": "490",
        "proven": "1",
        "finished_at": AT,
    }
    yield (
        "message_logs",
        size.blasts,
        {
            **to,
            **sent,
            "target": "'event'",
            "event_id": event,
            "event_title": "'Event'",
        },
    )
    waits = {
        "scheduled_at": f"iif(i % 10, {AT}, '2099-01-01 00:00:00.000000')",
        "timezone": "'UTC'",
    }
    waits |= {
        "status": "iif(i % 10, 'sent', 'pending')",
        "message_log_id": "iif(i % 10, i + 1, NULL)",
    }
    yield (
        "scheduled_messages",
        size.blasts,
        {**to, **waits, "target": "'event'", "event_id": event},
    )
    text = {
        "direction": "'outbound'",
        "kind": "'blast'",
        "sender": "'+15005550006'",
        "attempts": "1",
    }
    text |= {
        "phone": PHONE,
        "name": NAME,
        "body": "'Picnic at noon, ' || i",
        "provider_sid": "'SM' || i",
    }
    text |= {"status": "iif(i % 40, 'delivered', 'undelivered')", "message_log_id": log}
    moments = dict.fromkeys(("created_at", "submitted_at", "sent_at", "delivered_at"), AT)
    yield "messages", size.people * 10, text | moments


def _what_was_said(size: Size) -> Iterator[Fill]:
    stop = {
        "name": f"iif(i % 5, {NAME}, NULL)",
        "phone": PHONE,
        "reason": "'Texted STOP'",
    }
    stop |= {"source": "iif(i % 4, 'inbound', 'manual')", "created_at": AT}
    yield "unsubscribed_contacts", size.people * 3 // 4, stop
    dead = {
        "phone": "'+1720' || (2000000 + i * 7919 % :people)",
        "reason": "'No such phone'",
    }
    dead |= {"category": "'hard_fail'", "source": "'receipt'", "created_at": AT}
    yield "suppressed_contacts", size.people // 4, dead
    said = {
        "phone": PHONE,
        "act": "iif(i % 4, 'withdrawn', 'granted')",
        "method": "iif(i % 4, 'stop', 'import')",
    }
    yield "consent_events", size.people, {**said, "at": AT}
    did = {
        "who": "iif(i % 3, 'ada', 'sol')",
        "verb": "'member.added'",
        "about": "'member ' || i",
    }
    yield (
        "audit_events",
        size.people,
        {**did, "at": AT, "details": """'{"count": 1}'"""},
    )


def crowded(path: Path, size: Size) -> Flask:
    """An app over a new database at `path` with all of them, Ada and Sol."""
    migrate_database(path, logging.getLogger("bench"))
    app = create_app(settings(path))
    quiet()
    create_test_users(app)
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA cache_size = -200000")
    connection.execute("BEGIN IMMEDIATE")
    for fill in (_people, _blasts, _what_was_said):
        for table, many, columns in fill(size):
            rows = (
                "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < :many"
                " - 1)"
            )
            into = f"INSERT OR IGNORE INTO {table} ({', '.join(columns)}) {rows}"
            connection.execute(
                f"{into} SELECT {', '.join(columns.values())} FROM n",
                {"many": many, "people": size.people},
            )
    connection.execute(
        "UPDATE people SET public_id = ? WHERE id = (SELECT person_id FROM person_phones "
        "JOIN community_members m USING (phone) WHERE m.id = 2)",
        (SOMEBODY_ID,),
    )
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return app

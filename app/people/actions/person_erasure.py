"""A person asked to be erased: everything that names them goes, what was counted stays."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import text

from app.core.column_types import datetime_to_db
from app.core.db import db, raw_connection
from app.domain.phones.phone_erasure import (
    ERASED_BODY,
    ERASED_REASON,
    contains_phone_number,
    generate_erasure_mark,
)
from app.people import queries
from app.suppression import queries as suppression
from app.suppression.actions import erased_numbers

# Every table that a number, a name or a text of a person stands in. (docs/schema.md says what
# is kept and why.)
DELETE_STATEMENTS = (
    "DELETE FROM community_members WHERE phone = :phone",
    "DELETE FROM event_registrations WHERE phone = :phone",
    "DELETE FROM person_notes WHERE phone = :phone",
    "DELETE FROM unsubscribed_contacts WHERE phone = :phone",
    "DELETE FROM suppressed_contacts WHERE phone = :phone",
    "DELETE FROM import_rows WHERE phone = :phone",
    "DELETE FROM sandbox_messages WHERE phone = :phone",
    "DELETE FROM sandbox_phones WHERE phone = :phone",
    "DELETE FROM threads WHERE phone = :phone",
)
# A changed text leaves its old words inside the search until parts of it are merged; this
# merges all (1 s for 500,000).
OPTIMIZE_SEARCH_SQL = "INSERT INTO inbox_search (inbox_search) VALUES ('optimize')"
ANONYMISE_STATEMENTS = (
    # by its text, by the carrier's name for it: what came in and what became of what went out
    "UPDATE webhook_events SET payload = NULL, error = NULL WHERE message_id IN "
    "(SELECT id FROM messages WHERE phone = :phone) OR provider_sid IN "
    "(SELECT provider_sid FROM messages WHERE phone = :phone)",
    "UPDATE attempts SET why = NULL WHERE why IS NOT NULL AND message_id IN "
    "(SELECT id FROM messages WHERE phone = :phone)",
    # a yes, a no or a small number names nobody, and what was counted stays
    "UPDATE survey_answers SET body = '', value_before = NULL, value = CASE WHEN value IN ('yes', 'no') OR "
    "length(value) <= 3 AND value NOT GLOB '*[^0-9]*' THEN value END WHERE session_id IN "
    "(SELECT id FROM survey_sessions WHERE phone = :phone)",
    "UPDATE survey_sessions SET status = 'stopped', ended_at = :now WHERE phone = :phone AND status = 'active'",
    "UPDATE survey_sessions SET phone = :mark, name = NULL WHERE phone = :phone",
    "UPDATE stop_questions SET verdict = 'stay', decided_at = :now, decided_by = :by "
    "WHERE phone = :phone AND verdict IS NULL",
    "UPDATE stop_questions SET phone = :mark, body = NULL WHERE phone = :phone",
    "UPDATE messages SET status = 'cancelled', reason = :erased WHERE phone = :phone AND status = 'queued'",
    "UPDATE messages SET left_at = :now WHERE phone = :phone AND status IN ('unknown', 'not_sent') AND left_at IS NULL",
    "UPDATE messages SET phone = :mark, name = NULL, body = :body, error_message = NULL, look_up_at = NULL, "
    "media = NULL WHERE phone = :phone",
    "UPDATE consent_events SET phone = :mark, evidence = NULL WHERE phone = :phone",
)
SELECT_WEBHOOK_EVENTS = text("SELECT id FROM webhook_events WHERE instr(payload, :phone) > 0")
SELECT_LOG_DETAILS = text(
    "SELECT id, details FROM message_logs WHERE details IS NOT NULL AND instr(details, :phone) > 0"
)
SELECT_IMPORT_LAYOUTS = text("SELECT id, columns FROM imports WHERE columns IS NOT NULL")
SELECT_BAD_IMPORT_ROWS = text(
    "SELECT id, cells FROM import_rows WHERE verdict = 'bad' AND cells IS NOT NULL"
)


class TextBeingSent(Exception):
    """A text to them is being handed over at this moment: nothing was erased, try again in a
    minute.
    """


@dataclass(frozen=True)
class EmbeddedMentions:
    """What is found only by reading: each is a statement of `driver()` with its parameters."""

    erasing_statements: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)


def find_embedded_mentions(phone: str) -> EmbeddedMentions:
    """Where a number stands inside other text: calls of the carrier, old results, samples and
    bad rows of imports.

    Reads the calls of 30 days and every row that an import could not read: before write(), for
    it may take seconds.
    """
    return EmbeddedMentions(
        [
            *_find_in_webhook_events(phone),
            *_find_in_log_details(phone),
            *_find_in_import_layouts(phone),
            *_find_in_bad_import_rows(phone),
        ]
    )


def _find_in_webhook_events(phone: str) -> Iterator[tuple[str, tuple[Any, ...]]]:
    for (id,) in db.session.execute(SELECT_WEBHOOK_EVENTS, {"phone": phone}):
        yield (
            "UPDATE webhook_events SET payload = NULL, error = NULL WHERE id = ?",
            (id,),
        )


def _find_in_log_details(phone: str) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """The results that the first design kept as JSON inside the log."""
    for id, details in db.session.execute(SELECT_LOG_DETAILS, {"phone": phone}):
        kept = [_anonymise_result(person, phone) for person in json.loads(details)]
        yield (
            "UPDATE message_logs SET details = ? WHERE id = ?",
            (json.dumps(kept, ensure_ascii=False), id),
        )


def _anonymise_result(person: dict[str, Any], phone: str) -> dict[str, Any]:
    if person.get("phone") != phone:
        return person
    return {
        "phone": "#erased",
        "name": None,
        "success": bool(person.get("success")),
        "error": None,
    }


def _find_in_import_layouts(phone: str) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """The first rows of a spreadsheet are kept to show how its columns were read."""
    for id, columns in db.session.execute(SELECT_IMPORT_LAYOUTS):
        layout = json.loads(columns)
        rows = layout.get("first_rows", [])
        layout["first_rows"] = [
            [""] * len(row) if _has_mention(row, phone) else row for row in rows
        ]
        if layout["first_rows"] != rows:
            yield (
                "UPDATE imports SET columns = ? WHERE id = ?",
                (json.dumps(layout, ensure_ascii=False), id),
            )


def _find_in_bad_import_rows(phone: str) -> Iterator[tuple[str, tuple[Any, ...]]]:
    for id, cells in db.session.execute(SELECT_BAD_IMPORT_ROWS):
        if _has_mention(json.loads(cells), phone):
            yield "DELETE FROM import_rows WHERE id = ?", (id,)


def _has_mention(row: list[Any], phone: str) -> bool:
    return any(contains_phone_number(str(cell), phone) for cell in row)


def erase_person_data(phone: str, traces: EmbeddedMentions, by: str, moment: datetime) -> str:
    """Erase everything that names the person with this number; gives the mark that stands in
    its place from now on.

    Inside one act. Texts that wait are cancelled; logs keep their rows, counts and states;
    whether they had opted out is kept as a hash (`suppression.erased`). Raises StillLeaving.
    The pages that held it are overwritten.
    """
    if queries.is_text_being_sent(phone):
        raise TextBeingSent
    mark = generate_erasure_mark()
    # whoever perhaps said STOP is remembered as if they had: nobody can ask them any more
    said_stop = (
        suppression.has_opted_out(phone) or suppression.find_open_stop_question(phone) is not None
    )
    values = {
        "phone": phone,
        "mark": mark,
        "body": ERASED_BODY,
        "erased": ERASED_REASON,
        "now": datetime_to_db(moment),
        "by": by,
    }
    connection = raw_connection()
    connection.execute("PRAGMA secure_delete = ON")
    try:
        for statement in (*ANONYMISE_STATEMENTS, *DELETE_STATEMENTS):
            connection.execute(statement, values)
        connection.execute(OPTIMIZE_SEARCH_SQL)
        for change, parameters in traces.erasing_statements:
            connection.execute(change, parameters)
    finally:
        connection.execute("PRAGMA secure_delete = OFF")
    erased_numbers.record_erased_number(phone, said_stop=said_stop, by=by)
    return mark

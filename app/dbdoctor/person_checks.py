"""Checks of people and users, and how numbers without a person get theirs."""

import sqlite3
from collections.abc import Iterator

from app.dbdoctor.check import FIX_ADVICE, RESTORE_ADVICE, RowCheck, Severity
from app.profiles.models import PUBLIC_ID_SQL, TABLES_WITH_PEOPLE

IS_PHONE = "phone GLOB '+[1-9]*' AND phone NOT GLOB '*[^+0-9]*' AND length(phone) <= 16"
IS_UNKNOWN = f"{IS_PHONE} AND phone NOT IN (SELECT phone FROM person_phones)"


def build_unknown_numbers_sql() -> str:
    """Return the query for the rows whose number has no person: "community_members 12"."""
    return " UNION ALL ".join(
        f"SELECT '{table} ' || id FROM {table} WHERE {IS_UNKNOWN}" for table in TABLES_WITH_PEOPLE
    )


PERSON_CHECKS = (
    RowCheck(
        "number-without-person",
        "The number in {ids} belongs to no person, so it has no page.",
        FIX_ADVICE,
        build_unknown_numbers_sql(),
    ),
    RowCheck(
        "person-without-number",
        "Person {ids} has no number.",
        FIX_ADVICE,
        "SELECT id FROM people WHERE id NOT IN (SELECT person_id FROM person_phones)",
    ),
    RowCheck(
        "two-first-numbers",
        "Person {ids} has several first numbers.",
        "Choose on their page which one is texted.",
        "SELECT person_id FROM person_phones WHERE until IS NULL "
        "GROUP BY person_id HAVING count(*) > 1 AND max(rank) = 1",
    ),
    RowCheck(
        "folded-names",
        "The name of {ids} is not found by the search.",
        FIX_ADVICE,
        "SELECT 'member ' || id FROM community_members WHERE folded_name IS NOT fold_name(name) "
        "UNION ALL SELECT 'do-not-text entry ' || id FROM unsubscribed_contacts "
        "WHERE folded_name IS NOT fold_name(name)",
        severity=Severity.WARNING,
    ),
    RowCheck(
        "pause-over",
        "The pause of entry {ids} of the do-not-text list is over, and it still gets no texts.",
        "Start the program: it ends pauses within a minute.",
        "SELECT id FROM unsubscribed_contacts WHERE ends_at < datetime('now', '-2 days')",
    ),
    RowCheck(
        "stop-undecided",
        "Whether text question {ids} was a request to stop should have been decided two days ago.",
        "Start the program: it opts out people no one decided about.",
        "SELECT id FROM stop_questions WHERE verdict IS NULL "
        "AND decide_by < datetime('now', '-2 days')",
        severity=Severity.WARNING,
    ),
    RowCheck(
        "phone-code",
        "The phone of user {ids} cannot be verified by its code.",
        "Ask for a new code under Your account.",
        "SELECT id FROM users WHERE (pending_phone IS NULL) <> (phone_code_hash IS NULL)",
    ),
    RowCheck(
        "no-admin",
        "There are users ({ids}), but none of them is an admin.",
        RESTORE_ADVICE,
        "SELECT count(*) FROM users WHERE EXISTS (SELECT 1 FROM users) "
        "HAVING count(*) > 0 AND sum(role = 'admin') = 0",
    ),
    RowCheck(
        "single-admin",
        "There is only {ids} admin.",
        "Make a second person an admin, in case the first one is ill or away.",
        "SELECT count(*) FROM users WHERE role = 'admin' "
        "HAVING count(*) = 1 AND (SELECT count(*) FROM users) > 1",
        severity=Severity.NOTE,
    ),
)


def repair_people(connection: sqlite3.Connection) -> None:
    """Give each number without a person one, and drop people without a number.

    Inside a transaction.
    """
    for statement in _build_repairs():
        connection.execute(statement)


def _build_repairs() -> Iterator[str]:
    # ON DELETE CASCADE is off in the doctor.
    yield "DELETE FROM person_phones WHERE person_id NOT IN (SELECT id FROM people)"
    yield "DELETE FROM person_values WHERE person_id NOT IN (SELECT person_id FROM person_phones)"
    yield "DELETE FROM people WHERE id NOT IN (SELECT person_id FROM person_phones)"
    yield "CREATE TEMP TABLE unknown_phones (id INTEGER PRIMARY KEY, phone TEXT UNIQUE)"
    for table in TABLES_WITH_PEOPLE:
        yield (
            "INSERT OR IGNORE INTO unknown_phones (phone) "
            f"SELECT phone FROM {table} WHERE {IS_UNKNOWN}"
        )
    first = "(SELECT ifnull(max(id), 0) FROM people)"
    yield f"UPDATE unknown_phones SET id = -(id + {first})"
    yield "UPDATE unknown_phones SET id = -id"
    yield f"INSERT INTO people (id, public_id) SELECT id, {PUBLIC_ID_SQL} FROM unknown_phones"
    yield "INSERT INTO person_phones (phone, person_id) SELECT phone, id FROM unknown_phones"
    yield "DROP TABLE unknown_phones"

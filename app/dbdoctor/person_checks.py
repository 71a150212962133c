"""Whether every known number has a person, and how those without one get theirs."""

import sqlite3
from collections.abc import Iterator

from app.profiles.models import PUBLIC_ID_SQL, TABLES_WITH_PEOPLE

IS_PHONE = "phone GLOB '+[1-9]*' AND phone NOT GLOB '*[^+0-9]*' AND length(phone) <= 16"
IS_UNKNOWN = f"{IS_PHONE} AND phone NOT IN (SELECT phone FROM person_phones)"


def build_unknown_numbers_sql() -> str:
    """Return the query for the rows whose number has no person: "community_members 12"."""
    return " UNION ALL ".join(
        f"SELECT '{table} ' || id FROM {table} WHERE {IS_UNKNOWN}" for table in TABLES_WITH_PEOPLE
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

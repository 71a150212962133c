"""Column types of the models.

UTC times, amounts of money, texts by language, enums, and annotated shorthands.
"""

import json
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from sqlalchemy import (
    DDL,
    DateTime,
    Dialect,
    Enum,
    String,
    Text,
    TypeDecorator,
    event,
    false,
    text,
)
from sqlalchemy.orm import mapped_column

from app.core.clock import now
from app.domain.texts.name_folding import fold_name


class UtcDateTime(TypeDecorator[datetime]):
    """Aware datetime, stored as naive UTC. A naive value raises ValueError."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the value as naive UTC for the database."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without its zone cannot be stored")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the value of the database with its zone, UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC)


def datetime_to_db(moment: datetime) -> str:
    """Return the text that a UtcDateTime column stores for this moment."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def datetime_from_db(text: str | None) -> datetime | None:
    """Return the moment of the text that a UtcDateTime column stores; None for NULL."""
    if not text:
        return None
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class Money(TypeDecorator[Decimal]):
    """Exact decimal amount, stored as its text: SQLite's REAL is a binary fraction."""

    impl = String(20)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        """Return the amount as digits for the database, never with an exponent."""
        if value is None:
            return None
        return format(value, "f")

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        """Return the Decimal that the database stores as text."""
        if value is None:
            return None
        return Decimal(value)


class TextsByLanguage(TypeDecorator[dict[str, str]]):
    """Texts by the tag of their language, stored as a JSON object; NULL: an empty dict.

    Its keys are sorted, so that equal texts are stored alike.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: dict[str, str] | None, dialect: Dialect) -> str | None:
        """Return the JSON for the database; None for no text at all."""
        if not value:
            return None
        return json.dumps(value, ensure_ascii=False, sort_keys=True)

    def process_result_value(self, value: str | None, dialect: Dialect) -> dict[str, str]:
        """Return the texts that the database stores as JSON."""
        if value is None:
            return {}
        return dict(json.loads(value))


def enum_column(kind: type[StrEnum], name: str = "") -> Enum:
    """Build a column type that stores one value of `kind`, with a CHECK in the database.

    The CHECK is called `ck_<table>_<name>`, by default after the class. `name` keeps the name
    that a released migration gave it when the class was renamed since.
    """
    return Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=20,
        name=name or kind.__name__.lower(),
        values_callable=lambda members: [member.value for member in members],
    )


primary_key = Annotated[int, mapped_column(primary_key=True)]
e164 = Annotated[str, mapped_column(String(20))]
# The server defaults are for rows that other programs write; CURRENT_TIMESTAMP is UTC as well.
timestamp_default_now = Annotated[
    datetime,
    mapped_column(UtcDateTime, default=now, server_default=text("CURRENT_TIMESTAMP")),
]
timestamp_on_update = Annotated[
    datetime,
    mapped_column(UtcDateTime, default=now, onupdate=now, server_default=text("CURRENT_TIMESTAMP")),
]
timestamp = Annotated[datetime, mapped_column(UtcDateTime)]
# A name as it is searched and sorted. The default serves Core statements; objects of the ORM fold
# when their name is set, and an INSERT … SELECT calls the database function fold_name().
folded_person_name = Annotated[
    str | None, mapped_column(Text, default=lambda context: _fold_name_of_row(context))
]
bool_default_false = Annotated[bool, mapped_column(default=False, server_default=false())]
int_default_zero = Annotated[int, mapped_column(default=0, server_default="0")]
long_text = Annotated[str, mapped_column(Text)]
texts_by_language = Annotated[
    dict[str, str], mapped_column(TextsByLanguage, default=dict, nullable=True)
]


def _fold_name_of_row(context: Any) -> str | None:
    return fold_name(context.get_current_parameters().get("name"))


def build_e164_check(column: str = "phone") -> str:
    """Return the CHECK of a phone column: "+", a digit 1-9, then digits, at most 16 characters."""
    return f"{column} GLOB '+[1-9]*' AND {column} NOT GLOB '*[^+0-9]*' AND length({column}) <= 16"


TYPE_ANNOTATION_MAP: dict[Any, Any] = {datetime: UtcDateTime, Decimal: Money}


def add_updated_at_trigger(model: Any, *columns: str) -> None:
    """Let the database itself set `updated_at` when one of these columns changes.

    A person or a program that writes the file by hand is noticed too. A statement that sets
    `updated_at` keeps its own value.
    """
    table = model.__tablename__
    statement = (
        f"CREATE TRIGGER {table}_updated_at AFTER UPDATE OF {', '.join(columns)} ON {table} "
        "WHEN new.updated_at IS old.updated_at BEGIN "
        f"UPDATE {table} SET updated_at = strftime('%Y-%m-%d %H:%M:%f000', 'now') "
        "WHERE id = new.id; END"
    )
    # DDL() formats with %: each sign of strftime is doubled.
    create_trigger = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
    event.listen(model.__table__, "after_create", create_trigger)

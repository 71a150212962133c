"""The kinds of columns this house uses, each with its rule."""

from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from sqlalchemy import DateTime, Dialect, Enum, String, Text, TypeDecorator, false, text
from sqlalchemy.orm import mapped_column

from app.core.clock import now


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: stored naive in UTC, read back aware.

    A naive value is a mistake and raises ValueError.
    """

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database: UTC without its zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without its zone cannot be stored")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From the database: UTC, with its zone."""
        return None if value is None else value.replace(tzinfo=UTC)


def datetime_to_db(moment: datetime) -> str:
    """A moment as a UtcDateTime column holds it."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def datetime_from_db(held: str | None) -> datetime | None:
    """What a UtcDateTime column holds, as a moment."""
    return datetime.fromisoformat(held).replace(tzinfo=UTC) if held else None


class Money(TypeDecorator[Decimal]):
    """An exact amount, stored as its decimal text: SQLite has no exact numbers with a point."""

    impl = String(20)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        """To the database: plain digits, never an exponent."""
        return None if value is None else format(value, "f")

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        """From the database: a Decimal."""
        return None if value is None else Decimal(value)


def enum_column(kind: type[StrEnum], name: str = "") -> Enum:
    """Build a column type that holds one value of `kind`, repeated as a CHECK in the database.

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
# The server defaults are for rows that other programs write: UTC as well.
timestamp_default_now = Annotated[
    datetime,
    mapped_column(UtcDateTime, default=now, server_default=text("CURRENT_TIMESTAMP")),
]
timestamp_on_update = Annotated[
    datetime,
    mapped_column(UtcDateTime, default=now, onupdate=now, server_default=text("CURRENT_TIMESTAMP")),
]
timestamp = Annotated[datetime, mapped_column(UtcDateTime)]
bool_default_false = Annotated[bool, mapped_column(default=False, server_default=false())]
int_default_zero = Annotated[int, mapped_column(default=0, server_default="0")]
long_text = Annotated[str, mapped_column(Text)]


def build_e164_check(column: str = "phone") -> str:
    """The CHECK for a phone column: a plus, a digit 1-9, then digits only, at most 16
    characters.
    """
    return f"{column} GLOB '+[1-9]*' AND {column} NOT GLOB '*[^+0-9]*' AND length({column}) <= 16"


TYPE_ANNOTATION_MAP: dict[Any, Any] = {datetime: UtcDateTime, Decimal: Money}

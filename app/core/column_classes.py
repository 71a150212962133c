"""The classes of the data in the database: each column of each model has one.

docs/data-classes.md says what each class asks for; a test compares it with the models.
"""

from collections.abc import Iterator
from enum import StrEnum

from sqlalchemy import Boolean, Column, DateTime, Enum, Float, Integer, TypeDecorator
from sqlalchemy.types import TypeEngine

from app.core.column_types import Money
from app.core.db import Model

# A column of these types holds no words of anybody: `others` of its table may speak for it.
WORDLESS_TYPES = (Boolean, DateTime, Enum, Float, Integer)


class ColumnClass(StrEnum):
    """How much harm it does when a value is read by whoever should not."""

    # What the organisation says to everybody: nothing is lost when it is seen.
    PUBLIC = "public"
    # How the work is done: for whoever signs in.
    ADMINISTRATIVE = "administrative"
    # Names a person, or tells of one: erased with them, in no log.
    PERSONAL = "personal"
    # What a person said in confidence, or what is said of them: words, notes, birthdays, answers.
    SENSITIVE = "sensitive"
    # Lets whoever has it in: only ever stored as a hash or a random key, and shown on no page.
    SECRET = "secret"


PERSONAL = ColumnClass.PERSONAL
SENSITIVE = ColumnClass.SENSITIVE


class ColumnClasses:
    """The classes of one table's columns, as `__column_classes__` of its model.

    Names of columns with spaces between. `others` is the class of its numbers, flags, times and
    words of a fixed list that are not named; a column that can hold any words must be named.
    """

    def __init__(self, others: ColumnClass = ColumnClass.ADMINISTRATIVE, **names: str) -> None:
        self.others = others
        self.by_column: dict[str, ColumnClass] = {}
        for class_name, columns in names.items():
            for column in columns.split():
                self.by_column[column] = ColumnClass(class_name)

    def find_class(self, column: "Column[object]") -> ColumnClass | None:
        """Return the class of a column; None: it holds words, and nobody said whose."""
        named = self.by_column.get(column.name)
        if named is None and _holds_no_words(column.type):
            return self.others
        return named


def _holds_no_words(kind: "TypeEngine[object]") -> bool:
    stored = kind.impl_instance if isinstance(kind, TypeDecorator) else kind
    return isinstance(kind, Money) or isinstance(stored, WORDLESS_TYPES)


def list_column_classes() -> "Iterator[tuple[Column[object], ColumnClass | None]]":
    """Yield every column of the imported models with its class; None: it has none."""
    models = [mapper.class_ for mapper in Model.registry.mappers]
    for model in sorted(models, key=lambda model: str(model.__tablename__)):
        classes = getattr(model, "__column_classes__", None)
        for column in model.__table__.columns:
            yield column, classes.find_class(column) if classes else None


def describe_protected_columns() -> list[str]:
    """Return one line of docs/data-classes.md for each table with columns to be protected."""
    lines: dict[str, dict[ColumnClass, list[str]]] = {}
    for column, column_class in list_column_classes():
        if column_class in (ColumnClass.PERSONAL, ColumnClass.SENSITIVE, ColumnClass.SECRET):
            table_classes = lines.setdefault(column.table.name, {})
            table_classes.setdefault(column_class, []).append(f"`{column.name}`")
    return [_describe_table(table, classes) for table, classes in lines.items()]


def _describe_table(table: str, classes: dict[ColumnClass, list[str]]) -> str:
    cells = [f"`{table}`"]
    for column_class in (ColumnClass.PERSONAL, ColumnClass.SENSITIVE, ColumnClass.SECRET):
        cells.append(" ".join(classes.get(column_class, ())))
    return f"| {' | '.join(cells)} |"

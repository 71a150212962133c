"""How many values each column of a file gives, and how many people have another one."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from app.domain.spreadsheets.column_headings import ColumnKind
from app.domain.spreadsheets.profile_cells import CONSENT_KEY
from app.imports.queries.import_records import SpreadsheetLayout


@dataclass(frozen=True)
class ValueCounts:
    """Of each column, by its index: cells that can be read, and people who have another value.

    `written` is how many values the confirmed import wrote.
    """

    values: Mapping[str, int] = field(default_factory=dict)
    differing: Mapping[str, int] = field(default_factory=dict)
    written: int = 0

    @property
    def consent(self) -> int:
        """How many people agreed to texts, as the file says."""
        return self.values.get(CONSENT_KEY, 0)

    @property
    def all_differing(self) -> int:
        """How many values of people are others than those of the file."""
        return sum(self.differing.values())


@dataclass(frozen=True)
class ColumnCount:
    """What a column brings: "Birthday", 290 values, 3 people who have another one."""

    title: str
    values: int
    differing: int


def parse_value_counts(stored: str | None) -> ValueCounts:
    """Return the counts that an import keeps; see serialize_value_counts()."""
    counts = json.loads(stored) if stored else {}
    return ValueCounts(
        counts.get("values", {}), counts.get("differing", {}), counts.get("written", 0)
    )


def serialize_value_counts(counts: ValueCounts) -> str:
    """Return the counts as JSON."""
    return json.dumps(
        {
            "values": dict(counts.values),
            "differing": dict(counts.differing),
            "written": counts.written,
        }
    )


def list_column_counts(layout: SpreadsheetLayout, counts: ValueCounts) -> list[ColumnCount]:
    """Return the counts of the columns that say more than name and number, in their order."""
    listed = []
    for index, kind in enumerate(layout.columns.kinds):
        field_column = layout.columns.fields.get(index)
        is_single = kind in (ColumnKind.LANGUAGE, ColumnKind.BIRTHDAY, ColumnKind.SECOND_PHONE)
        if field_column or is_single:
            title = field_column.name if field_column else kind.label
            key = str(index)
            value_count = counts.values.get(key, 0)
            listed.append(ColumnCount(title, value_count, counts.differing.get(key, 0)))
    return listed

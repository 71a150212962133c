"""Everything that is held about one person: rows of every table, archives, the audit, backups."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.audit.queries import AuditFilter, fetch_audit_page, list_archived_items
from app.core.held_data import HeldRows, read_held_rows
from app.core.pagination import ListParams
from app.core.settings import current_settings
from app.delivery.archive_file import ArchiveUnusable
from app.delivery.queries.archived_texts import (
    ArchivedText,
    ArchivedYear,
    count_archived_texts,
    list_archived_texts,
)
from app.profiles.queries.person_lookup import PersonProfile

PAGE_ROWS = 100
DOWNLOAD_ROWS = 100_000
AUDIT_ROWS = 100


@dataclass(frozen=True)
class HeldData:
    """What is held about somebody.

    `audit_entries`: the newest rows of the audit that are about them, of `audit_total`.
    `empty_titles`: what was looked through without finding anything.
    """

    tables: Sequence[HeldRows]
    empty_titles: Sequence[str]
    archived_years: Sequence[ArchivedYear]
    audit_entries: Sequence[Any]
    audit_total: int


def load_held_data(person: PersonProfile, max_rows: int = PAGE_ROWS) -> HeldData:
    """Return what is held about a person, at most so many rows of each table."""
    tables = read_held_rows(person.numbers, person.id, max_rows)
    newest = ListParams("", 1, AUDIT_ROWS, "", "desc")
    audit = fetch_audit_page(newest, AuditFilter(phones=tuple(person.numbers)))
    archived = list_archived_items(person.numbers)
    return HeldData(
        [table for table in tables if table.rows],
        [table.title for table in tables if not table.rows],
        count_archived_texts(current_settings().database_path, person.numbers),
        [*audit.rows, *archived][:AUDIT_ROWS],
        audit.total + len(archived),
    )


def load_archived_texts(person: PersonProfile, years: Sequence[ArchivedYear]) -> list[ArchivedText]:
    """Return the texts of a person in these archives; one that cannot be read is left out."""
    texts: list[ArchivedText] = []
    for year in years:
        try:
            texts += list_archived_texts(
                current_settings().database_path, year.year, person.numbers
            )
        except ArchiveUnusable:
            continue
    return texts


def build_portable_data(data: HeldData, archived: Sequence[ArchivedText]) -> dict[str, Any]:
    """Return everything as values of JSON: for each table a list of rows by their columns."""
    portable: dict[str, Any] = {
        table.table: [
            dict(zip(table.columns, map(to_plain_value, row), strict=True)) for row in table.rows
        ]
        for table in data.tables
    }
    portable["archived_texts"] = [_build_archived_row(text) for text in archived]
    return portable


def _build_archived_row(text: ArchivedText) -> Mapping[str, Any]:
    return {
        "created_at": text.created_at.isoformat(),
        "direction": "inbound" if text.is_inbound else "outbound",
        "body": text.body,
        "status": text.status.value,
    }


def to_plain_value(value: Any) -> Any:
    """Return a value of the database as JSON and CSV have it: times as ISO 8601 in UTC."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if value is None or isinstance(value, bool | int | float):
        return value
    return str(getattr(value, "value", value))

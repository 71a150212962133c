"""People as a CSV file that an import reads back: names, numbers and what else is known."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from flask import Response, stream_with_context

from app.core.clock import now
from app.core.csv_files import build_download_headers, stream_csv
from app.core.db import db
from app.domain.texts.text_languages import name_language
from app.groups.queries.group_records import has_groups
from app.groups.queries.memberships import list_group_names_of_phones
from app.profiles.queries.field_records import list_fields_in_use
from app.profiles.queries.person_details import find_details_of_phones, has_any_details
from app.profiles.queries.person_values import load_values_of_phones

EXPORT_HEADINGS = ("name", "phone")
# Only where there is something to write into them.
GROUPS_HEADING = "groups"
DETAIL_HEADINGS = ("language", "birthday")
EXPORT_BATCH_ROWS = 1_000

# Reads the further cells of people by their phones; who has none is missing.
CellReader = Callable[[Sequence[str]], dict[str, Sequence[str]]]


def stream_people_as_csv(people: Iterator[tuple[str | None, str]], title: str) -> Response:
    """Return people, each (name, phone), as a download that is named after `title` and today."""
    further = _list_further_columns()
    headings = [*EXPORT_HEADINGS]
    for columns, _ in further:
        headings += columns
    lines = stream_csv(headings, _add_cells(people, further) if further else people)
    return Response(
        stream_with_context(lines),
        headers=build_download_headers(f"{title}-{now():%Y-%m-%d}.csv"),
    )


def _list_further_columns() -> list[tuple[Sequence[str], CellReader]]:
    """Return headings, each with what reads their cells: groups, details and fields."""
    further: list[tuple[Sequence[str], CellReader]] = []
    if has_groups():
        further.append(((GROUPS_HEADING,), _read_groups))
    if has_any_details():
        further.append((DETAIL_HEADINGS, _read_details))
    # Admins export, who see all fields.
    fields = list_fields_in_use()
    if fields:
        reader = _build_value_reader([field.id for field in fields])
        further.append(([field.name for field in fields], reader))
    return further


def _read_groups(phones: Sequence[str]) -> dict[str, Sequence[str]]:
    names = list_group_names_of_phones(phones)
    return {phone: ("; ".join(own_names),) for phone, own_names in names.items()}


def _read_details(phones: Sequence[str]) -> dict[str, Sequence[str]]:
    cells: dict[str, Sequence[str]] = {}
    for phone, (language, birthday) in find_details_of_phones(phones).items():
        language_cell = name_language(language) if language else ""
        cells[phone] = (language_cell, birthday.isoformat() if birthday else "")
    return cells


def _build_value_reader(field_ids: Sequence[int]) -> CellReader:
    def read_values(phones: Sequence[str]) -> dict[str, Sequence[str]]:
        values = load_values_of_phones(phones, field_ids)
        return {
            phone: [own_values.get(field_id, "") for field_id in field_ids]
            for phone, own_values in values.items()
        }

    return read_values


def _add_cells(
    people: Iterator[tuple[str | None, str]],
    further: Sequence[tuple[Sequence[str], CellReader]],
) -> Iterator[Sequence[object]]:
    """Yield each (name, phone) with the further cells, as an import reads them."""
    while batch := list(islice(people, EXPORT_BATCH_ROWS)):
        phones = [phone for _, phone in batch]
        cells = [read_cells(phones) for _, read_cells in further]
        # Ends the read snapshot, as iterate_in_batches() does: a download may take minutes.
        db.session.rollback()
        for name, phone in batch:
            row: list[object] = [name, phone]
            for (headings, _), cells_by_phone in zip(further, cells, strict=True):
                row += cells_by_phone.get(phone) or [""] * len(headings)
            yield row

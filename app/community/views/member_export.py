"""The export of members: a CSV file that an import reads back as it was."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from flask import Response, request, stream_with_context
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from app.audit.actions import audited_write
from app.community import queries
from app.community.forms import get_filter_parameters, read_member_selection
from app.community.views.blueprint import bp
from app.core.access import current_username, roles_required
from app.core.batch_reading import iterate_in_batches
from app.core.clock import now
from app.core.csv_files import build_download_headers, stream_csv
from app.core.db import db
from app.domain.accounts.roles import Role
from app.domain.profiles.language_names import name_language
from app.groups.queries.group_records import list_active_groups
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


@bp.get("/community/export")
@roles_required(Role.ADMIN)
def export_members() -> ResponseReturnValue:
    """Download the list, or what a filter leaves of it, as a CSV file that an import reads."""
    parameters = get_filter_parameters(request.args)
    if not parameters:
        return send_members_as_csv(None)
    selection = read_member_selection(MultiDict({**parameters, "everyone": ["1"]}))
    return send_members_as_csv(selection.ids)


def send_members_as_csv(member_ids: Sequence[int] | None) -> Response:
    """Return these members, or all for None, as a download, and record it in the audit."""
    count = queries.count_members() if member_ids is None else len(member_ids)
    with audited_write("members.exported", current_username()) as trace:
        trace.details = {"count": count}
    if member_ids is None:
        people = iterate_in_batches(queries.fetch_member_batch)
    else:
        people = iter(queries.find_names_and_phones(member_ids))
    further = _list_further_columns()
    headings = [*EXPORT_HEADINGS]
    for columns, _ in further:
        headings += columns
    lines = stream_csv(headings, _add_cells(people, further) if further else people)
    return Response(
        stream_with_context(lines),
        headers=build_download_headers(f"community-{now():%Y-%m-%d}.csv"),
    )


def _list_further_columns() -> list[tuple[Sequence[str], CellReader]]:
    """Return headings, each with what reads their cells: groups, details and fields."""
    further: list[tuple[Sequence[str], CellReader]] = []
    if list_active_groups():
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
    details = find_details_of_phones(phones)
    return {
        phone: (
            name_language(language) if language else "",
            birthday.isoformat() if birthday else "",
        )
        for phone, (language, birthday) in details.items()
    }


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

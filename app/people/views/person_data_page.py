"""What is held about one person: a page to print, and everything as a file."""

import json
from collections.abc import Iterator

from flask import Response, abort, render_template
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.audit.pending_acts import note_look
from app.backups.backup_retention import find_kept_counts
from app.core.access import current_username, permission_required
from app.core.clock import now
from app.core.csv_files import build_download_headers, stream_csv
from app.core.recent_sign_in import guarded_download
from app.domain.accounts.permissions import Permission
from app.migrations.backup_names import BackupReason
from app.people.queries import person_records as queries
from app.people.queries.person_data import (
    DOWNLOAD_ROWS,
    HeldData,
    build_portable_data,
    load_archived_texts,
    load_held_data,
    to_plain_value,
)
from app.people.views.blueprint import bp, get_person_or_404, mask_phone
from app.profiles.queries.person_lookup import PersonProfile

CSV_HEADINGS = ("table", "row", "column", "value")


@bp.get("/people/<public_id>/data")
@permission_required(Permission.MANAGE_PEOPLE)
def show_held_data(public_id: str) -> ResponseReturnValue:
    """Show everything that is held about a person, as a page to print and hand over."""
    person = get_person_or_404(public_id)
    phone = person.phone or abort(404)
    name = queries.load_person_record(*person.numbers).name
    note_look("data", phone, name)
    data = load_held_data(person)
    return render_template(
        "people/data.html",
        person=person,
        phone=phone,
        name=name,
        data=data,
        archived_texts=load_archived_texts(person, data.archived_years),
        nightly_copies=find_kept_counts()[BackupReason.NIGHTLY],
        moment=now(),
    )


@bp.get("/people/<public_id>/data.<any(json, csv):kind>")
@permission_required(Permission.MANAGE_PEOPLE)
@guarded_download
def download_held_data(public_id: str, kind: str) -> ResponseReturnValue:
    """Download everything that is held about a person."""
    person = get_person_or_404(public_id)
    data = load_held_data(person, DOWNLOAD_ROWS)
    portable = _build_files_content(person, data)
    with audited_write("person.exported", current_username()) as trace:
        trace.about = mask_phone(person.phone or "")
        trace.details = {"count": sum(map(len, portable.values()))}
    if kind == "json":
        text = json.dumps(portable, ensure_ascii=False, indent=1)
        headers = build_download_headers("person.json", "application/json")
        return Response(text, headers=headers)
    return Response(
        stream_csv(CSV_HEADINGS, _iterate_cells(portable)),
        headers=build_download_headers("person.csv"),
    )


def _build_files_content(
    person: PersonProfile, data: HeldData
) -> dict[str, list[dict[str, object]]]:
    portable = build_portable_data(data, load_archived_texts(person, data.archived_years))
    portable["audit"] = [
        {"at": to_plain_value(entry.at), "who": entry.username, "what": entry.sentence_text}
        for entry in data.audit_entries
    ]
    return portable


def _iterate_cells(
    portable: dict[str, list[dict[str, object]]],
) -> Iterator[tuple[str, int, str, str]]:
    for table, rows in portable.items():
        for number, row in enumerate(rows, 1):
            for column, value in row.items():
                if value not in (None, ""):
                    yield table, number, column, str(value)

"""Imports numbers from a spreadsheet into the do-not-text list.

It stands here because the suppression feature may not import the importer.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from flask import url_for
from sqlalchemy import Select, select

from app.core.clock import now
from app.core.db import NotFound
from app.core.listed_values import build_listed_column
from app.delivery.actions import blast_control
from app.domain.accounts.permissions import Permission
from app.domain.delivery.skip_reasons import SkipReason
from app.imports.actions.import_lists import ImportList, SliceAction
from app.imports.actions.import_target import ImportTarget
from app.imports.models import Import
from app.imports.queries.import_slices import ImportSlice, list_slice_phones
from app.imports.queries.imported_phones import select_new_phones, select_readable_phones
from app.imports.views.import_routes import register_import_routes
from app.imports.views.importer_config import ImporterConfig
from app.people.queries.listed_pauses import read_listed_pauses
from app.suppression.actions.consent_events import withdraw_import_consent
from app.suppression.actions.import_opt_outs import (
    delete_imported_pauses,
    take_back_turned_pauses,
    turn_opt_outs_into_pauses,
    turn_pauses_into_opt_outs,
)
from app.suppression.queries.phone_records import get_opt_out_table
from app.suppression.views import bp

# Undoing an import deletes only rows with this source: whoever texted STOP since has another one
# and stays.
DO_NOT_TEXT_IMPORT_TARGET = ImportTarget(
    "suppression",
    get_opt_out_table(),
    {"source": "import"},
    gets_texts=False,
)
DO_NOT_TEXT_IMPORT_NOTE = (
    "No one in this file will be texted again. Names only help you recognize them. Pauses of a "
    "list that was exported here keep their end."
)


def build_do_not_text_importer() -> ImporterConfig:
    """Return the importer of the do-not-text list."""
    return ImporterConfig(
        "suppression.import",
        DO_NOT_TEXT_IMPORT_LIST,
        url_for("suppression.list_suppressed_numbers"),
        "Do not text",
        note=DO_NOT_TEXT_IMPORT_NOTE,
    )


def find_do_not_text_list(pool: str) -> ImportList:
    """Return the do-not-text list, as imports fill it."""
    return DO_NOT_TEXT_IMPORT_LIST


def _prepare_opt_outs(row: Import) -> SliceAction:
    """Return what records the opt-outs of a slice; reads the pauses of the whole file once."""
    try:
        ends = read_listed_pauses(row.stored_as)
    # Gone a day after the upload, or because somebody in it was erased: better no texts for good.
    except NotFound:
        ends = {}
    return partial(_record_opt_outs, ends)


def _record_opt_outs(
    listed_ends: Mapping[str, datetime], row: Import, import_slice: ImportSlice
) -> None:
    """Record each new opt-out in the consent history and skip texts that wait for them.

    What our own export lists as a pause is one, with its end.
    """
    moment = row.finished_at or now()
    ends = _keep_listed_in_slice(listed_ends, import_slice)
    turn_opt_outs_into_pauses(ends, select_new_phones(import_slice), moment, row.created_by)
    new_phones = _leave_out(select_new_phones(import_slice), ends)
    opted_out_phones = withdraw_import_consent(new_phones, row.id, row.created_by)
    listed_phones = _leave_out(select_readable_phones(import_slice), ends)
    opted_out_phones += turn_pauses_into_opt_outs(listed_phones, moment, row.created_by)
    for phone in opted_out_phones:
        blast_control.skip_queued_messages(phone, SkipReason.SAID_STOP)
    for phone, end in ends.items():
        if end > moment:
            blast_control.skip_queued_messages(phone, SkipReason.PAUSED)


def _keep_listed_in_slice(
    ends: Mapping[str, datetime], import_slice: ImportSlice
) -> Mapping[str, datetime]:
    if not ends or import_slice.is_whole:
        return ends
    phones = set(list_slice_phones(import_slice))
    return {phone: end for phone, end in ends.items() if phone in phones}


def _leave_out(phones: Select[Any], ends: Mapping[str, datetime]) -> Select[Any]:
    """Return a select without the numbers that have a pause."""
    column = phones.selected_columns[0]
    return phones.where(column.not_in(select(build_listed_column(ends)))) if ends else phones


def _take_back_turned_pauses(row: Import, import_slice: ImportSlice, actor: str) -> None:
    """Let pauses hold again that became opt-outs by this import, and take off those it brought."""
    if row.finished_at is not None:
        phones = select_readable_phones(import_slice)
        take_back_turned_pauses(phones, row.finished_at, actor)
        delete_imported_pauses(phones, row.finished_at, actor)


DO_NOT_TEXT_IMPORT_LIST = ImportList(
    DO_NOT_TEXT_IMPORT_TARGET, "suppression", _prepare_opt_outs, _take_back_turned_pauses
)

register_import_routes(
    bp, "/suppression/import", build_do_not_text_importer, Permission.EDIT_DO_NOT_TEXT
)

"""Imports numbers from a spreadsheet into the do-not-text list.

It stands here because the suppression feature may not import the importer.
"""

from flask import url_for

from app.delivery.actions import blast_control
from app.domain.accounts.roles import Role
from app.domain.delivery.skip_reasons import SkipReason
from app.imports.actions.import_target import ImportTarget
from app.imports.models import Import
from app.imports.queries.imported_phones import select_new_phones, select_readable_phones
from app.imports.views.import_routes import register_import_routes
from app.imports.views.importer_config import ImporterConfig
from app.suppression.actions.consent_events import withdraw_import_consent
from app.suppression.actions.import_opt_outs import turn_pauses_into_opt_outs
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
    "No one in this file will be texted again. Names only help you recognize them."
)


def build_do_not_text_importer() -> ImporterConfig:
    """Return the importer of the do-not-text list."""
    return ImporterConfig(
        "suppression.import",
        DO_NOT_TEXT_IMPORT_TARGET,
        url_for("suppression.list_suppressed_numbers"),
        "Do not text",
        "suppression",
        note=DO_NOT_TEXT_IMPORT_NOTE,
        on_confirmed=_record_opt_outs,
    )


def _record_opt_outs(row: Import) -> None:
    """Record each new opt-out in the consent history and skip texts that wait for them."""
    new_phones = withdraw_import_consent(select_new_phones(row.id), row.id, row.created_by)
    paused_phones = turn_pauses_into_opt_outs(select_readable_phones(row.id), row.created_by)
    for phone in (*new_phones, *paused_phones):
        blast_control.skip_queued_messages(phone, SkipReason.SAID_STOP)


register_import_routes(bp, "/suppression/import", build_do_not_text_importer, (Role.ADMIN,))

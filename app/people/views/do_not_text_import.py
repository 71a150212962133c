"""Numbers from a spreadsheet onto the do-not-text list.

Here, because the room of that list lies below the importer.
"""

from typing import cast

from flask import url_for
from sqlalchemy import Table

from app.delivery.actions import blast_control
from app.domain.accounts.roles import Role
from app.domain.delivery.skip_reasons import SkipReason
from app.imports.actions import ImportTarget
from app.imports.models import Import
from app.imports.views import ImporterConfig, register_import_routes
from app.suppression.actions import withdraw_import_consent
from app.suppression.models import UnsubscribedContact
from app.suppression.views import bp

# `source` is fixed, so that undoing leaves alone whoever has texted STOP since: that row is
# their own word by then.
DO_NOT_TEXT_IMPORT_TARGET = ImportTarget(
    "suppression",
    cast("Table", UnsubscribedContact.__table__),
    {"source": "import"},
    gets_texts=False,
)
DO_NOT_TEXT_IMPORT_NOTE = "Nobody in this file is texted again. Names only help to recognise them."


def build_do_not_text_importer() -> ImporterConfig:
    """The do-not-text list, for an import."""
    home = url_for("suppression.list_suppressed_numbers")
    return ImporterConfig(
        "suppression.import",
        DO_NOT_TEXT_IMPORT_TARGET,
        home,
        "Do not text",
        "suppression",
        note=DO_NOT_TEXT_IMPORT_NOTE,
        on_confirmed=_record_opt_outs,
    )


def _record_opt_outs(row: Import) -> None:
    """The ledger has a line for each new opt-out, and what waited for them does not leave."""
    for phone in withdraw_import_consent(row.id, row.created_by):
        blast_control.skip_queued_messages(phone, SkipReason.SAID_STOP)


register_import_routes(bp, "/suppression/import", build_do_not_text_importer, (Role.ADMIN,))

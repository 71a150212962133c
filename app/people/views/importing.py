"""Numbers from a spreadsheet onto the do-not-text list.

Here, because the room of that list lies below the importer.
"""

from typing import cast

from flask import url_for
from sqlalchemy import Table

from app.delivery.actions import blast_control
from app.domain.delivery.skip_reasons import Role, SkipReason
from app.imports.actions import Target
from app.imports.models import Import
from app.imports.views import Place, hang_up
from app.suppression.actions import withdraw_import_consent
from app.suppression.models import UnsubscribedContact
from app.suppression.views import bp

# `source` is fixed, so that undoing leaves alone whoever has texted STOP since: that row is
# their own word by then.
TARGET = Target(
    "suppression",
    cast("Table", UnsubscribedContact.__table__),
    {"source": "import"},
    gets_texts=False,
)
NOTE = "Nobody in this file is texted again. Names only help to recognise them."


def place() -> Place:
    """The do-not-text list, for an import."""
    home = url_for("suppression.list_suppressed_numbers")
    return Place(
        "suppression.import",
        TARGET,
        home,
        "Do not text",
        "suppression",
        note=NOTE,
        after=_after,
    )


def _after(row: Import) -> None:
    """The ledger has a line for each new opt-out, and what waited for them does not leave."""
    for phone in withdraw_import_consent(row.id, row.created_by):
        blast_control.skip_queued_messages(phone, SkipReason.SAID_STOP)


hang_up(bp, "/suppression/import", place, (Role.ADMIN,))

"""Reading the organisation's row."""

from flask import current_app

from app.domain.wording import DEFAULT_FOOTER
from app.kit.db import db
from app.organisation.models import Organisation

NAMELESS = "SMS Admin"


def organisation() -> Organisation:
    """The organisation's row; before the first setup, an unsaved one filled from the environment."""
    row = db.session.get(Organisation, 1)
    if row is not None:
        return row
    settings = current_app.extensions["settings"]
    return Organisation(
        id=1,
        name=NAMELESS,
        timezone=settings.app_timezone,
        region=settings.default_region,
        currency="USD",
        footer=DEFAULT_FOOTER,
    )


def timezone() -> str:
    """The zone in which pages say times."""
    return organisation().timezone


def region() -> str:
    """The country for numbers that are typed without a country code."""
    return organisation().region


def undo_seconds() -> int:
    """How long a blast can be undone: the row's own, else the environment's."""
    own = organisation().undo_seconds
    return int(current_app.extensions["settings"].undo_seconds if own is None else own)

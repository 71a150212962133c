"""People from a spreadsheet onto the list of members."""

from typing import cast

from flask import url_for
from sqlalchemy import Table

from app.community.forms import refused_numbers
from app.community.models import CommunityMember
from app.community.views.room import bp
from app.domain.delivery.skip_reasons import Role
from app.imports.actions import Target
from app.imports.views import Place, hang_up

TARGET = Target("community", cast("Table", CommunityMember.__table__))


def place() -> Place:
    """The list of members, for an import."""
    home = url_for("community.everyone")
    return Place(
        "community.import", TARGET, home, "Community", "members", refused_numbers()
    )


hang_up(bp, "/community/import", place, (Role.ADMIN,))

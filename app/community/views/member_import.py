"""Imports members from a spreadsheet."""

from typing import cast

from flask import url_for
from sqlalchemy import Table

from app.community import queries
from app.community.forms import get_refused_numbers
from app.community.models import CommunityMember
from app.community.views.blueprint import bp
from app.domain.accounts.roles import Role
from app.groups.actions.memberships import remove_people_from_all_groups
from app.imports.actions.import_target import ImportTarget
from app.imports.queries.imported_phones import select_new_phones
from app.imports.views.import_routes import register_import_routes
from app.imports.views.importer_config import ImporterConfig

MEMBER_IMPORT_TARGET = ImportTarget("community", cast("Table", CommunityMember.__table__))


def build_member_importer() -> ImporterConfig:
    """Return the importer of the list of members."""
    home = url_for("community.list_members")
    return ImporterConfig(
        "community.import",
        MEMBER_IMPORT_TARGET,
        home,
        "Community",
        "members",
        get_refused_numbers(),
        on_undone=_take_out_of_groups,
    )


def _take_out_of_groups(import_id: int) -> None:
    """Take whom the import had added out of every group."""
    phones = queries.list_phones_without_member(select_new_phones(import_id))
    remove_people_from_all_groups(phones)


register_import_routes(bp, "/community/import", build_member_importer, (Role.ADMIN,))

"""Imports members from a spreadsheet."""

from typing import cast

from flask import url_for
from sqlalchemy import Table

from app.community import queries
from app.community.forms import get_refused_numbers
from app.community.models import CommunityMember
from app.community.views.blueprint import bp
from app.domain.accounts.permissions import Permission
from app.groups.actions.memberships import remove_people_from_all_groups
from app.imports.actions.import_lists import ImportList
from app.imports.actions.import_target import ImportTarget
from app.imports.models import Import
from app.imports.queries.import_slices import ImportSlice
from app.imports.queries.imported_phones import select_new_phones
from app.imports.views.import_routes import register_import_routes
from app.imports.views.importer_config import ImporterConfig

MEMBER_IMPORT_TARGET = ImportTarget("community", cast("Table", CommunityMember.__table__))


def _take_out_of_groups(row: Import, import_slice: ImportSlice, actor: str) -> None:
    """Take whom the import had added out of every group."""
    phones = queries.list_phones_without_member(select_new_phones(import_slice))
    remove_people_from_all_groups(phones)


MEMBER_IMPORT_LIST = ImportList(MEMBER_IMPORT_TARGET, "members", on_undone=_take_out_of_groups)


def find_member_list(pool: str) -> ImportList:
    """Return the list of members, as imports fill it."""
    return MEMBER_IMPORT_LIST


def build_member_importer() -> ImporterConfig:
    """Return the importer of the list of members."""
    home = url_for("community.list_members")
    return ImporterConfig(
        "community.import",
        MEMBER_IMPORT_LIST,
        home,
        "Community",
        get_refused_numbers(),
    )


register_import_routes(bp, "/community/import", build_member_importer, Permission.MANAGE_PEOPLE)

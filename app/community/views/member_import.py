"""Imports members from a spreadsheet."""

from typing import cast

from flask import request, url_for
from sqlalchemy import Table

from app.community import queries
from app.community.forms import get_refused_numbers
from app.community.models import CommunityMember
from app.community.views.blueprint import bp
from app.community.views.named_groups import fill_named_groups, find_named_groups
from app.domain.accounts.roles import Role
from app.domain.texts.whole_numbers import parse_id
from app.groups.actions.memberships import (
    add_selected_people_to_group,
    remove_people_from_all_groups,
    undo_import_memberships,
)
from app.groups.queries.group_records import find_active_group, list_active_groups
from app.imports.actions.import_target import ImportTarget
from app.imports.models import Import
from app.imports.queries.imported_phones import select_new_phones, select_readable_phones
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
        on_confirmed=_put_into_group,
        on_undone=_take_out_of_groups,
        list_groups=_list_group_choices,
        find_named_groups=find_named_groups,
    )


def _list_group_choices() -> dict[str, str]:
    return {str(group.id): group.name for group in list_active_groups()}


def _put_into_group(row: Import) -> None:
    """Put everyone of the file into the chosen group, and into those that their rows name."""
    group = find_active_group(parse_id(request.form.get("group_id", "")))
    if group is not None:
        phones = select_readable_phones(row.id)
        add_selected_people_to_group(group.id, phones, row.id, row.created_by)
    fill_named_groups(row, creates_groups=request.form.get("create_groups") == "1")


def _take_out_of_groups(import_id: int) -> None:
    """Take out whom the import put into a group, and from every group whom it had added."""
    undo_import_memberships(import_id)
    phones = queries.list_phones_without_member(select_new_phones(import_id))
    remove_people_from_all_groups(phones)


register_import_routes(bp, "/community/import", build_member_importer, (Role.ADMIN,))

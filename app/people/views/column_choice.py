"""Which columns the list of members has: those of the address, else those that a user chose."""

from collections.abc import Sequence

from flask import redirect, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from app.accounts.actions.user_changes import remember_member_columns
from app.community.forms import MemberFilterForm
from app.community.views.blueprint import bp
from app.core.access import permission_required
from app.core.db import write
from app.domain.accounts.permissions import Permission
from app.people.queries.member_columns import DEFAULT_KEYS, MemberColumn, list_member_columns
from app.people.views.member_list_address import read_list_address


def choose_columns(
    columns: Sequence[MemberColumn], args: MultiDict[str, str]
) -> list[MemberColumn]:
    """Return the columns that an address names; without any, those that the user chose."""
    if "column" in args:
        keys: Sequence[str] = args.getlist("column")
    elif current_user.member_columns is None:
        keys = DEFAULT_KEYS
    else:
        keys = current_user.member_columns.split()
    return [column for column in columns if column.key in keys]


def has_chosen_columns(args: MultiDict[str, str]) -> bool:
    """Whether the list may show other columns than the usual ones."""
    return "column" in args or current_user.member_columns is not None


@bp.post("/community/columns")
@permission_required(Permission.SEE_PEOPLE)
def choose_member_columns() -> ResponseReturnValue:
    """Remember the columns that the user ticked, `usual` the usual ones; back to the list."""
    ticked = choose_columns(list_member_columns(current_user.role), request.form)
    keys = [column.key for column in ticked]
    is_usual = "usual" in request.form or tuple(keys) == DEFAULT_KEYS
    with write():
        remember_member_columns(current_user.id, None if is_usual else keys)
    address = read_list_address(request.form, MemberFilterForm(request.form).read_filter())
    return redirect(address.build_url(column=""), 303)

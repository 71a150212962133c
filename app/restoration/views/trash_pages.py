"""The trash: what was deleted in the last 30 days, "Put back" and "Delete for good"."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.audit.actions import AuditEntry, audited_write, build_name_details
from app.community.queries import find_names_and_phones
from app.core.access import (
    admin_required,
    current_username,
    parse_local_path,
    permission_required,
)
from app.core.db import NotFound, UniqueViolation
from app.core.pagination import ListPage, list_params
from app.core.sql import overwrite_deleted
from app.domain.accounts.permissions import Permission
from app.domain.texts.plurals import pluralize
from app.restoration.actions.putting_back import (
    NothingToPutBack,
    PutBackResult,
    put_item_back,
)
from app.trash.actions.row_reinsertion import delete_trash_item
from app.trash.models import TrashItem, TrashKind
from app.trash.queries import compute_end, get_trash_item, list_trash_items

bp = Blueprint("trash", __name__, url_prefix="/trash")
KIND_LABELS = {
    TrashKind.MEMBER: "People",
    TrashKind.EVENT: "Event",
    TrashKind.SURVEY: "Survey",
    TrashKind.KEYWORD: "Keyword",
    TrashKind.USER: "User",
}
# What an admin does next, and what did not start by itself.
NEXT_STEPS = {
    TrashKind.EVENT: "Reminders that are still to come are planned again; other blasts to it stay"
    " canceled.",
    TrashKind.SURVEY: "People who had not finished it are not asked on.",
    TrashKind.USER: "They are disabled, and without a password: check what they may do, enable"
    " them, and give them a link to choose one.",
}
PEOPLE = "people"
TAKEN = (
    "{name} was not put back: it is there again, or its word or name belongs to something else"
    " now. Change that first. It stays in the trash."
)


class TrashPage(ListPage):
    """A page of the trash."""

    @property
    def total_in_words(self) -> str:
        """The total as a count: 1 deletion, 20 deletions."""
        return pluralize(self.total, "deletion")


@bp.get("")
@permission_required(Permission.DELETE_THINGS, for_everybody=True)
def list_trash() -> ResponseReturnValue:
    """Show what can be put back, the newest first."""
    params = list_params(("deleted",), "deleted", "desc")
    items, total = list_trash_items(_list_shown_kinds(), params.offset, params.per_page)
    return render_template(
        "trash/list.html",
        page=TrashPage(items, total, params),
        kinds=KIND_LABELS,
        compute_end=compute_end,
    )


@bp.post("/<int:item_id>/put-back")
@permission_required(Permission.DELETE_THINGS, for_everybody=True)
def put_back(item_id: int) -> ResponseReturnValue:
    """Put an item back where it was; Undo after a deletion leads to the page that it was on."""
    item = _get_item_or_404(item_id)
    try:
        with audited_write("trash.restored", current_username()) as trace:
            result = put_item_back(item_id)
            trace.details = {"kind": result.kind.value, "count": result.count}
            _name_what_came_back(trace, result)
    except NotFound:
        abort(404)
    except (NothingToPutBack, UniqueViolation):
        flash(TAKEN.format(name=item.name), "error")
    else:
        flash(_describe_result(result), "success")
    url = parse_local_path(request.form.get("next")) or url_for("trash.list_trash")
    return redirect(url, 303)


@bp.post("/<int:item_id>/delete")
@admin_required
def delete_for_good(item_id: int) -> ResponseReturnValue:
    """Forget an item before its 30 days are over."""
    item = _get_item_or_404(item_id)
    name, kind = item.name, item.kind
    with audited_write("trash.emptied", current_username()) as trace, overwrite_deleted():
        delete_trash_item(item_id)
        trace.details = {"kind": kind.value}
        # Names of people are in no row from which they could not be erased.
        trace.set_thing(kind.value, None, PEOPLE if kind is TrashKind.MEMBER else name)
    flash(f"{name} is gone for good.", "success")
    return redirect(url_for("trash.list_trash"), 303)


def _list_shown_kinds() -> list[TrashKind]:
    """Return the kinds that the user may put back: users are for admins."""
    return [kind for kind in TrashKind if kind is not TrashKind.USER or current_user.is_admin]


def _get_item_or_404(item_id: int) -> TrashItem:
    try:
        item = get_trash_item(item_id)
    except NotFound:
        abort(404)
    if item.kind not in _list_shown_kinds():
        abort(404)
    return item


def _name_what_came_back(trace: AuditEntry, result: PutBackResult) -> None:
    """Say it in the audit: the thing by its id, people by what can be erased."""
    if result.kind is TrashKind.MEMBER:
        trace.details |= build_name_details(find_names_and_phones(result.ids))
    elif result.kind is TrashKind.USER:
        trace.set_thing(result.kind.value, result.ids[0], result.name)
    else:
        trace.about = f"{result.kind.value} {result.ids[0]}"


def _describe_result(result: PutBackResult) -> str:
    sentences = [f"{result.name} was put back."]
    if result.kind is TrashKind.MEMBER and result.count > 1:
        sentences = [f"{pluralize(result.count, 'person', 'people')} were put back."]
    if result.left_out_count:
        rows = pluralize(result.left_out_count, "entry was", "entries were")
        sentences.append(f"{rows} left out, for they are there again.")
    if result.kind in NEXT_STEPS:
        sentences.append(NEXT_STEPS[result.kind])
    return " ".join(sentences)

"""Deleting a group: first the page that says what names it, and what happens to that."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.core.access import current_username, permission_required
from app.delivery.queries.group_blasts import ListInUse, require_unused_list
from app.domain.accounts.permissions import Permission
from app.domain.audiences.audience_rules import PartKind
from app.groups.actions.group_editing import delete_group
from app.groups.views.blueprint import bp, get_group_or_404
from app.people.queries.group_uses import list_group_uses
from app.suppression.queries.left_topics import count_people_who_left

REASON = "there are blasts to this group"


@bp.route("/<int:group_id>/delete", methods=["GET", "POST"])
@permission_required(Permission.MANAGE_PEOPLE)
def delete_group_with_memberships(group_id: int) -> ResponseReturnValue:
    """Say what names a group; then delete it, unless a blast to it waits or is being sent."""
    # A browser may ask with HEAD, without the token of a form.
    if request.method != "POST":
        group = get_group_or_404(group_id)
        return render_template(
            "groups/delete.html",
            group=group,
            uses=list_group_uses(group_id),
            left_count=count_people_who_left(group_id),
            refusal=_find_refusal(group_id),
        )
    try:
        with audited_write("group.deleted", current_username()) as trace:
            row = delete_group(group_id)
            trace.about = f"group {group_id}"
            trace.details = {"title": row.name, "people": row.member_count}
    except ListInUse as error:
        flash(error.explain(REASON), "error")
        return redirect(url_for("groups.show_group", group_id=group_id), 303)
    flash(f"{row.name} was deleted. Its people stay in the community.", "success")
    return redirect(url_for("groups.list_groups"), 303)


def _find_refusal(group_id: int) -> str:
    """Return why the group cannot be deleted now, with the blasts to it; "" when it can."""
    try:
        require_unused_list(PartKind.GROUP, group_id)
    except ListInUse as error:
        return error.explain(REASON, "It can't be deleted yet")
    return ""

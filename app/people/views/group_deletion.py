"""Deleting a group: first the page that says what names it, and what becomes of that."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.core.access import current_username, roles_required
from app.domain.accounts.roles import Role
from app.domain.delivery.blast_labels import name_blast
from app.groups.actions.group_editing import GroupInUse, delete_group
from app.groups.views.blueprint import bp, get_group_or_404
from app.people.queries.group_uses import list_group_uses

MAX_NAMED_BLASTS = 3


@bp.route("/<int:group_id>/delete", methods=["GET", "POST"])
@roles_required(Role.ADMIN)
def delete_group_with_memberships(group_id: int) -> ResponseReturnValue:
    """Say what names a group; then delete it, unless a blast to it waits or is being sent."""
    # A browser may ask with HEAD, without the token of a form.
    if request.method != "POST":
        group = get_group_or_404(group_id)
        return render_template("groups/delete.html", group=group, uses=list_group_uses(group_id))
    try:
        with audited_write("group.deleted", current_username()) as trace:
            row = delete_group(group_id)
            trace.about = f"group {group_id}"
            trace.details = {"title": row.name, "people": row.member_count}
    except GroupInUse as error:
        flash(_describe_blasts_in_use(error), "error")
        return redirect(url_for("groups.show_group", group_id=group_id), 303)
    flash(f"{row.name} was deleted. Its people stay in the community.", "success")
    return redirect(url_for("groups.list_groups"), 303)


def _describe_blasts_in_use(error: GroupInUse) -> str:
    """Return why a group cannot be deleted, with its blasts by name."""
    titles = [f"“{name_blast(blast)}”" for blast in error.waiting]
    titles += [f"“{name_blast(blast)}”" for blast in error.running]
    names = ", ".join(titles[:MAX_NAMED_BLASTS])
    if len(titles) > MAX_NAMED_BLASTS:
        names += f" and {len(titles) - MAX_NAMED_BLASTS:,} more"
    steps = []
    if error.waiting:
        steps.append("cancel what is scheduled")
    if error.running:
        steps.append("stop what is being sent, or let it finish")
    advice = " and ".join(steps)
    return f"Not deleted: there are blasts to this group ({names}). First {advice}."

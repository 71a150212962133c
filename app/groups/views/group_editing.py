"""Changing a group, and archiving it."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.core.access import current_username, permission_required
from app.core.db import ChangedMeanwhile, UniqueViolation
from app.delivery.queries.group_blasts import list_waiting_blasts_of_list
from app.domain.accounts.permissions import Permission
from app.domain.audiences.audience_rules import PartKind
from app.domain.texts.plurals import pluralize
from app.groups.actions import group_editing as actions
from app.groups.forms import GroupForm, build_group_form_data
from app.groups.views.blueprint import bp, get_group_or_404


@bp.route("/<int:group_id>/edit", methods=["GET", "POST"])
@permission_required(Permission.MANAGE_PEOPLE)
def edit_group(group_id: int) -> ResponseReturnValue:
    """Change what a group is called, what it is for, and who may text it."""
    group = get_group_or_404(group_id)
    form = GroupForm(group_id, data=build_group_form_data(group))
    if form.validate_on_submit():
        try:
            with audited_write("group.changed", current_username()) as trace:
                trace.about = f"group {group_id}"
                changed_fields = actions.update_group(group_id, form.group_info, form.seen_at)
                trace.details = {"title": form.group_info.name, "changed": changed_fields}
        except UniqueViolation:
            form.add_taken_error()
        except ChangedMeanwhile:
            form.add_changed_error(get_group_or_404(group_id))
        else:
            flash("Saved.", "success")
            return redirect(url_for("groups.show_group", group_id=group_id), 303)
    page = render_template("groups/edit.html", form=form, group=group)
    return page, 422 if form.errors else 200


@bp.post("/<int:group_id>/archive")
@permission_required(Permission.MANAGE_PEOPLE)
def archive_group(group_id: int) -> ResponseReturnValue:
    """Archive a group: it keeps its people and gets no blasts."""
    with audited_write("group.archived", current_username()) as trace:
        row = actions.archive_group(group_id)
        waiting_count = len(list_waiting_blasts_of_list(PartKind.GROUP, group_id))
        trace.about = f"group {group_id}"
        trace.details = {"title": row.name}
    if waiting_count:
        blasts = pluralize(waiting_count, "scheduled blast", "scheduled blasts")
        flash(f"{blasts} to it will reach no one, unless you restore it first.", "warning")
    flash(f"{row.name} was archived. It gets no blasts until you restore it.", "success")
    return redirect(url_for("groups.show_group", group_id=group_id), 303)


@bp.post("/<int:group_id>/restore")
@permission_required(Permission.MANAGE_PEOPLE)
def restore_group(group_id: int) -> ResponseReturnValue:
    """Bring an archived group back."""
    with audited_write("group.restored", current_username()) as trace:
        row = actions.restore_group(group_id)
        trace.about = f"group {group_id}"
        trace.details = {"title": row.name}
    flash(f"{row.name} was restored.", "success")
    return redirect(url_for("groups.show_group", group_id=group_id), 303)

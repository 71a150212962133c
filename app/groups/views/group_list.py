"""The list of groups, and adding one."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.core.access import current_username, permission_required
from app.core.db import UniqueViolation
from app.core.pagination import list_params
from app.domain.accounts.permissions import Permission
from app.domain.texts.plurals import pluralize
from app.groups.actions.group_editing import create_group
from app.groups.forms import GroupForm
from app.groups.models import ContactGroup
from app.groups.queries.group_list import (
    GROUP_SORT_KEYS,
    count_archived_groups,
    paginate_groups,
)
from app.groups.views.blueprint import bp
from app.suppression.queries.left_topics import count_people_who_left


@bp.get("")
@permission_required(Permission.SEE_PEOPLE)
def list_groups() -> ResponseReturnValue:
    """List the groups that are in use, or with `archived` the others."""
    is_archive = bool(request.args.get("archived"))
    page = paginate_groups(list_params(GROUP_SORT_KEYS, "name"), archived=is_archive)
    return render_template(
        "groups/list.html",
        page=page,
        is_archive=is_archive,
        archived_count=count_archived_groups(),
    )


@bp.route("/add", methods=["GET", "POST"])
@permission_required(Permission.MANAGE_PEOPLE)
def add_group() -> ResponseReturnValue:
    """Show the form of a new group, and create it."""
    form = GroupForm()
    if form.validate_on_submit():
        try:
            with audited_write("group.added", current_username()) as trace:
                row = create_group(form.group_info)
                trace.about = f"group {row.id}"
                trace.details = {"title": row.name}
        except UniqueViolation:
            form.add_taken_error()
        else:
            flash(f"{row.name} was created. Now add people.", "success")
            _say_who_left(row)
            return redirect(url_for("groups.show_group", group_id=row.id), 303)
    return render_template("groups/add.html", form=form), 422 if form.errors else 200


def _say_who_left(group: ContactGroup) -> None:
    """Say that people had stopped the texts of a deleted group with this name."""
    count = count_people_who_left(group.id)
    if count:
        people = pluralize(count, "person", "people")
        flash(
            f"{people} had stopped the texts of an earlier group with this name. "
            "Until they ask for its texts, they are skipped.",
            "info",
        )

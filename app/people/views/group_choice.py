"""Put people of any list into a group or take them out: first the page that asks which group."""

from collections.abc import Sequence

from flask import abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.audit.actions import audited_write
from app.core.access import current_username, permission_required
from app.core.db import UniqueViolation
from app.core.permission_checks import is_reached
from app.domain.accounts.permissions import Permission
from app.domain.texts.whole_numbers import parse_id
from app.groups.actions.group_editing import GroupInfo, create_group
from app.groups.forms import find_new_name_problem
from app.groups.models import ContactGroup
from app.groups.queries.group_records import (
    find_active_group,
    find_group,
    list_fillable_groups,
    may_change_people,
)
from app.groups.queries.memberships import count_people_by_group
from app.groups.views.blueprint import bp
from app.people.actions.group_changes import change_group
from app.people.queries.listed_people import count_phones
from app.people.views.group_undo import build_group_url, describe_change
from app.people.views.people_selection import ListedPeople, read_listed_people
from app.sequences.queries.group_sequences import find_started_sequences

NOBODY_CHOSEN = "Select at least one person first."
GROUP_MISSING_ERROR = "Choose a group."
# What `change` says.
ADD, REMOVE = "add", "remove"


@bp.route("/people", methods=["GET", "POST"])
@permission_required(Permission.UPDATE_PEOPLE)
def change_listed_people() -> ResponseReturnValue:
    """Ask for the group of some people of a list; with one, put them in or take them out."""
    # Any other word would put people into a group.
    if request.values.get("change", ADD) not in (ADD, REMOVE):
        abort(400)
    people = read_listed_people(request.values)
    if not count_phones(people.phones):
        flash(NOBODY_CHOSEN, "error")
        return redirect(people.list_url, 303)
    if request.method != "POST" or "group_id" not in request.form:
        return _render_choice(people)
    # The name counts only where "New group" is chosen.
    if (
        request.form["group_id"] == "new"
        and current_user.may(Permission.MANAGE_PEOPLE)
        and _is_adding()
    ):
        return _add_to_new_group(people)
    group_id = parse_id(request.form["group_id"])
    # An archived group loses people, and gets none.
    group = find_active_group(group_id) if _is_adding() else find_group(group_id)
    if group is None or not is_reached("group_id", group.id):
        return _render_choice(people, GROUP_MISSING_ERROR), 422
    if not may_change_people(group, current_user.role):
        abort(403)
    return _change_group(group.id, people)


def _is_adding() -> bool:
    return request.values.get("change", ADD) == ADD


def _add_to_new_group(people: ListedPeople) -> ResponseReturnValue:
    """Create the group that was named, and put the people into it."""
    name = " ".join(request.form.get("name", "").split())
    if problem := find_new_name_problem(name):
        return _render_choice(people, problem), 422
    try:
        with audited_write("group.added", current_username()) as trace:
            group_id = create_group(GroupInfo(name)).id
            trace.about = f"group {group_id}"
            trace.details = {"title": name}
    except UniqueViolation:
        return _render_choice(people, f"There is a group “{name}” already."), 422
    return _change_group(group_id, people)


def _change_group(group_id: int, people: ListedPeople) -> ResponseReturnValue:
    change = change_group(group_id, people.phones, current_username(), adds=_is_adding())
    if not change.count:
        flash(describe_change(change, adds=_is_adding()), "info")
    return redirect(build_group_url(group_id, change, adds=_is_adding()), 303)


def _render_choice(people: ListedPeople, error: str = "") -> str:
    """Show the page that asks for the group, with what was chosen before."""
    in_groups = count_people_by_group(people.phones)
    groups = list_fillable_groups(current_user.role)
    sequences = find_started_sequences() if _is_adding() else {}
    if not _is_adding():
        groups = [group for group in groups if group.id in in_groups]
    return render_template(
        "groups/choose.html",
        people=people,
        count=count_phones(people.phones),
        is_adding=_is_adding(),
        groups=groups,
        in_groups=in_groups,
        group_sequences={
            group.id: sequences[group.id] for group in groups if group.id in sequences
        },
        may_create=_is_adding() and current_user.may(Permission.MANAGE_PEOPLE),
        error=error,
        chosen=_choose_group(groups),
        name=request.form.get("name", ""),
    )


def _choose_group(groups: Sequence[ContactGroup]) -> str:
    """Return the value of the choice that is ticked: what was chosen before, else the first."""
    chosen = request.form.get("group_id", "")
    if chosen:
        return chosen
    return str(groups[0].id) if groups else "new"

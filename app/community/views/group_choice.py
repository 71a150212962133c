"""Put the selected members into a group that is chosen, or made, on a page of its own."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.audit.actions import audited_write, build_name_details
from app.community import queries
from app.community.forms import MemberSelection, read_member_selection
from app.community.views.blueprint import bp
from app.core.access import ALL_ROLES, current_username, parse_local_path, roles_required
from app.core.db import UniqueViolation
from app.domain.accounts.roles import Role
from app.domain.texts.plurals import pluralize
from app.domain.texts.whole_numbers import parse_id
from app.groups.actions.group_editing import GroupInfo, create_group
from app.groups.actions.memberships import add_people_to_group
from app.groups.forms import find_new_name_problem
from app.groups.models import ContactGroup, MembershipSource
from app.groups.queries.group_records import find_active_group, list_active_groups

NOBODY_CHOSEN = "Select at least one person first."
GROUP_MISSING_ERROR = "Choose a group."


@bp.post("/community/bulk-add-to-group")
@roles_required(*ALL_ROLES)
def add_selected_to_group() -> ResponseReturnValue:
    """Put the selected members into a group; without one, ask which."""
    selection = read_member_selection(request.form)
    if not selection.ids:
        flash(NOBODY_CHOSEN, "error")
        return redirect(_get_return_url(), 303)
    if "group_id" not in request.form:
        return _render_choice(selection)
    # The name counts only where "New group" is chosen.
    if request.form["group_id"] == "new" and current_user.role == Role.ADMIN:
        return _add_to_new_group(selection)
    group = find_active_group(parse_id(request.form["group_id"]))
    if group is None:
        return _render_choice(selection, GROUP_MISSING_ERROR), 422
    sentence = _add_people(group, selection)
    flash(sentence, "success")
    return redirect(url_for("groups.show_group", group_id=group.id), 303)


def _add_to_new_group(selection: MemberSelection) -> ResponseReturnValue:
    name = " ".join(request.form.get("name", "").split())
    if problem := find_new_name_problem(name):
        return _render_choice(selection, problem), 422
    try:
        with audited_write("group.added", current_username()) as trace:
            group = create_group(GroupInfo(name))
            trace.about = f"group {group.id}"
            trace.details = {"title": group.name}
    except UniqueViolation:
        return _render_choice(selection, f"There is a group “{name}” already."), 422
    flash(_add_people(group, selection), "success")
    return redirect(url_for("groups.show_group", group_id=group.id), 303)


def _add_people(group: ContactGroup, selection: MemberSelection) -> str:
    """Put the selected people into the group and return the sentence about it."""
    group_id, group_name = group.id, group.name
    with audited_write("group.people_added", current_username()) as trace:
        people = queries.find_names_and_phones(selection.ids)
        names = {phone: name for name, phone in people}
        new_phones = add_people_to_group(
            group_id, list(names), MembershipSource.BULK, current_username()
        )
        trace.about = f"group {group_id}"
        trace.details = {
            "title": group_name,
            "count": len(new_phones),
            **build_name_details([(names[phone], phone) for phone in new_phones]),
        }
    known_count = len(names) - len(new_phones)
    more = ""
    if known_count:
        more = f" {known_count:,} {'was' if known_count == 1 else 'were'} in it already."
    return f"{pluralize(len(new_phones), 'person is', 'people are')} added to {group_name}.{more}"


def _render_choice(selection: MemberSelection, error: str = "") -> str:
    return render_template(
        "groups/choose.html",
        selection=selection,
        groups=list_active_groups(),
        may_create=current_user.role == Role.ADMIN,
        error=error,
        chosen=request.form.get("group_id", ""),
        name=request.form.get("name", ""),
        return_url=_get_return_url(),
    )


def _get_return_url() -> str:
    return parse_local_path(request.form.get("next")) or url_for("community.list_members")

"""Pages where admins list, add, edit and delete permission sets."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.actions.permission_set_changes import (
    SetContent,
    SetInUse,
    add_permission_set,
    change_permission_set,
    delete_permission_set,
)
from app.accounts.permission_set_form import PermissionSetForm, split_permissions
from app.accounts.permission_set_models import PermissionSet
from app.accounts.permission_set_queries import (
    count_set_users,
    find_permission_set,
    find_set_scope,
    list_permission_sets,
    list_set_users,
)
from app.accounts.scope_choices import load_scope_choices
from app.accounts.user_rights import describe_set
from app.accounts.views.blueprint import bp
from app.audit.actions import audited_write
from app.core.access import admin_required, current_username
from app.core.db import UniqueViolation
from app.core.form_fields import add_error
from app.core.recent_sign_in import recent_sign_in_required
from app.domain.accounts.permission_words import OFFERED_SETS, OfferedSet

NAME_TAKEN_ERROR = "There is a permission set with this name already."
SET_IN_USE_ERROR = "Someone has this permission set. Give them another one first."


@bp.get("/users/permissions")
@admin_required
def list_sets() -> ResponseReturnValue:
    """List the permission sets, each as a sentence."""
    choices = load_scope_choices()
    sets = list_permission_sets()
    return render_template(
        "accounts/permission_sets.html",
        sets=sets,
        sentences={row.id: describe_set(row, choices) for row in sets},
        user_counts=count_set_users(),
        offers=OFFERED_SETS,
    )


@bp.route("/users/permissions/add", methods=["GET", "POST"])
@admin_required
@recent_sign_in_required
def add_set() -> ResponseReturnValue:
    """Show the form of a new set, filled with an offered one where `start` names it; create it."""
    offered = OFFERED_SETS.get(request.args.get("start", ""))
    form = PermissionSetForm(load_scope_choices(), data=_build_offered_data(offered))
    if form.validate_on_submit() and _store_set(form, None):
        return redirect(url_for("accounts.list_sets"), 303)
    page = render_template("accounts/permission_set.html", form=form, row=None)
    return page, 422 if form.errors else 200


@bp.route("/users/permissions/<int:set_id>/edit", methods=["GET", "POST"])
@admin_required
@recent_sign_in_required
def edit_set(set_id: int) -> ResponseReturnValue:
    """Show and change a set; it counts at its users' next request."""
    row = find_permission_set(set_id) or abort(404)
    choices = load_scope_choices()
    form = PermissionSetForm(choices, data=_build_stored_data(row))
    if form.validate_on_submit() and _store_set(form, set_id):
        return redirect(url_for("accounts.list_sets"), 303)
    row = find_permission_set(set_id) or abort(404)
    page = render_template(
        "accounts/permission_set.html",
        form=form,
        row=row,
        sentence=describe_set(row, choices),
        users=[user.shown_name for user in list_set_users(set_id)],
    )
    return page, 422 if form.errors else 200


@bp.post("/users/permissions/<int:set_id>/delete")
@admin_required
@recent_sign_in_required
def delete_set(set_id: int) -> ResponseReturnValue:
    """Delete a set that no user has."""
    row = find_permission_set(set_id) or abort(404)
    name = row.name
    try:
        with audited_write("permission_set.deleted", current_username()) as trace:
            trace.details = {"title": name}
            delete_permission_set(set_id)
    except SetInUse:
        flash(SET_IN_USE_ERROR, "error")
        return redirect(url_for("accounts.edit_set", set_id=set_id), 303)
    flash(f"{name} was deleted.", "success")
    return redirect(url_for("accounts.list_sets"), 303)


def _store_set(form: PermissionSetForm, set_id: int | None) -> bool:
    """Store a set; return False, with the reason in the form, where its name is taken."""
    content = SetContent(str(form.name.data), form.chosen, form.scope)
    verb = "permission_set.added" if set_id is None else "permission_set.changed"
    try:
        with audited_write(verb, current_username()) as trace:
            trace.details = _build_details(content)
            if set_id is None:
                add_permission_set(content)
            else:
                change_permission_set(set_id, content)
    except UniqueViolation:
        add_error(form.name, NAME_TAKEN_ERROR)
        return False
    flash(f"{content.name} was saved.", "success")
    return True


def _build_details(content: SetContent) -> dict[str, Any]:
    groups, events = content.scope.group_ids, content.scope.event_ids
    return {
        "title": content.name,
        "permissions": ", ".join(sorted(content.permissions)),
        "groups": "all" if groups is None else len(groups),
        "events": "all" if events is None else len(events),
    }


def _build_offered_data(offered: OfferedSet | None) -> dict[str, Any]:
    if offered is None:
        return {}
    permissions = offered.permissions
    data = {"reaches_everybody": offered.reaches_everybody, "all_events": offered.all_events}
    return {"name": offered.name, **data, **split_permissions(permissions)}


def _build_stored_data(row: PermissionSet) -> dict[str, Any]:
    scope = find_set_scope(row)
    return {
        "name": row.name,
        "reaches_everybody": row.reaches_everybody,
        "all_events": row.all_events,
        "groups": [str(group_id) for group_id in scope.group_ids or ()],
        "events": [str(event_id) for event_id in scope.event_ids or ()],
        **split_permissions(row.chosen),
    }

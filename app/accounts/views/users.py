"""Pages where admins list, add, edit and delete users."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.accounts import queries
from app.accounts.actions import user_changes
from app.accounts.forms import EditUserForm, UserForm
from app.accounts.models import AppUser, hash_password
from app.accounts.scope_choices import load_scope_choices
from app.accounts.sender_limit_queries import describe_allowance
from app.accounts.user_rights import describe_user_rights
from app.accounts.views.blueprint import bp
from app.audit.actions import audited_write
from app.core.access import admin_required, current_username
from app.core.db import UniqueViolation
from app.core.form_fields import add_error
from app.core.pagination import list_params
from app.core.recent_sign_in import recent_sign_in_required
from app.domain.accounts.roles import ROLE_DESCRIPTIONS, Role

USERNAME_TAKEN_MESSAGE = "That username is taken."
LAST_ADMIN_MESSAGE = "This is the only admin. Make another user an admin first."


@bp.get("/users")
@admin_required
def list_users() -> ResponseReturnValue:
    """List the users, with search and sorting."""
    page = queries.fetch_users_page(list_params(queries.USER_SORTS, "username"))
    roles = [(role.label, sentence) for role, sentence in ROLE_DESCRIPTIONS.items()]
    admins = queries.list_admin_names()
    return render_template("accounts/users.html", page=page, admins=admins, roles=roles)


@bp.route("/users/add", methods=["GET", "POST"])
@admin_required
@recent_sign_in_required
def add_user() -> ResponseReturnValue:
    """Show the form of a new user; create the user."""
    form = UserForm()
    if form.validate_on_submit():
        try:
            _create_user_from_form(form)
        except UniqueViolation:
            add_error(form.username, USERNAME_TAKEN_MESSAGE)
        else:
            flash(f"{form.username.data} can sign in now.", "success")
            return redirect(url_for("accounts.list_users"), 303)
    return render_template("accounts/add.html", form=form), 422 if form.errors else 200


def _create_user_from_form(form: UserForm) -> None:
    password_hash = hash_password(form.password.data or "")
    role = Role(form.role.data)
    with audited_write("user.added", current_username()) as audit:
        audit.about = form.username.data
        audit.details = {"role": role.label}
        user_changes.create_user(
            str(form.username.data),
            password_hash,
            role,
            must_change=form.must_change_password.data,
        )


@bp.route("/users/<int:user_id>/edit", methods=["GET", "POST"])
@admin_required
@recent_sign_in_required
def edit_user(user_id: int) -> ResponseReturnValue:
    """Show a user; change their name, role or password."""
    user = queries.find_user(user_id) or abort(404)
    form = EditUserForm(user.id == current_user.id, obj=user)
    if form.validate_on_submit():
        try:
            _update_user_from_form(user, form)
        except UniqueViolation:
            add_error(form.username, USERNAME_TAKEN_MESSAGE)
        except user_changes.LastAdminError:
            add_error(form.role, LAST_ADMIN_MESSAGE)
        else:
            flash(f"{form.username.data} was saved.", "success")
            return redirect(url_for("accounts.list_users"), 303)
    return _render_user_edit(user_id, form), 422 if form.errors else 200


def _render_user_edit(user_id: int, form: EditUserForm) -> str:
    user = queries.find_user(user_id) or abort(404)
    return render_template(
        "accounts/edit.html",
        form=form,
        user=user,
        last_admin=queries.is_last_admin(user),
        allowance=describe_allowance(user),
        rights=describe_user_rights(user, load_scope_choices()),
    )


def _update_user_from_form(user: AppUser, form: EditUserForm) -> None:
    """Store the form's values; the user must replace a password that an admin has set."""
    # Read now: write() ends the read snapshot, and hashing takes 0.15 s.
    user_id = user.id
    old_username = user.username
    old_role_label = user.role and user.role.label
    username, role = str(form.username.data), Role(form.role.data)
    must_change = form.must_change_password.data and not form.is_own_account
    password_hash = ""
    if form.password.data:
        password_hash = hash_password(form.password.data)
    with audited_write("user.changed", current_username()) as audit:
        audit.about = old_username
        if username != old_username:
            audit.details["username"] = [old_username, username]
        if role.label != old_role_label:
            audit.details["role"] = [old_role_label, role.label]
        user_changes.update_user(user_id, username, role, must_change=must_change)
        if password_hash:
            audit.details["password"] = "new"
            user_changes.set_user_password(user_id, password_hash, must_change=True)


@bp.post("/users/<int:user_id>/delete")
@admin_required
@recent_sign_in_required
def remove_user(user_id: int) -> ResponseReturnValue:
    """Delete a user; the audit log keeps their name."""
    user = queries.find_user(user_id) or abort(404)
    username, own_id = user.username, current_user.id
    try:
        with audited_write("user.deleted", current_username()) as audit:
            audit.about = username
            user_changes.delete_user(user_id, by=own_id)
    except user_changes.CannotDeleteSelf:
        flash("You can't delete your own account. Ask another admin.", "error")
    except user_changes.LastAdminError:
        flash(LAST_ADMIN_MESSAGE, "error")
    else:
        flash(f"{username} was deleted and signed out everywhere.", "success")
    return redirect(url_for("accounts.list_users"), 303)

"""Pages where admins list, add and edit users."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.accounts import queries
from app.accounts.actions import account_links, user_changes
from app.accounts.forms import EditUserForm, UserForm
from app.accounts.link_models import LinkKind
from app.accounts.link_queries import find_open_link
from app.accounts.models import AppUser
from app.accounts.password_hashes import NO_PASSWORD_HASH, hash_password
from app.accounts.scope_choices import load_scope_choices
from app.accounts.sender_limit_queries import describe_allowance
from app.accounts.user_list_queries import (
    USER_SORTS,
    describe_user_state,
    fetch_users_page,
    find_user_states,
)
from app.accounts.user_rights import describe_user_rights
from app.accounts.views.account_links import NewLink, show_new_link
from app.accounts.views.blueprint import bp
from app.accounts.views.own_email import EMAIL_TAKEN_MESSAGE, ask_for_confirmation
from app.audit.actions import AuditEntry, audited_write
from app.core.access import admin_required, current_username
from app.core.db import UniqueViolation
from app.core.form_fields import add_error
from app.core.pagination import list_params
from app.core.recent_sign_in import recent_sign_in_required
from app.domain.accounts.roles import ROLE_DESCRIPTIONS, Role
from app.domain.texts.text_cleaning import clean_name

USERNAME_TAKEN_MESSAGE = "That username is taken."
LAST_ADMIN_MESSAGE = "This is the only admin. Make another user an admin first."


@bp.get("/users")
@admin_required
def list_users() -> ResponseReturnValue:
    """List the users, with search and sorting."""
    page = fetch_users_page(list_params(USER_SORTS, "username"))
    roles = [(role.label, sentence) for role, sentence in ROLE_DESCRIPTIONS.items()]
    admins = queries.list_admin_names()
    return render_template(
        "accounts/users.html",
        page=page,
        admins=admins,
        roles=roles,
        states=find_user_states(page.rows),
    )


@bp.route("/users/add", methods=["GET", "POST"])
@admin_required
@recent_sign_in_required
def add_user() -> ResponseReturnValue:
    """Show the form of a new user; create the user.

    Without a password a link is shown by which the user chooses their own.
    """
    form = UserForm()
    if form.validate_on_submit():
        try:
            new_link = _create_user_from_form(form)
        except UniqueViolation as error:
            _add_taken_error(form, error)
        else:
            if new_link is not None:
                return show_new_link(new_link)
            flash(f"{form.username.data} can sign in now.", "success")
            return redirect(url_for("accounts.list_users"), 303)
    return render_template("accounts/add.html", form=form), 422 if form.errors else 200


def _add_taken_error(form: UserForm, error: UniqueViolation) -> None:
    if error.column == "users.email":
        add_error(form.email, EMAIL_TAKEN_MESSAGE)
    else:
        add_error(form.username, USERNAME_TAKEN_MESSAGE)


def _create_user_from_form(form: UserForm) -> NewLink | None:
    """Create the user; return their link, or None when the admin typed a password."""
    password_hash = NO_PASSWORD_HASH
    if form.password.data:
        password_hash = hash_password(form.password.data)
    role, own_id = Role(form.role.data), current_user.id
    with audited_write("user.added", current_username()) as audit:
        audit.about = form.username.data
        audit.details = {"role": role.label}
        must_change = bool(form.password.data and form.must_change_password.data)
        user = user_changes.create_user(
            str(form.username.data), password_hash, role, must_change=must_change
        )
        user_changes.set_display_name(user.id, clean_name(form.display_name.data or ""))
        user_changes.set_user_email(user.id, form.email.data)
        if form.password.data:
            return None
        audit.details["link"] = LinkKind.INVITE.value
        token = account_links.make_link(user.id, LinkKind.INVITE, own_id)
    return NewLink(user.id, LinkKind.INVITE, token)


@bp.route("/users/<int:user_id>/edit", methods=["GET", "POST"])
@admin_required
@recent_sign_in_required
def edit_user(user_id: int) -> ResponseReturnValue:
    """Show a user; change their name, role or password."""
    user = queries.find_user(user_id) or abort(404)
    form = EditUserForm(user_id, user.id == current_user.id, obj=user)
    if form.validate_on_submit():
        try:
            _update_user_from_form(user, form)
        except UniqueViolation as error:
            _add_taken_error(form, error)
        except user_changes.LastAdminError:
            add_error(form.role, LAST_ADMIN_MESSAGE)
        else:
            flash(f"{form.username.data} was saved.", "success")
            if sentence := ask_for_confirmation(user_id):
                flash(sentence, "info")
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
        state=describe_user_state(user, find_open_link(user_id)),
        has_password=user.password_hash != NO_PASSWORD_HASH,
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
        name_changed_user(audit, user_id, old_username)
        if username != old_username:
            audit.details["username"] = [old_username, username]
        if role.label != old_role_label:
            audit.details["role"] = [old_role_label, role.label]
        user_changes.update_user(user_id, username, role, must_change=must_change)
        audit.details |= _update_optional_fields(user_id, form)
        if password_hash:
            audit.details["password"] = "new"
            user_changes.set_user_password(user_id, password_hash, must_change=True)


def name_changed_user(audit: AuditEntry, user_id: int, username: str) -> None:
    """Let an audit row say which user was changed, by the name of before."""
    audit.about = username
    audit.set_thing("user", user_id, username)


def _update_optional_fields(user_id: int, form: EditUserForm) -> dict[str, str]:
    """Store name and address as far as they were sent; return what changed, without either.

    Programs that post this form may know only the fields of before.
    """
    changes = {}
    if form.display_name.raw_data and form.display_name.data != form.display_name.object_data:
        user_changes.set_display_name(user_id, clean_name(form.display_name.data or ""))
        changes["display_name"] = "new"
    if form.email.raw_data and user_changes.set_user_email(user_id, form.email.data):
        changes["email"] = "new"
    return changes

"""The users: list, add, edit, delete."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.accounts import actions, queries
from app.accounts.forms import EditUserForm, UserForm
from app.accounts.models import AppUser, hash_of
from app.accounts.views.room import bp
from app.audit.actions import act
from app.domain.permission import Role
from app.kit.access import needs, who
from app.kit.db import Taken
from app.kit.pages import asked

NAME_TAKEN = "Somebody has this user name already."
LAST_ADMIN = "This is the last admin. Make somebody else an admin first."


@bp.get("/users")
@needs(Role.ADMIN)
def users() -> ResponseReturnValue:
    """Everybody who may sign in."""
    page = queries.page(asked(queries.SORTS, "username"))
    return render_template("accounts/users.html", page=page, admins=queries.admins())


@bp.route("/users/add", methods=["GET", "POST"])
@needs(Role.ADMIN)
def add() -> ResponseReturnValue:
    """One more."""
    form = UserForm()
    if form.validate_on_submit():
        try:
            _add(form)
        except Taken:
            form.username.errors = [*form.username.errors, NAME_TAKEN]
        else:
            flash(f"{form.username.data} may sign in now.", "success")
            return redirect(url_for("accounts.users"), 303)
    return render_template("accounts/add.html", form=form), 422 if form.errors else 200


def _add(form: UserForm) -> None:
    password_hash = hash_of(form.password.data or "")
    role = Role(form.role.data)
    with act("user.added", who()) as trace:
        trace.about, trace.details = form.username.data, {"role": role.words}
        actions.add_user(
            str(form.username.data),
            password_hash,
            role,
            must_change=form.must_change_password.data,
        )


@bp.route("/users/<int:user_id>/edit", methods=["GET", "POST"])
@needs(Role.ADMIN)
def edit(user_id: int) -> ResponseReturnValue:
    """Another name, role or password."""
    user = queries.user(user_id) or abort(404)
    form = EditUserForm(user.id == current_user.id, obj=user)
    if form.validate_on_submit():
        try:
            _change(user, form)
        except Taken:
            form.username.errors = [*form.username.errors, NAME_TAKEN]
        except actions.LastAdmin:
            form.role.errors = [*form.role.errors, LAST_ADMIN]
        else:
            flash(f"{form.username.data} is saved.", "success")
            return redirect(url_for("accounts.users"), 303)
    return _edit_page(user_id, form), 422 if form.errors else 200


def _edit_page(user_id: int, form: EditUserForm) -> str:
    user = queries.user(user_id) or abort(404)
    return render_template(
        "accounts/edit.html", form=form, user=user, last_admin=queries.only_admin(user)
    )


def _change(user: AppUser, form: EditUserForm) -> None:
    """A password that an admin sets is for one sign-in only."""
    user_id, before = (
        user.id,
        {"username": user.username, "role": user.role and user.role.words},
    )
    username, role = str(form.username.data), Role(form.role.data)
    after = {"username": username, "role": role.words}
    password_hash = hash_of(form.password.data) if form.password.data else None
    with act("user.changed", who()) as trace:
        trace.about = before["username"]
        trace.details = {
            name: [before[name], new]
            for name, new in after.items()
            if new != before[name]
        }
        must_change = form.must_change_password.data and not form.oneself
        actions.change_user(user_id, username, role, must_change=must_change)
        if password_hash:
            trace.details["password"] = "new"
            actions.give_password(user_id, password_hash, must_change=True)


@bp.post("/users/<int:user_id>/delete")
@needs(Role.ADMIN)
def delete(user_id: int) -> ResponseReturnValue:
    """One less. What they did stays in the logs."""
    user = queries.user(user_id) or abort(404)
    username, mine = user.username, current_user.id
    try:
        with act("user.deleted", who()) as trace:
            trace.about = username
            actions.delete_user(user_id, by=mine)
    except actions.Oneself:
        flash("You cannot delete yourself. Another admin can.", "error")
    except actions.LastAdmin:
        flash(LAST_ADMIN, "error")
    else:
        flash(f"{username} is deleted and signed out everywhere.", "success")
    return redirect(url_for("accounts.users"), 303)

"""The page on which an admin chooses the permission set of a user."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import RadioField, ValidationError

from app.accounts import queries
from app.accounts.actions.permission_set_changes import give_permission_set
from app.accounts.models import AppUser
from app.accounts.permission_set_queries import list_permission_sets
from app.accounts.scope_choices import load_scope_choices
from app.accounts.user_rights import describe_set, describe_user_rights
from app.accounts.views.blueprint import bp
from app.audit.actions import audited_write
from app.core.access import admin_required, current_username
from app.core.recent_sign_in import recent_sign_in_required
from app.domain.texts.whole_numbers import parse_id

ROLE_CHOICE = "Social manager, without a permission set"


class PermissionChoiceForm(FlaskForm):
    """By which set a user is judged; "": by the role."""

    permission_set = RadioField("Permission set", validate_choice=False)

    def validate_permission_set(self, field: RadioField) -> None:
        """Refuse a set that was deleted meanwhile."""
        if field.data not in [choice[0] for choice in field.choices or ()]:
            raise ValidationError("Choose one of these.")


@bp.route("/users/<int:user_id>/permissions", methods=["GET", "POST"])
@admin_required
@recent_sign_in_required
def choose_user_permissions(user_id: int) -> ResponseReturnValue:
    """Show what a user may do, and give them a permission set; it counts at once."""
    user = queries.find_user(user_id) or abort(404)
    if user.is_admin and request.method == "POST":
        flash(f"{user.shown_name} is an admin. Make them a social manager first.", "error")
        return redirect(url_for("accounts.edit_user", user_id=user_id), 303)
    sets, choices = list_permission_sets(), load_scope_choices()
    form = PermissionChoiceForm(data={"permission_set": str(user.permission_set_id or "")})
    names = {"": ROLE_CHOICE} | {str(row.id): row.name for row in sets}
    form.permission_set.choices = list(names.items())
    if form.validate_on_submit():
        _give_set(user, parse_id(form.permission_set.data), names)
        return redirect(url_for("accounts.edit_user", user_id=user_id), 303)
    page = render_template(
        "accounts/user_permissions.html",
        form=form,
        user=user,
        sentence=describe_user_rights(user, choices),
        set_sentences={str(row.id): describe_set(row, choices) for row in sets},
    )
    return page, 422 if form.errors else 200


def _give_set(user: AppUser, set_id: int | None, names: dict[str, str]) -> None:
    username, user_id = user.username, user.id
    shown_name = user.shown_name
    old_name = names.get(str(user.permission_set_id or ""), "")
    with audited_write("user.permissions_changed", current_username()) as trace:
        trace.about = username
        trace.details = {"permission_set": [old_name, names[str(set_id or "")]]}
        give_permission_set(user_id, set_id)
    flash(f"The permissions of {shown_name} were saved.", "success")

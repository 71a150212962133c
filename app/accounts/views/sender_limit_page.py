"""The page on which an admin sets what a user may send without approval."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.accounts import queries
from app.accounts.actions.sender_limit_changes import NoOtherApprover, set_sender_limit
from app.accounts.forms import SenderLimitForm
from app.accounts.models import AppUser
from app.accounts.own_phone_queries import has_practice_phones
from app.accounts.sender_limit_queries import find_stored_limit, list_approvers
from app.accounts.views.blueprint import bp
from app.audit.actions import audited_write
from app.core.access import admin_required, current_username
from app.core.form_fields import add_error
from app.core.recent_sign_in import recent_sign_in_required
from app.domain.audiences.audience_rules import join_words
from app.organisation.queries import get_organisation

LAST_ADMIN_ERROR = "This is the only admin, so no one could approve. Make another user an admin."
OWN_LIMIT_ERROR = "Another admin has to change your own limit."


@bp.route("/users/<int:user_id>/limit", methods=["GET", "POST"])
@admin_required
@recent_sign_in_required
def edit_sender_limit(user_id: int) -> ResponseReturnValue:
    """Show and store above which size the blasts of a user wait for approval."""
    user = queries.find_user(user_id) or abort(404)
    organisation = get_organisation()
    is_price_known = organisation.price_per_segment is not None
    form = SenderLimitForm(is_price_known=is_price_known, obj=find_stored_limit(user_id))
    if form.validate_on_submit() and _store_limit(user, form):
        return redirect(url_for("accounts.edit_user", user_id=user_id), 303)
    user = queries.find_user(user_id) or abort(404)
    approvers = [approver.shown_name for approver in list_approvers(user.id)]
    page = render_template(
        "accounts/limit.html",
        form=form,
        user=user,
        currency=organisation.currency,
        is_price_known=is_price_known,
        is_practice=has_practice_phones(),
        approvers=join_words(approvers, "or"),
        last_admin_note=LAST_ADMIN_ERROR if queries.is_last_admin(user) else "",
    )
    return page, 422 if form.errors else 200


def _store_limit(user: AppUser, form: SenderLimitForm) -> bool:
    """Store the form's values; return False, with the reason in the form, where it is refused."""
    # Whoever could lift their own limit would have none.
    if user.id == current_user.id and not queries.is_last_admin(user):
        add_error(form.max_people, OWN_LIMIT_ERROR)
        return False
    username = user.username
    try:
        with audited_write("user.limit_changed", current_username()) as trace:
            trace.about = username
            trace.details = dict(
                set_sender_limit(user, form.max_people.number, form.max_money_a_day.amount)
            )
    except NoOtherApprover:
        add_error(form.max_people, LAST_ADMIN_ERROR)
        return False
    flash(f"The limit of {username} was saved.", "success")
    return True

"""The settings page of the limits."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.core.access import current_username, permission_required
from app.core.clock import now
from app.core.recent_sign_in import recent_sign_in_required
from app.domain.accounts.permissions import Permission
from app.domain.limits.day_limits import compute_automatic_limit
from app.organisation.queries import get_organisation
from app.profiles.queries.number_counts import count_numbers_in_use
from app.sending_limits.actions.limit_editing import update_limits
from app.sending_limits.forms.limits_form import LimitsForm
from app.sending_limits.queries.limit_use import build_limit_use
from app.sending_limits.queries.stored_limits import get_limits

bp = Blueprint("sending_limits", __name__)


@bp.route("/settings/limits", methods=["GET", "POST"])
@permission_required(Permission.CHANGE_SETTINGS)
@recent_sign_in_required
def edit_limits() -> ResponseReturnValue:
    """Show and store how many texts are sent at most, and for how much money."""
    organisation = get_organisation()
    automatic_limit = compute_automatic_limit(count_numbers_in_use())
    is_price_known = organisation.price_per_segment is not None
    form = LimitsForm(get_limits(), automatic_limit, is_price_known=is_price_known)
    if form.validate_on_submit():
        with audited_write("limits.changed", current_username()) as trace:
            trace.details = update_limits(form.get_column_values())
        flash("Limits saved.", "success")
        return redirect(url_for("sending_limits.edit_limits"), 303)
    page = render_template(
        "sending_limits/edit.html",
        form=form,
        use=build_limit_use(now()),
        currency=organisation.currency,
        is_price_known=is_price_known,
    )
    return page, 422 if form.errors else 200

"""The setup page: creates the first admin and the organisation, and can load demo data."""

from flask import (
    Blueprint,
    abort,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from app import demo
from app.accounts import queries as users
from app.accounts.models import AppUser, hash_password
from app.accounts.views.browser_sessions import start_login_session
from app.audit.actions import audited_write
from app.core.access import public
from app.core.settings import current_settings
from app.setup import actions, queries
from app.setup.forms import FirstStartForm

bp = Blueprint("setup", __name__)


@bp.route("/setup", methods=["GET", "POST"])
@public
def complete_setup() -> ResponseReturnValue:
    """Show and complete the setup, for whoever has the printed URL, while there is no user."""
    if users.has_users():
        abort(404)
    token = request.values.get("token", "")
    if not queries.is_setup_token_valid(token):
        return render_template("setup/wrong_token.html"), 403
    form = FirstStartForm(timezone=current_settings().app_timezone)
    if not form.validate_on_submit():
        page = render_template("setup/first_start.html", form=form, token=token)
        return page, 422 if form.errors else 200
    try:
        admin = _create_admin_from_form(form)
    except actions.SetupAlreadyDone:
        abort(404)
    start_login_session(admin, remember=False)
    flash(f"Welcome, {admin.username}. Everything is ready to practise.", "success")
    return redirect(url_for("dashboard.show_dashboard"), 303)


def _create_admin_from_form(form: FirstStartForm) -> AppUser:
    """Create the admin, the organisation and the demo data in one transaction.

    Raises SetupAlreadyDone.
    """
    username = str(form.username.data)
    password_hash = hash_password(form.password.data or "")
    with audited_write("setup.finished", username) as audit:
        admin = actions.create_first_admin(
            username,
            password_hash,
            name=form.organisation.data,
            timezone=form.timezone.data,
        )
        if form.demo.data:
            audit.details["made_up_people"] = demo.load_demo_data()
    return admin

"""The very first page: the first admin, the organisation, and perhaps a made-up community."""

from flask import (
    Blueprint,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from app import demo
from app.accounts import queries as users
from app.accounts.models import AppUser, hash_of
from app.accounts.views.sign_in import begin_session
from app.audit.actions import act
from app.kit.access import anyone
from app.setup import actions, queries
from app.setup.forms import FirstStartForm

bp = Blueprint("setup", __name__)


@bp.route("/setup", methods=["GET", "POST"])
@anyone
def first_start() -> ResponseReturnValue:
    """For whoever has the link from the terminal, while there is no user."""
    if users.anybody():
        abort(404)
    token = request.values.get("token", "")
    if not queries.is_good(token):
        return render_template("setup/wrong_token.html"), 403
    form = FirstStartForm(timezone=current_app.extensions["settings"].app_timezone)
    if not form.validate_on_submit():
        return render_template(
            "setup/first_start.html", form=form, token=token
        ), 422 if form.errors else 200
    try:
        admin = _finish(form)
    except actions.TooLate:
        abort(404)
    begin_session(admin, remember=False)
    flash(f"Welcome, {admin.username}. Everything is ready to practise.", "success")
    return redirect(url_for("dashboard.home"), 303)


def _finish(form: FirstStartForm) -> AppUser:
    """All of it or nothing, in one transaction. Raises TooLate."""
    username, password_hash = str(form.username.data), hash_of(form.password.data or "")
    with act("setup.finished", username) as trace:
        admin = actions.found_the_house(
            username,
            password_hash,
            name=form.organisation.data,
            timezone=form.timezone.data,
        )
        if form.demo.data:
            trace.details["made_up_people"] = demo.load()
    return admin

"""The setup page: creates the first admin and the organisation, or opens the demo."""

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import logout_user

from app import demo
from app.accounts import queries as users
from app.accounts.models import AppUser
from app.accounts.password_hashes import hash_password
from app.accounts.views.browser_sessions import start_login_session
from app.accounts.views.sign_in_completion import SignInProof, complete_sign_in
from app.audit.actions import audited_write
from app.core.access import admin_required, public
from app.core.clock import now
from app.core.db import write
from app.core.recent_sign_in import recent_sign_in_required
from app.core.settings import current_settings
from app.demo_year.loading import load_demo_year, queue_coming_texts
from app.demo_year.starting_over import NotMadeUp
from app.domain.time.zone_countries import guess_country, load_zones_by_country
from app.organisation.queries import is_practice_demo
from app.setup import actions, queries
from app.setup.forms import FirstStartForm

bp = Blueprint("setup", __name__)
NO_DEMO_ERROR = "Real texts were sent from this demo, so nothing was erased."


@bp.route("/setup", methods=["GET", "POST"])
@public
def complete_setup() -> ResponseReturnValue:
    """Show and complete the setup, for a person with the printed URL, while there is no user."""
    token = _require_setup_token()
    if token is None:
        return _refuse_token()
    form = FirstStartForm(**_get_defaults())
    if not form.validate_on_submit():
        page = render_template(
            "setup/first_start.html",
            form=form,
            token=token,
            offers_demo=actions.may_load_demo(),
            zones_by_country=load_zones_by_country(),
        )
        return page, 422 if form.errors else 200
    try:
        admin = _create_admin_from_form(form)
    except actions.SetupAlreadyDone:
        abort(404)
    start_login_session(admin, remember=False)
    flash(f"Welcome, {admin.shown_name}. Your account is ready.", "success")
    return redirect(url_for("dashboard.show_dashboard"), 303)


@bp.post("/setup/demo")
@public
def open_demo() -> ResponseReturnValue:
    """Fill the empty database with the demo and sign in, for a person with the printed URL."""
    if _require_setup_token() is None:
        return _refuse_token()
    if not actions.may_load_demo():
        abort(404)
    try:
        with write():
            actions.end_setup_for_demo()
            load_demo_year(now())
    except actions.SetupAlreadyDone:
        abort(404)
    return _sign_in_to_demo()


@bp.route("/demo", methods=["GET", "POST"])
@public
def enter_demo() -> ResponseReturnValue:
    """Sign in to the demo by the one-time URL that its start printed.

    Only POST uses it up: a link preview or a HEAD leaves it as it is.
    """
    if not is_practice_demo():
        abort(404)
    token = request.values.get("token", "")
    if request.method != "POST":
        if not queries.is_demo_token_valid(token):
            return _refuse_token()
        return render_template("setup/enter_demo.html", token=token)
    with write():
        is_valid = actions.use_up_token(token)
        if is_valid:
            queue_coming_texts(now())
    return _sign_in_to_demo() if is_valid else _refuse_token()


@bp.post("/demo/start-over")
@admin_required
@recent_sign_in_required
def start_over() -> ResponseReturnValue:
    """Erase the demo and lead to the setup page. Only where everything is made up."""
    if not is_practice_demo():
        abort(404)
    try:
        token = actions.erase_demo_for_setup()
    except NotMadeUp:
        flash(NO_DEMO_ERROR, "error")
        return redirect(url_for("dashboard.show_dashboard"), 303)
    # Only now: while the database takes no writes, the demo and its session stay as they are.
    logout_user()
    current_app.logger.info("the demo was erased; the setup begins anew")
    return redirect(url_for("setup.complete_setup", token=token), 303)


def _require_setup_token() -> str | None:
    """Return the valid token of this request, None for another one. 404 once there are users."""
    if users.has_users():
        abort(404)
    token = request.values.get("token", "")
    return token if queries.is_setup_token_valid(token) else None


def _refuse_token() -> ResponseReturnValue:
    return render_template("setup/wrong_token.html"), 403


def _get_defaults() -> dict[str, str]:
    """Return zone and country as the environment has them; the browser's script knows better."""
    settings = current_settings()
    region = settings.default_region
    if settings.app_timezone != "UTC" and region == "US":
        region = guess_country(settings.app_timezone) or region
    return {"timezone": settings.app_timezone, "region": region}


def _sign_in_to_demo() -> ResponseReturnValue:
    admin = queries.find_demo_admin()
    if admin is None:
        abort(404)
    complete_sign_in(admin, SignInProof(admin.session_key), remember=False)
    return redirect(url_for("dashboard.show_dashboard"), 303)


def _create_admin_from_form(form: FirstStartForm) -> AppUser:
    """Create the admin, the organisation and the sample contacts in one transaction.

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
            region=form.region.data,
        )
        audit.user_id = admin.id
        if form.demo.data:
            audit.details["made_up_people"] = demo.load_demo_data()
    return admin

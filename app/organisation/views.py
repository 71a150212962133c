"""The settings page."""

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.audit.actions import act
from app.domain.permission import Role
from app.domain.phone import pretty
from app.kit.access import needs, who
from app.kit.settings import Settings
from app.organisation import actions, queries
from app.organisation.forms import SettingsForm
from app.organisation.models import Organisation

bp = Blueprint("organisation", __name__)
COLUMNS = ("timezone", "region", "currency", "price_per_segment", "footer")


@bp.route("/settings", methods=["GET", "POST"])
@needs(Role.ADMIN)
def settings() -> ResponseReturnValue:
    """The organisation's own settings, and what the environment says."""
    form = SettingsForm(**_typed(queries.organisation()))
    if form.validate_on_submit():
        with act("settings.changed", who()) as trace:
            trace.details = actions.change(form.values())
        flash("The settings are saved.", "success")
        return redirect(url_for("organisation.settings"), 303)
    page = render_template("organisation/settings.html", form=form, facts=_facts(), undo=_environment().undo_seconds)
    return page, 422 if form.errors else 200


def _typed(row: Organisation) -> dict[str, object]:
    """The row as the form shows it."""
    undo = "" if row.undo_seconds is None else str(row.undo_seconds)
    return {"organisation": row.name, "undo_seconds": undo} | {name: getattr(row, name) for name in COLUMNS}


def _environment() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found


def _facts() -> list[tuple[str, str]]:
    """What is set where the program runs, not here."""
    environment = _environment()
    real = environment.carrier == "twilio"
    return [
        ("Texts go", "to real phones, through Twilio" if real else "to the practice phones only"),
        ("Sender", pretty(environment.sender)),
        ("Speed", f"{environment.rate:g} parts a second"),
        ("Twilio's address for incoming texts", f"{environment.public_base_url}/webhooks/twilio/inbound"),
        ("Twilio's address for receipts", f"{environment.public_base_url}/webhooks/twilio/status"),
    ]

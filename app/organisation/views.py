"""The settings page."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.core.access import current_username, roles_required
from app.core.settings import Settings, current_settings
from app.domain.accounts.roles import Role
from app.domain.opt_outs import default_replies
from app.domain.phones.phone_number import format_phone_number
from app.organisation import actions, queries
from app.organisation.forms import OrganisationSettingsForm
from app.organisation.models import Organisation

bp = Blueprint("organisation", __name__)
SETTINGS_COLUMNS = (
    "timezone",
    "region",
    "currency",
    "price_per_segment",
    "footer",
    "stop_reply",
    "start_reply",
    "help_reply",
)


@bp.route("/settings", methods=["GET", "POST"])
@roles_required(Role.ADMIN)
def edit_settings() -> ResponseReturnValue:
    """The organisation's own settings, and what the environment says."""
    form = OrganisationSettingsForm(**_build_form_values(queries.get_organisation()))
    if form.validate_on_submit():
        with audited_write("settings.changed", current_username()) as trace:
            trace.details = actions.update_organisation(form.get_column_values())
        flash("The settings are saved.", "success")
        return redirect(url_for("organisation.edit_settings"), 303)
    agreed = queries.count_consent_coverage()
    page = render_template(
        "organisation/settings.html",
        form=form,
        agreed=agreed,
        **_build_default_replies(),
        **_build_environment_facts(),
    )
    return page, 422 if form.errors else 200


def _build_default_replies() -> dict[str, dict[str, str]]:
    """Our own words, which answer while the organisation has written none."""
    name = queries.get_organisation().name
    ours = {
        "stop": default_replies.DEFAULT_STOP_REPLY,
        "start": default_replies.DEFAULT_START_REPLY,
        "help": default_replies.DEFAULT_HELP_REPLY,
    }
    return {
        "ours": {
            word: default_replies.choose_reply_text(None, default, name)
            for word, default in ours.items()
        }
    }


def _build_form_values(row: Organisation) -> dict[str, object]:
    """The row as the form shows it."""
    undo = "" if row.undo_seconds is None else str(row.undo_seconds)
    whom = "agreed" if row.consent_required else "everybody"
    helper = "us" if row.answers_help else "twilio"
    first = {
        "organisation": row.name,
        "undo_seconds": undo,
        "whom": whom,
        "helper": helper,
    }
    return first | {name: getattr(row, name) for name in SETTINGS_COLUMNS}


def _build_environment_facts() -> dict[str, object]:
    """What is set where the program runs, not here."""
    environment: Settings = current_settings()
    webhooks = f"{environment.public_base_url}/webhooks/twilio"
    return {
        "facts": [
            (
                "Texts go to",
                "real phones" if environment.carrier == "twilio" else "practice phones",
            ),
            ("Sender", format_phone_number(environment.sender)),
            ("Parts a second", f"{environment.effective_send_rate:g}"),
        ],
        "addresses": [
            ("For incoming texts", f"{webhooks}/inbound"),
            ("For receipts", f"{webhooks}/status"),
        ],
        "undo": environment.undo_seconds,
    }

"""The settings page."""

from decimal import Decimal

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.core.access import current_username, permission_required
from app.core.recent_sign_in import recent_sign_in_required
from app.core.settings import current_settings
from app.domain.accounts.permissions import Permission
from app.domain.delivery.callback_addresses import list_console_addresses
from app.domain.delivery.cost_estimate import format_segment_price
from app.domain.delivery.country_currencies import get_country_currency
from app.domain.opt_outs.default_replies import get_default_reply
from app.domain.phones.phone_number import format_phone_number
from app.organisation import actions, queries
from app.organisation.consent_coverage import count_consent_coverage
from app.organisation.forms.language_fields import build_language_form_data
from app.organisation.forms.settings_form import REPLY_BY_FIELD, OrganisationSettingsForm
from app.organisation.models import Organisation
from app.organisation.settings_pages import SETTINGS_PAGES

bp = Blueprint("organisation", __name__)
# What a segment to a phone in the United States cost in 2026, without carrier fees.
EXAMPLE_SEGMENT_PRICE = Decimal("0.0079")
ADD_FOOTER_BUTTON = "add_footer"
# The columns that the form shows as they are.
SETTINGS_COLUMNS = (
    "timezone",
    "region",
    "currency",
    "price_per_segment",
    "footer",
    "second_factor_for",
)


@bp.route("/settings", methods=["GET", "POST"])
@permission_required(Permission.CHANGE_SETTINGS)
@recent_sign_in_required
def edit_settings() -> ResponseReturnValue:
    """Show and store the organisation's own settings; show what the environment says."""
    form = OrganisationSettingsForm(data=_build_form_values(queries.get_organisation()))
    if ADD_FOOTER_BUTTON in request.form:
        form.add_footer()
    elif form.validate_on_submit():
        with audited_write("settings.changed", current_username()) as trace:
            trace.details = actions.update_organisation(form.get_column_values())
        flash("Settings saved.", "success")
        return redirect(url_for("organisation.edit_settings"), 303)
    settings = current_settings()
    row = queries.get_organisation()
    page = render_template(
        "organisation/settings.html",
        form=form,
        price_example=format_segment_price(EXAMPLE_SEGMENT_PRICE, row.currency),
        currency_example=get_country_currency(row.region),
        coverage=count_consent_coverage(),
        facts=_build_environment_facts(),
        webhooks=list_console_addresses(settings.public_base_url),
        default_undo_seconds=settings.undo_seconds,
        linked_pages=SETTINGS_PAGES,
        is_demo=queries.is_practice_demo(),
    )
    return page, 422 if form.errors else 200


def _build_form_values(row: Organisation) -> dict[str, object]:
    """Return the row as the form shows it."""
    values: dict[str, object] = {name: getattr(row, name) for name in SETTINGS_COLUMNS}
    values |= build_language_form_data(row)
    for name, reply in REPLY_BY_FIELD.items():
        values[name] = getattr(row, name) or get_default_reply(reply, row.language, row.name)
    values["organisation"] = row.name
    values["undo_seconds"] = "" if row.undo_seconds is None else str(row.undo_seconds)
    values["whom"] = "agreed" if row.consent_required else "everybody"
    values["helper"] = "us" if row.answers_help else "twilio"
    return values


def _build_environment_facts() -> list[tuple[str, str]]:
    """Return what is set where the program runs, not on this page."""
    settings = current_settings()
    phones = "real phones" if settings.carrier == "twilio" else "practice phones"
    return [
        ("Texts go to", phones),
        ("Sender", format_phone_number(settings.sender)),
        ("Segments per second", f"{settings.effective_send_rate:g}"),
    ]

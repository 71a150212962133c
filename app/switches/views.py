"""The settings page of features: which are shown."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.core.access import admin_required, current_username
from app.organisation.actions import update_organisation
from app.switches.forms import FeatureForm
from app.switches.page_hiding import list_switched_off
from app.switches.switchable_features import FEATURES

bp = Blueprint("switches", __name__)


@bp.route("/settings/features", methods=["GET", "POST"])
@admin_required
def choose_features() -> ResponseReturnValue:
    """Show and store which features have pages."""
    switched_off = list_switched_off()
    form = FeatureForm(
        data={feature.name: feature.name not in switched_off for feature in FEATURES}
    )
    if form.validate_on_submit() and form.validate_switching(switched_off):
        with audited_write("settings.changed", current_username()) as trace:
            trace.details = update_organisation({"switched_off": form.switched_off})
        flash("Features saved.", "success")
        return redirect(url_for("switches.choose_features"), 303)
    page = render_template("switches/features.html", form=form, features=FEATURES)
    return page, 422 if form.errors else 200

"""The page that says why nothing leaves after a restore or on a copy, and what to do about it."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.core.access import admin_required, current_username, permission_required
from app.core.clock import now
from app.core.recent_sign_in import recent_sign_in_required
from app.core.settings import current_settings
from app.dashboard.views.blueprint import bp
from app.delivery.actions import sending_hold
from app.delivery.engine.installation_file import clear_restored_mark, read_installation_file
from app.delivery.queries.heartbeat import load_heartbeat
from app.delivery.queries.installation import load_installation
from app.domain.accounts.permissions import Permission
from app.domain.delivery.installation_rules import HOLD_LABELS, HoldReason

NOT_HELD_TEXT = "Sending is no longer on hold."


class NothingHeld(Exception):
    """There is no hold that this could end."""


@bp.get("/sending")
@permission_required(Permission.SEE_TEXTS)
def show_sending_hold() -> ResponseReturnValue:
    """Show whether sending is held, why, and how it goes on."""
    row = load_installation()
    hold = HoldReason(row.hold_reason) if row.hold_reason else None
    return render_template(
        "dashboard/sending.html",
        hold=hold,
        reason=HOLD_LABELS[hold] if hold else load_heartbeat().outage_reason,
        installation=row,
    )


@bp.post("/sending/reconcile")
@admin_required
def reconcile_with_carrier() -> ResponseReturnValue:
    """Ask the engine to adopt what the carrier has; the page shows when it has ended."""
    try:
        with audited_write("sending.reconcile", current_username()) as trace:
            trace.about = "installation"
            if not sending_hold.request_reconcile(now()):
                raise NothingHeld
    except NothingHeld:
        flash(NOT_HELD_TEXT, "warning")
    else:
        flash("Reconcile has started. The results will appear on this page.", "success")
    return _redirect_to_page()


@bp.post("/sending/first-is-gone")
@admin_required
@recent_sign_in_required
def take_over_from_first() -> ResponseReturnValue:
    """Send from this copy from now on: the person says that the first installation is gone."""
    try:
        with audited_write("sending.taken_over", current_username()) as trace:
            trace.about = "installation"
            if not sending_hold.take_over_installation():
                raise NothingHeld
    except NothingHeld:
        flash(NOT_HELD_TEXT, "warning")
    else:
        flash(
            "Texts are sent from this installation now. Never start the first one again.", "success"
        )
    return _redirect_to_page()


@bp.post("/sending/go-on")
@admin_required
def go_on_without_reconcile() -> ResponseReturnValue:
    """End the hold without the carrier's list, where that cannot be read: the person decides."""
    database = current_settings().database_path
    file = read_installation_file(database)
    try:
        with audited_write("sending.went_on", current_username()) as trace:
            trace.about = "installation"
            if not sending_hold.end_hold_unreconciled(file.armed_count if file else 0, now()):
                raise NothingHeld
            clear_restored_mark(database)
    except NothingHeld:
        flash("Run Reconcile first.", "warning")
    else:
        flash("Sending continues. Paused blasts wait until you resume them.", "warning")
    return _redirect_to_page()


def _redirect_to_page() -> ResponseReturnValue:
    return redirect(url_for("dashboard.show_sending_hold"), 303)

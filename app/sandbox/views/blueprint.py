"""The blueprint of the sandbox phones, and how a phone's text is posted to the webhook."""

from typing import Any

from flask import Blueprint, abort, current_app, flash

from app.core.settings import current_settings
from app.delivery.carriers.sandbox_callbacks import CallbackDispatcher

bp = Blueprint("sandbox", __name__, url_prefix="/sandbox")


def get_sender_number() -> str:
    """Return the number or messaging service that the phones write to."""
    return current_settings().sender


@bp.before_request
def require_sandbox_carrier() -> None:
    """Answer 404 when the app sends through a real carrier."""
    if current_settings().carrier != "sandbox":
        abort(404)


def dispatch_text_or_flash(sid: str) -> None:
    """Post a phone's text to the webhook at once; flash a message when that takes too long."""
    app: Any = current_app
    if not CallbackDispatcher.get_for_app(app._get_current_object()).dispatch_now(sid):
        flash("The text is still being sent. Check again in a moment.", "info")

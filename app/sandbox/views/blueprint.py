"""The blueprint of the practice phones, which are there only while practising; and how a
phone's text comes in.
"""

from typing import Any

from flask import Blueprint, abort, current_app, flash

from app.core.settings import Settings, current_settings
from app.delivery.carriers.sandbox_callbacks import CallbackDispatcher

bp = Blueprint("sandbox", __name__, url_prefix="/sandbox")


def get_sender_number() -> str:
    """The number or service that the phones write to."""
    return _get_settings().sender


@bp.before_request
def require_sandbox_carrier() -> None:
    """With a real carrier there are no pretend phones."""
    if _get_settings().carrier != "sandbox":
        abort(404)


def dispatch_text_or_flash(sid: str) -> None:
    """What a phone has just written comes in at once; if not, it is said that it will."""
    app: Any = current_app
    if not CallbackDispatcher.get_for_app(app._get_current_object()).dispatch_now(sid):
        flash("The text is still on its way. Look again in a moment.", "info")


def _get_settings() -> Settings:
    settings = current_settings()
    return settings

"""The page that explains how texting works here, in plain words."""

from flask import render_template
from flask.typing import ResponseReturnValue

from app.core.access import ALL_ROLES, roles_required
from app.core.settings import current_settings
from app.dashboard.views.blueprint import bp
from app.organisation.queries import get_undo_seconds


@bp.get("/help")
@roles_required(*ALL_ROLES)
def show_help() -> ResponseReturnValue:
    """Show how sending works, segments, opting out, practice mode and going live."""
    return render_template(
        "dashboard/help.html",
        undo_seconds=get_undo_seconds(),
        is_practice=current_settings().carrier == "sandbox",
    )

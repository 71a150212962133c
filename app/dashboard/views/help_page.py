"""The page that explains how texting works here, in plain words."""

from flask import render_template
from flask.typing import ResponseReturnValue

from app.core.access import signed_in_required
from app.core.settings import current_settings
from app.dashboard.views.blueprint import bp
from app.organisation.queries import get_undo_seconds
from app.texting_hours.hours_labels import describe_texting_hours
from app.texting_hours.queries import find_texting_hours_setting


@bp.get("/help")
@signed_in_required
def show_help() -> ResponseReturnValue:
    """Show how sending works, segments, opting out, practice mode and going live."""
    carrier = current_settings().carrier
    return render_template(
        "dashboard/help.html",
        undo_seconds=get_undo_seconds(),
        is_practice=carrier == "sandbox",
        hours_sentences=describe_texting_hours(find_texting_hours_setting(), carrier),
    )

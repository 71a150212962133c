"""The page of who did what."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app.audit import queries
from app.audit.forms import FilterForm
from app.domain.hours import is_zone
from app.domain.permission import Role
from app.kit.access import needs
from app.kit.filters import zone
from app.kit.pages import asked

bp = Blueprint("audit", __name__)


@bp.get("/audit")
@needs(Role.ADMIN)
def events() -> ResponseReturnValue:
    """Newest first; of one person or one day where asked."""
    form = FilterForm(request.args)
    form.validate()
    place = zone() if is_zone(zone()) else "UTC"
    page = queries.page(
        asked(["at"], "at", "desc"),
        who=form.who.data or "",
        day=form.day.day,
        zone=place,
    )
    return render_template(
        "audit/events.html",
        form=form,
        page=page,
        narrowed=bool(form.who.data or form.day.data),
    )

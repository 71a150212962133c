"""The page of the audit log."""

from flask import Blueprint, Response, g, render_template, request
from flask.typing import ResponseReturnValue

from app.audit import queries
from app.audit.forms import AuditFilterForm
from app.audit.pending_acts import note_refusal
from app.core.access import permission_required
from app.core.local_formats import get_display_timezone
from app.core.pagination import list_params
from app.domain.accounts.permissions import Permission
from app.domain.time.local_times import zone_or_utc

bp = Blueprint("audit", __name__)
# Calls of the carrier are counted by the webhooks themselves, and are nobody's act.
WITHOUT_REFUSALS = ("webhooks", "static")


@bp.get("/audit")
@permission_required(Permission.SEE_AUDIT)
def list_audit_events() -> ResponseReturnValue:
    """Show the audit log, newest first, filtered by user, kind and day."""
    form = AuditFilterForm(request.args)
    form.validate()
    filter_ = queries.AuditFilter(
        form.who.data or "",
        form.kind.data or "",
        form.day.day,
        zone_or_utc(get_display_timezone()).key,
    )
    page = queries.fetch_audit_page(list_params(["at"], "at", "desc"), filter_)
    return render_template(
        "audit/events.html",
        form=form,
        page=page,
        is_filtered=bool(form.who.data or form.kind.data or form.day.data),
    )


@bp.after_app_request
def note_refused_request(response: Response) -> Response:
    """Count a request that was refused: no permission, no valid token, or from another site."""
    verb = g.get("refusal")
    if response.status_code == 403:
        verb = "access.refused"
    if verb and request.blueprint not in WITHOUT_REFUSALS:
        note_refusal(verb)
    return response

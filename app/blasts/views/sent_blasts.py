"""Blasts as sent: the list, one of them live, and a person's hand on it."""

from collections.abc import Callable

from flask import (
    Response,
    abort,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.audit.actions import audited_write
from app.blasts import queries
from app.blasts.queries import RECIPIENT_FILTERS
from app.blasts.views.blast_progress import (
    RECIPIENT_FILTER_LABELS,
    BlastProgress,
    fetch_blast_progress,
)
from app.blasts.views.blueprint import bp
from app.blasts.views.unresolved_message_options import find_bulk_options
from app.core.access import ALL_ROLES, current_username, roles_required
from app.core.clock import now
from app.core.pagination import list_params
from app.delivery.actions import blast_control
from app.delivery.models import MessageLog
from app.domain.delivery.message_statuses import BlastStatus


class SentBlastUnchanged(Exception):
    """The blast is not in a state for that."""


@bp.get("/logs")
@roles_required(*ALL_ROLES)
def list_sent_blasts() -> ResponseReturnValue:
    """Every blast that was sent, the latest first."""
    return render_template(
        "blasts/logs.html", page=queries.fetch_blast_logs_page(list_params((), ""))
    )


@bp.get("/logs/<int:log_id>")
@roles_required(*ALL_ROLES)
def show_sent_blast(log_id: int) -> ResponseReturnValue:
    """One blast: how far it is, and what became of each text."""
    found = _get_log_or_404(log_id)
    here = fetch_blast_progress(found, now())
    chosen = request.args.get("state", "")
    chosen = chosen if chosen in RECIPIENT_FILTERS else ""
    return render_template(
        "blasts/log.html",
        log=found,
        progress=here,
        page=queries.fetch_blast_recipients_page(log_id, chosen, list_params((), ""), here.counts),
        chosen=chosen,
        texts="texts" in request.args,
        chips=_build_filter_chips(here, chosen),
        bulk=find_bulk_options(found, chosen),
        schedule=queries.find_schedule_of_log(log_id),
    )


@bp.get("/logs/<int:log_id>/live")
@roles_required(*ALL_ROLES, json=True)
def refresh_sent_blast(log_id: int) -> ResponseReturnValue:
    """The live part of the page.

    When the state is another than the page shows (`was`), the page is loaded anew.
    """
    found = _get_log_or_404(log_id)
    part = Response(
        render_template("blasts/_live.html", log=found, progress=fetch_blast_progress(found, now()))
    )
    if request.args.get("was", found.status.value) != found.status.value:
        part.headers["HX-Refresh"] = "true"
    return part


@bp.get("/logs/<int:log_id>/status")
@roles_required(*ALL_ROLES, json=True)
def show_blast_status(log_id: int) -> ResponseReturnValue:
    """The blast in numbers, for programs."""
    found = _get_log_or_404(log_id)
    numbers = fetch_blast_progress(found, now()).tally
    return jsonify(
        id=found.id,
        status=found.status.value,
        total_recipients=numbers.total,
        queued=numbers.queued,
        in_flight=numbers.in_flight,
        unknown=numbers.unknown,
        accepted=numbers.accepted,
        delivered=numbers.delivered,
        failed=numbers.failed,
        skipped=numbers.skipped,
        success_count=numbers.success_count,
        failure_count=numbers.failure_count,
    )


@bp.post("/logs/<int:log_id>/pause")
@roles_required(*ALL_ROLES)
def pause_sent_blast(log_id: int) -> ResponseReturnValue:
    """Hold the rest back for now."""
    return _apply_to_blast(
        log_id,
        "blast.paused",
        blast_control.pause_blast,
        "It is not being sent, so there was nothing to pause.",
    )


@bp.post("/logs/<int:log_id>/resume")
@roles_required(*ALL_ROLES)
def resume_sent_blast(log_id: int) -> ResponseReturnValue:
    """Go on.

    What a person paused, anybody may resume; after a fault an admin says that it is mended.
    """
    return _apply_to_blast(
        log_id,
        "blast.resumed",
        _resume_if_allowed,
        "It is not paused, so there was nothing to resume.",
    )


@bp.post("/logs/<int:log_id>/cancel")
@roles_required(*ALL_ROLES)
def stop_sent_blast(log_id: int) -> ResponseReturnValue:
    """Stop the rest for good."""
    return _apply_to_blast(
        log_id,
        "blast.stopped",
        _stop_remaining_messages,
        "It had ended already, so there was nothing to stop.",
    )


def _apply_to_blast(
    log_id: int, verb: str, action: Callable[[int], bool], otherwise: str
) -> ResponseReturnValue:
    """One act on one blast; without an effect it leaves no audit row, and says so."""
    _get_log_or_404(log_id)
    try:
        with audited_write(verb, current_username()) as trace:
            trace.about = f"blast {log_id}"
            if not action(log_id):
                raise SentBlastUnchanged
    except SentBlastUnchanged:
        flash(otherwise, "warning")
    return redirect(url_for("blasts.show_sent_blast", log_id=log_id), 303)


def _resume_if_allowed(log_id: int) -> bool:
    found = queries.reload_blast_log(log_id)
    by_a_fault = (
        found.status == BlastStatus.PAUSED and found.pause_reason != blast_control.PAUSED_BY_PERSON
    )
    if by_a_fault and not current_user.is_admin:
        abort(403)
    return blast_control.resume_blast(log_id)


def _stop_remaining_messages(log_id: int) -> bool:
    return blast_control.stop_blast(log_id, now()) is not None


def _get_log_or_404(log_id: int) -> MessageLog:
    return queries.find_blast_log(log_id) or abort(404)


def _build_filter_chips(here: BlastProgress, chosen: str) -> list[tuple[str, str, bool]]:
    """The filters above the people, each with its number; those that would show nobody are left
    away.
    """
    log_id = here.log.id
    every = ("All", url_for("blasts.show_sent_blast", log_id=log_id), not chosen)
    some = [
        (key, label)
        for key, label in RECIPIENT_FILTER_LABELS
        if here.count_in_filter(key) or key == chosen
    ]
    links = [
        (
            f"{label} {here.count_in_filter(key):,}",
            url_for("blasts.show_sent_blast", log_id=log_id, state=key),
            key == chosen,
        )
        for key, label in some
    ]
    return [(f"{every[0]} {here.tally.total:,}", every[1], every[2]), *links]

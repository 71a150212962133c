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
from app.blasts.queries import FILTERS
from app.blasts.views.doubts import bulk
from app.blasts.views.progress import CHIPS, Progress, progress
from app.blasts.views.room import bp
from app.core.access import ALL_ROLES, current_username, roles_required
from app.core.clock import now
from app.core.pagination import list_params
from app.delivery.actions import blast_control
from app.delivery.models import MessageLog
from app.domain.delivery.message_statuses import BlastStatus


class NothingToDo(Exception):
    """The blast is not in a state for that."""


@bp.get("/logs")
@roles_required(*ALL_ROLES)
def logs() -> ResponseReturnValue:
    """Every blast that was sent, the latest first."""
    return render_template(
        "blasts/logs.html", page=queries.logs_page(list_params((), ""))
    )


@bp.get("/logs/<int:log_id>")
@roles_required(*ALL_ROLES)
def log(log_id: int) -> ResponseReturnValue:
    """One blast: how far it is, and what became of each text."""
    found = _log(log_id)
    here = progress(found, now())
    chosen = request.args.get("state", "")
    chosen = chosen if chosen in FILTERS else ""
    return render_template(
        "blasts/log.html",
        log=found,
        progress=here,
        page=queries.people_page(log_id, chosen, list_params((), ""), here.counts),
        chosen=chosen,
        texts="texts" in request.args,
        chips=_chips(here, chosen),
        bulk=bulk(found, chosen),
        schedule=queries.schedule_of(log_id),
    )


@bp.get("/logs/<int:log_id>/live")
@roles_required(*ALL_ROLES, json=True)
def log_live(log_id: int) -> ResponseReturnValue:
    """The live part of the page.

    When the state is another than the page shows (`was`), the page is loaded anew.
    """
    found = _log(log_id)
    part = Response(
        render_template("blasts/_live.html", log=found, progress=progress(found, now()))
    )
    if request.args.get("was", found.status.value) != found.status.value:
        part.headers["HX-Refresh"] = "true"
    return part


@bp.get("/logs/<int:log_id>/status")
@roles_required(*ALL_ROLES, json=True)
def log_status(log_id: int) -> ResponseReturnValue:
    """The blast in numbers, for programs."""
    found = _log(log_id)
    numbers = progress(found, now()).tally
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
def log_pause(log_id: int) -> ResponseReturnValue:
    """Hold the rest back for now."""
    return _do(
        log_id,
        "blast.paused",
        blast_control.pause_blast,
        "It is not being sent, so there was nothing to pause.",
    )


@bp.post("/logs/<int:log_id>/resume")
@roles_required(*ALL_ROLES)
def log_resume(log_id: int) -> ResponseReturnValue:
    """Go on.

    What a person paused, anybody may resume; after a fault an admin says that it is mended.
    """
    return _do(
        log_id,
        "blast.resumed",
        _resume,
        "It is not paused, so there was nothing to resume.",
    )


@bp.post("/logs/<int:log_id>/cancel")
@roles_required(*ALL_ROLES)
def log_cancel(log_id: int) -> ResponseReturnValue:
    """Stop the rest for good."""
    return _do(
        log_id,
        "blast.stopped",
        _stop,
        "It had ended already, so there was nothing to stop.",
    )


def _do(
    log_id: int, verb: str, action: Callable[[int], bool], otherwise: str
) -> ResponseReturnValue:
    """One act on one blast; without an effect it leaves no audit row, and says so."""
    _log(log_id)
    try:
        with audited_write(verb, current_username()) as trace:
            trace.about = f"blast {log_id}"
            if not action(log_id):
                raise NothingToDo
    except NothingToDo:
        flash(otherwise, "warning")
    return redirect(url_for("blasts.log", log_id=log_id), 303)


def _resume(log_id: int) -> bool:
    found = queries.log_now(log_id)
    by_a_fault = (
        found.status == BlastStatus.PAUSED
        and found.pause_reason != blast_control.PAUSED_BY_PERSON
    )
    if by_a_fault and not current_user.is_admin:
        abort(403)
    return blast_control.resume_blast(log_id)


def _stop(log_id: int) -> bool:
    return blast_control.stop_blast(log_id, now()) is not None


def _log(log_id: int) -> MessageLog:
    return queries.log(log_id) or abort(404)


def _chips(here: Progress, chosen: str) -> list[tuple[str, str, bool]]:
    """The filters above the people, each with its number; those that would show nobody are left
    away.
    """
    log_id = here.log.id
    every = ("All", url_for("blasts.log", log_id=log_id), not chosen)
    some = [(key, label) for key, label in CHIPS if here.of(key) or key == chosen]
    links = [
        (
            f"{label} {here.of(key):,}",
            url_for("blasts.log", log_id=log_id, state=key),
            key == chosen,
        )
        for key, label in some
    ]
    return [(f"{every[0]} {here.tally.total:,}", every[1], every[2]), *links]

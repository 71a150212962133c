"""Health checks: /health for the process, /ready for the database and the sending engine.

/metrics has figures for Prometheus, and a page has the slow statements.
"""

import logging
import sqlite3

from flask import Blueprint, abort, current_app, jsonify, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError

from app.core.access import admin_required, public
from app.core.clock import now
from app.core.clock_watch import get_clock_watch
from app.core.settings import current_settings
from app.core.slow_statements import SLOW_STATEMENTS
from app.core.version import VERSION
from app.delivery.queries.heartbeat import Heartbeat, load_heartbeat
from app.delivery.queries.progress import find_stall
from app.delivery.queries.refused_calls import find_refused_calls
from app.health.metric_text import CONTENT_TYPE, write_metrics
from app.health.metric_values import collect_metrics
from app.health.request_counts import count_request
from app.health.watcher_access import has_metrics_token, is_asked_on_this_machine
from app.migrations.migration_errors import MigrationError
from app.migrations.migration_runner import list_pending_migrations

log = logging.getLogger(__name__)
bp = Blueprint("health", __name__)
bp.after_app_request(count_request)
REFUSED_CALLS_WARNING = (
    "Twilio's calls are refused: PUBLIC_BASE_URL or TWILIO_AUTH_TOKEN is wrong. Home says more."
)
UNREADABLE_DATABASE_MESSAGE = (
    "The database cannot be read. The log says why; python -m app.dbdoctor --doctor says more."
)


@bp.get("/health")
@public
def report_health() -> ResponseReturnValue:
    """Reply that the process runs, without any use of the database."""
    return (
        "ok\n",
        200,
        {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"},
    )


@bp.get("/ready")
@public
def report_readiness() -> ResponseReturnValue:
    """Reply whether pages can be served and texts are sent; 503 with the problems."""
    heartbeat = Heartbeat()
    refused_count = 0
    try:
        problems = _find_migration_problems()
        if not problems:
            refused_count = _count_refused_calls()
            heartbeat = load_heartbeat()
            if heartbeat.outage_reason:
                problems.append(f"Nothing is being sent: {heartbeat.outage_reason}.")
            elif stall := _find_stall():
                problems.append(stall)
    except (MigrationError, SQLAlchemyError, OSError) as error:
        log.error("not ready: %s", error)
        problems = [UNREADABLE_DATABASE_MESSAGE]
    return _build_readiness_response(problems, heartbeat, refused_count)


@bp.get("/metrics")
@public
def report_metrics() -> ResponseReturnValue:
    """Reply with figures for Prometheus to whoever has METRICS_TOKEN; 404 where there is none."""
    if not current_settings().metrics_token:
        abort(404)
    headers = {"Content-Type": CONTENT_TYPE, "Cache-Control": "no-store"}
    if not has_metrics_token():
        return "METRICS_TOKEN is missing or wrong.\n", 401, headers | {"WWW-Authenticate": "Bearer"}
    try:
        return write_metrics(collect_metrics()), 200, headers
    except (SQLAlchemyError, OSError) as error:
        log.error("no metrics: %s", error)
        return f"{UNREADABLE_DATABASE_MESSAGE}\n", 503, headers


@bp.get("/settings/slow-statements")
@admin_required
def list_slow_statements() -> ResponseReturnValue:
    """Show which statements were slow in this process since it started."""
    milliseconds = current_settings().slow_statement_ms
    statements = SLOW_STATEMENTS.list_statements()
    return render_template(
        "health/slow_statements.html", statements=statements, milliseconds=milliseconds
    )


def _find_stall() -> str:
    """Return what is due and does not leave; "" while the clock is in doubt, and with it that."""
    return "" if get_clock_watch(current_app).is_in_doubt else find_stall(now())


def _count_refused_calls() -> int:
    refused = find_refused_calls(current_settings().carrier)
    return refused.count if refused else 0


def _find_migration_problems() -> list[str]:
    settings = current_settings()
    if list_pending_migrations(settings.database_path):
        return ["The database is not at the newest version. Restart SMS Admin."]
    return []


def _build_readiness_response(
    problems: list[str], heartbeat: Heartbeat, refused_count: int
) -> ResponseReturnValue:
    """Build the JSON response.

    The page is public: strangers learn only whether it is ready, programs on this machine or with
    METRICS_TOKEN why not. No problem names a path; only signed-in users see the version. Refused
    calls are a warning and no problem: anybody can make some, and pages and sending work. So is a
    clock that jumped.
    """
    age_seconds = heartbeat.age_seconds
    if age_seconds is not None:
        age_seconds = round(age_seconds, 1)
    status: dict[str, object] = {
        "ready": not problems,
        "problems": problems,
        "seconds_since_beat": age_seconds,
        "leader_pid": heartbeat.pid,
    }
    warnings = list(filter(None, [get_clock_watch(current_app).describe_jump()]))
    if refused_count:
        status["refused_calls"] = refused_count
        warnings.append(REFUSED_CALLS_WARNING)
    if warnings:
        status["warnings"] = warnings
    if _is_signed_in():
        status["version"] = VERSION
    elif not (has_metrics_token() or is_asked_on_this_machine()):
        status = {"ready": not problems}
    response = jsonify(status)
    response.headers["Cache-Control"] = "no-store"
    if problems:
        response.status_code = 503
    return response


def _is_signed_in() -> bool:
    """Whether the request is of a signed-in user; False when the database cannot be read."""
    try:
        return bool(current_user.is_authenticated)
    except (SQLAlchemyError, sqlite3.Error):
        return False

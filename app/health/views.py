"""Two addresses for machines: does the process answer, and is everything behind it well."""

import logging
import sqlite3

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError

from app import __version__
from app.core.access import public
from app.core.settings import current_settings
from app.delivery.queries.heartbeat import Heartbeat, load_heartbeat
from app.migrations.migration_errors import MigrationError
from app.migrations.migration_runner import list_pending_migrations

log = logging.getLogger(__name__)
bp = Blueprint("health", __name__)


@bp.get("/health")
@public
def report_health() -> ResponseReturnValue:
    """The process answers. Asks nothing of the database."""
    return (
        "ok\n",
        200,
        {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"},
    )


@bp.get("/ready")
@public
def report_readiness() -> ResponseReturnValue:
    """Whether pages can be served and texts are being sent; 503 with what is wrong."""
    heartbeat = Heartbeat()
    try:
        problems = _find_migration_problems()
        if not problems:
            heartbeat = load_heartbeat()
            problems = (
                [f"Nothing is being sent: {heartbeat.outage_reason}."]
                if heartbeat.outage_reason
                else []
            )
    except (MigrationError, SQLAlchemyError, OSError) as problem:
        log.error("not ready: %s", problem)
        problems = [
            "The database cannot be read. The log says why; "
            "python -m app.dbdoctor --doctor says more."
        ]
    return _build_readiness_response(problems, heartbeat)


def _find_migration_problems() -> list[str]:
    settings = current_settings()
    if list_pending_migrations(settings.database_path):
        return ["The database is not at the newest version. Start the program again."]
    return []


def _build_readiness_response(problems: list[str], heartbeat: Heartbeat) -> ResponseReturnValue:
    """One sentence for each thing that is wrong.

    Strangers learn no path and no version; who is signed in learns the version.
    """
    seconds = None if heartbeat.age_seconds is None else round(heartbeat.age_seconds, 1)
    facts: dict[str, object] = {
        "ready": not problems,
        "problems": problems,
        "seconds_since_beat": seconds,
        "leader_pid": heartbeat.pid,
    }
    if _is_signed_in():
        facts["version"] = __version__
    answer = jsonify(facts)
    answer.headers["Cache-Control"] = "no-store"
    return answer, 503 if problems else 200


def _is_signed_in() -> bool:
    """Whether a user asks; False when the database cannot tell."""
    try:
        return bool(current_user.is_authenticated)
    except (SQLAlchemyError, sqlite3.Error):
        return False

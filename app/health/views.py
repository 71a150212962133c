"""Two addresses for machines: does the process answer, and is everything behind it well."""

import logging

from flask import Blueprint, current_app, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from app.delivery import queries as delivery
from app.kit.access import anyone
from app.kit.settings import Settings
from app.migrations.problems import MigrationProblem
from app.migrations.runner import pending

log = logging.getLogger(__name__)
bp = Blueprint("health", __name__)


@bp.get("/health")
@anyone
def health() -> ResponseReturnValue:
    """The process answers. Asks nothing of the database."""
    return "ok\n", 200, {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"}


@bp.get("/ready")
@anyone
def ready() -> ResponseReturnValue:
    """Whether pages can be served and texts are being sent; 503 with what is wrong."""
    problems = _problems()
    answer = jsonify(ready=not problems, problems=problems)
    answer.headers["Cache-Control"] = "no-store"
    return answer, 503 if problems else 200


def _problems() -> list[str]:
    """One sentence for each thing that is wrong. Nothing here tells a stranger a path or a version."""
    settings: Settings = current_app.extensions["settings"]
    try:
        if pending(settings.database_path):
            return ["The database is not at the newest version. Start the program again."]
        return [] if delivery.engine_is_alive() else ["Nothing is being sent: no engine is running."]
    except (MigrationProblem, SQLAlchemyError, OSError) as problem:
        log.error("not ready: %s", problem)
        return ["The database cannot be read. The log says why; python -m app.dbdoctor --doctor says more."]

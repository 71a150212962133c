"""The opt-outs in the file beside the database count before anything leaves."""

import logging

from flask import Flask

from app.core.clock import now
from app.delivery.queries.heartbeat import ENGINE_TROUBLE_KEY
from app.suppression.actions.stop_replay import replay_stops

log = logging.getLogger(__name__)

UNREADABLE_TEXT = (
    "The file of opt-outs beside the database (its name ends in .stops.jsonl) can't be read, so we "
    "can't tell whether someone has opted out. Texts wait and continue automatically."
)


class KeptStops:
    """Applies the file once in each process that leads; nothing is sent before."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._is_applied = False

    def apply_once(self) -> None:
        """Apply what an older database does not know. Inside an app context.

        Raises OSError, WriteLockTimeout or a database error when it could not: try again later.
        """
        if self._is_applied:
            return
        trouble = self.app.extensions
        try:
            replay_stops(now())
        except OSError:
            trouble[ENGINE_TROUBLE_KEY] = UNREADABLE_TEXT
            raise
        if trouble.get(ENGINE_TROUBLE_KEY) == UNREADABLE_TEXT:
            trouble[ENGINE_TROUBLE_KEY] = ""
        self._is_applied = True

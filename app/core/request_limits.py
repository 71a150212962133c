"""How many requests a minute a signed-in user may make: more than a person, less than a script."""

import threading
import time

from flask import Flask, g, make_response, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.core.access import is_asked_by_script
from app.core.error_pages import render_error_page
from app.core.settings import current_settings

WINDOW_SECONDS = 60.0
TITLE = "Too many requests"
TEXT = "Your account asked for more pages than one person can. Wait {} seconds, then try again."


class RequestCounter:
    """Counts the requests of each user in the current minute, for one process. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._window_began_at = 0.0
        self._counts: dict[int, int] = {}

    def count_request(self, user_id: int) -> tuple[int, float]:
        """Count one; return how many came in this minute, and the seconds until it ends."""
        with self._lock:
            moment = time.monotonic()
            if moment - self._window_began_at >= WINDOW_SECONDS:
                self._window_began_at = moment
                self._counts.clear()
            count = self._counts.get(user_id, 0) + 1
            self._counts[user_id] = count
            return count, self._window_began_at + WINDOW_SECONDS - moment


def install_request_limits(app: Flask) -> None:
    """Refuse requests of a user beyond USER_REQUEST_LIMIT a minute with 429; after sign-in checks.

    What open pages ask by themselves is not counted, nor are strangers, who reach nothing costly.
    """
    counter = RequestCounter()

    def limit_requests() -> ResponseReturnValue | None:
        limit = current_settings().user_request_limit
        # Flask-Login puts the user into `g` when the access check has asked for it.
        if not limit or "_login_user" not in g or not current_user.is_authenticated:
            return None
        if request.endpoint == "static" or is_asked_by_script():
            return None
        count, seconds_left = counter.count_request(current_user.id)
        if count <= limit:
            return None
        seconds = max(1, round(seconds_left))
        response = make_response(render_error_page(429, TITLE, TEXT.format(seconds)))
        response.headers["Retry-After"] = str(seconds)
        return response

    app.before_request(limit_requests)

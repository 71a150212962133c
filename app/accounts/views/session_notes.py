"""What a session's row is told after a request: that it was used, and what the next page says.

The messages of flash() hold names. In Flask's cookie anybody at the computer could read them; here
the cookie has only a random key, and the row has the messages.
"""

import json
import logging
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from flask import Response, get_flashed_messages, session

from app.accounts.actions import login_sessions
from app.accounts.queries import OpenSession
from app.accounts.views.blueprint import bp
from app.accounts.views.browser_sessions import WRITE_ERRORS, current_session
from app.core import access
from app.core.clock import now
from app.core.db import write

log = logging.getLogger(__name__)
# `seen_at` is for people who look at the list: to the minute is enough, and spares writes.
SEEN_INTERVAL = timedelta(minutes=1)
# A page does not wait for longer to note that a session was used.
NOTE_SECONDS = 1
# Flask's own place for messages in the cookie, and the key of those that are in the row.
FLASHES, FLASH_KEY = "_flashes", "flash_key"


@bp.after_app_request
def note_session_use(response: Response) -> Response:
    """Note once a minute that the session is used, and move messages of flash() into its row.

    A page is never refused for that. What a page asks for by itself is no use: a computer left
    alone would stay signed in.
    """
    open_session = current_session()
    # A streamed response still reads from the database, in the snapshot that write() would end.
    if open_session is None or response.is_streamed or access.is_asked_by_script():
        return response
    moment = now()
    has_flashes = bool(session.get(FLASHES)) and "_user_id" in session
    if has_flashes or moment - open_session.seen_at >= SEEN_INTERVAL:
        key = secrets.token_urlsafe(9) if has_flashes else session.get(FLASH_KEY)
        flashes = _choose_flashes(open_session, key)
        if _store_session_use(open_session.id, moment, flashes) and has_flashes:
            session.pop(FLASHES)
            session[FLASH_KEY] = key
    return response


def _store_session_use(session_id: int, moment: datetime, flashes: str | None) -> bool:
    """Write that a session was used; False when it is gone, or the database cannot be written."""
    try:
        with write(NOTE_SECONDS):
            return login_sessions.record_session_use(session_id, moment, flashes)
    except WRITE_ERRORS:
        log.debug("the use of a session was not noted")
        return False


def _choose_flashes(open_session: OpenSession, key: str | None) -> str | None:
    """Return what the row keeps: the messages of this request, or those that are not shown yet."""
    if session.get(FLASHES):
        return json.dumps({"key": key, "messages": session[FLASHES]}, ensure_ascii=False)
    return open_session.flashes if key else None


def take_flashed_messages(
    with_categories: bool = False, category_filter: Iterable[str] = ()
) -> list[Any]:
    """Do what Flask's get_flashed_messages() does, also for messages in the session's row."""
    open_session = current_session()
    if open_session is not None and (key := session.pop(FLASH_KEY, None)):
        messages_of_key = json.loads(open_session.flashes or "{}")
        # Another page of this browser may have replaced them.
        if messages_of_key.get("key") == key:
            session[FLASHES] = [*map(tuple, messages_of_key["messages"]), *session.get(FLASHES, [])]
    return list(get_flashed_messages(with_categories, category_filter))


@bp.record_once
def _use_in_templates(state: Any) -> None:
    state.app.jinja_env.globals["get_flashed_messages"] = take_flashed_messages

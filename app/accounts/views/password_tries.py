"""Checking a typed password: counted first, slowly when a name is being guessed."""

import time
from datetime import datetime, timedelta
from threading import BoundedSemaphore
from typing import NamedTuple

from flask import request

from app.accounts import queries
from app.accounts.actions import login_attempts
from app.accounts.actions.login_attempts import ReservedAttempt
from app.accounts.views import known_devices
from app.accounts.views.browser_sessions import current_session
from app.audit.actions import audited_write, record_automatic_event
from app.core.clock import now
from app.core.db import write
from app.core.local_formats import format_time_of_day
from app.core.logging_config import ThrottledWarning
from app.domain.time.local_times import zone_or_utc
from app.organisation import queries as organisation

# A name that is being guessed from many addresses: so many of its tries at once, each so long.
# Half of the threads of pages at most may wait here (server/threaded_worker.py).
SLOW_SLOTS = BoundedSemaphore(2)
SLOW_SECONDS = 1.0

lockout_log = ThrottledWarning(
    __name__,
    "too many wrong passwords from one address, device or session: it is locked for 15 minutes",
    "%s more lockouts after wrong passwords in the last %s seconds",
)


class Lockout(NamedTuple):
    """What a locked-out visitor is told; `retry_after` is the value of the header, in seconds."""

    message: str
    retry_after: str


BUSY_LOCKOUT = Lockout("Too many attempts with this username. Try again in a few seconds.", "5")


def find_sign_in_origin(username: str) -> str:
    """Return the key under which a try to sign in counts: the known device, else the address."""
    device_id = known_devices.find_known_device(queries.find_user_by_name(username))
    if device_id:
        return queries.build_device_key(device_id)
    return queries.build_address_key(request.remote_addr)


def find_session_origin() -> str:
    """Return the key under which a signed-in user's own wrong passwords count."""
    open_session = current_session()
    if open_session is None:
        return queries.build_address_key(request.remote_addr)
    return f"session:{open_session.id}"


def reserve_attempt(origin_key: str, account_key: str | None) -> ReservedAttempt | Lockout:
    """Count a try that is about to be checked; return the lockout when it must not be."""
    # Read first: whoever goes on while locked causes no writes.
    if lockout := _find_lockout(origin_key):
        return lockout
    with write():
        attempt = login_attempts.reserve_attempt(origin_key, account_key)
    if attempt is None:
        return _find_lockout(origin_key) or BUSY_LOCKOUT
    return attempt


def _find_lockout(origin_key: str) -> Lockout | None:
    end = queries.find_lockout_end(origin_key)
    if end is None:
        return None
    zone = zone_or_utc(organisation.get_organisation_timezone())
    # Rounded up to the minute: at 12:05:30 the page must not say "until 12:05".
    local_end = (end + timedelta(seconds=59)).astimezone(zone)
    clock = format_time_of_day(local_end.time())
    message = (
        f"Too many wrong passwords. Try again after {clock} ({zone.key}). "
        "If you forgot yours, ask an admin for a new one."
    )
    return Lockout(message, str(_count_seconds_until(end)))


def _count_seconds_until(moment: datetime) -> int:
    return max(1, int((moment - now()).total_seconds()) + 1)


def slow_down(attempt: ReservedAttempt) -> bool:
    """Wait before a try for a name that is being guessed; False while others wait already.

    The name is slowed down, never locked: its owner may be among those who try. At most two
    tries a second are checked then, however many addresses they come from.
    """
    if not attempt.is_slow:
        return True
    if not SLOW_SLOTS.acquire(blocking=False):
        return False
    try:
        time.sleep(SLOW_SECONDS)
    finally:
        SLOW_SLOTS.release()
    return True


def give_attempt_back(attempt: ReservedAttempt) -> None:
    """Uncount a try that was not wrong."""
    with write():
        login_attempts.give_attempt_back(attempt)


def record_wrong_password(attempt: ReservedAttempt, username: str) -> None:
    """Write the audit row of a wrong password, and one more when it locks something.

    `username` is the name of a user, or "": people type passwords into the wrong field.
    """
    with audited_write("sign_in.refused", username):
        if attempt.locks_origin:
            record_automatic_event("sign_in.locked", username, "", _describe_origin(attempt))
        if attempt.account_count == login_attempts.MAX_QUICK_ATTEMPTS_PER_ACCOUNT:
            details = {"wrong_passwords": attempt.account_count}
            record_automatic_event("sign_in.slowed", username, "", details)
    if attempt.locks_origin:
        lockout_log.record_occurrence()


def _describe_origin(attempt: ReservedAttempt) -> dict[str, object]:
    """Return the address that is locked, or what else is, without its number."""
    kind, separator, _ = attempt.origin_key.partition(":")
    if separator and kind in {"device", "session"}:
        return {"locked": kind}
    return {"locked": attempt.origin_key}

"""Checking a typed password: counted first, slowly when a name is being guessed."""

import time
from datetime import datetime, timedelta
from threading import BoundedSemaphore
from typing import NamedTuple

from flask import request
from flask_login import current_user

from app.accounts import queries
from app.accounts.actions import login_attempts, login_sessions
from app.accounts.actions.login_attempts import ReservedAttempt
from app.accounts.models import LOCKOUT_WINDOW, AppUser
from app.accounts.views import known_devices
from app.accounts.views.browser_sessions import current_session
from app.audit.actions import audited_write, record_automatic_event
from app.audit.pending_acts import note_refusal
from app.core.clock import now
from app.core.db import write
from app.core.local_formats import format_day, format_time_of_day
from app.core.logging_config import ThrottledWarning
from app.core.request_sources import describe_request
from app.domain.time.local_times import zone_or_utc
from app.organisation import queries as organisation

# A name that is being guessed from many addresses: so many of its tries at once, each so long.
# Half of the threads of pages at most may wait here (server/threaded_worker.py).
SLOW_SLOTS = BoundedSemaphore(2)
SLOW_SECONDS = 1.0
# Where the tries of a session are counted for a day.
SESSION_DAY = "session-day"
# With more tries left than this, nothing is said of them.
MAX_TRIES_TOLD = 3

LOCKOUT_HELP = {
    "passwords": "If you forgot yours, ask an admin for a new one.",
    "codes": "If you lost your phone, use a recovery code or ask an admin.",
}

lockout_log = ThrottledWarning(
    __name__,
    "too many wrong passwords or codes from one address, device or session: it is locked for "
    "15 minutes",
    "%s more lockouts after wrong passwords or codes in the last %s seconds",
)


class Lockout(NamedTuple):
    """What a locked-out visitor is told; `retry_after` is the value of the header, in seconds."""

    message: str
    retry_after: str


BUSY_LOCKOUT = Lockout("Too many attempts with this username. Try again in a few seconds.", "5")


def reserve_sign_in_attempt(username: str) -> ReservedAttempt | Lockout:
    """Count a try to sign in as a user; return the lockout when it must not be checked.

    On a device of the user's own it counts for that device alone: strangers who guess the name
    cannot lock it. Elsewhere it counts for the address, and for the name's tries of the day.
    """
    account_key = queries.build_account_key(username)
    device_id = known_devices.find_known_device(queries.find_user_by_name(username))
    if device_id:
        return reserve_attempt(queries.build_device_key(device_id), account_key)
    address_key = queries.build_address_key(request.remote_addr)
    return reserve_attempt(address_key, account_key, day_key=queries.build_day_key(username))


def reserve_code_attempt(user: AppUser) -> ReservedAttempt | Lockout:
    """Count a try to enter a code after the right password; return the lockout if it must not be.

    The sixth wrong code locks the second step of this user, or of their own device.
    """
    account_key = queries.build_account_key(user.username)
    device_id = known_devices.find_known_device(user)
    max_count = login_attempts.MAX_CODE_ATTEMPTS
    if device_id:
        key = f"code-{queries.build_device_key(device_id)}"
        return reserve_attempt(key, account_key, max_count=max_count)
    day_key = queries.build_day_key(user.username)
    return reserve_attempt(f"code:{user.id}", account_key, day_key=day_key, max_count=max_count)


def reserve_own_attempt() -> ReservedAttempt | Lockout:
    """Count a signed-in user's try to enter their own password or code once more.

    Whoever has copied the cookie shares this session and its ten tries in 15 minutes and hundred
    a day: its owner signs in again, and has another one. The tries count for the name as well, as
    at the sign-in; those of strangers there never lock a session that is open.
    """
    account_key = queries.build_account_key(current_user.username)
    open_session = current_session()
    if open_session is None:
        return reserve_attempt(queries.build_address_key(request.remote_addr), account_key)
    day_key = f"{SESSION_DAY}:{open_session.id}"
    return reserve_attempt(f"session:{open_session.id}", account_key, day_key=day_key)


def reserve_attempt(
    origin_key: str,
    account_key: str | None,
    *,
    day_key: str | None = None,
    max_count: int = login_attempts.MAX_ATTEMPTS,
) -> ReservedAttempt | Lockout:
    """Count a try that is about to be checked; return the lockout when it must not be."""
    # Read first: whoever goes on while locked causes no writes.
    if lockout := _find_lockout(origin_key, day_key):
        note_refusal("sign_in.tried_while_locked")
        return lockout
    with write():
        attempt = login_attempts.reserve_attempt(
            origin_key, account_key, day_key=day_key, max_count=max_count
        )
    if attempt is None:
        return _find_lockout(origin_key, day_key) or BUSY_LOCKOUT
    return attempt


def _find_lockout(origin_key: str, day_key: str | None) -> Lockout | None:
    end = queries.find_lockout_end(origin_key)
    if end is None and day_key:
        end = queries.find_lockout_end(day_key)
    if end is None:
        return None
    kind = "codes" if origin_key.startswith("code") else "passwords"
    zone = zone_or_utc(organisation.get_organisation_timezone())
    # Rounded up to the minute: at 12:05:30 the page must not say "until 12:05".
    local_end = (end + timedelta(seconds=59)).astimezone(zone)
    clock = format_time_of_day(local_end.time())
    if local_end.date() != now().astimezone(zone).date():
        clock = f"{clock} on {format_day(local_end.date())}"
    message = (
        f"Too many wrong {kind}. Try again after {clock} ({zone.key}){_describe_way_out(day_key)}. "
        f"{LOCKOUT_HELP[kind]}"
    )
    return Lockout(message, str(_count_seconds_until(end)))


def _describe_way_out(day_key: str | None) -> str:
    """Return what whoever knows the password may do before the lockout ends."""
    if not day_key:
        return ""
    if day_key.startswith(SESSION_DAY):
        return ", or sign out and sign in again"
    return ", or use a device where you have signed in before"


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


def warn_of_pause(attempt: ReservedAttempt) -> str:
    """Return how many tries are left, when they are few; they count for this device or address.

    Says nothing of the name that was typed: the count is the same for every name.
    """
    left = attempt.max_count - attempt.count
    if left > MAX_TRIES_TOLD:
        return ""
    minutes = int(LOCKOUT_WINDOW.total_seconds()) // 60
    if left <= 0:
        return f" That was the last try: wait {minutes} minutes or ask an admin to help."
    tries = "1 try" if left == 1 else f"{left} tries"
    return f" {tries} left before sign-in is locked for {minutes} minutes."


def give_attempt_back(attempt: ReservedAttempt) -> None:
    """Uncount a try that was not wrong."""
    with write():
        login_attempts.give_attempt_back(attempt)


def record_wrong_password(
    attempt: ReservedAttempt, username: str, verb: str = "sign_in.refused"
) -> None:
    """Write the audit row of a wrong password or code, and one more when it locks something.

    `username` is the name of a user, or "": people type passwords into the wrong field.
    """
    with audited_write(verb, username) as trace:
        user_id = trace.user_id = login_sessions.count_wrong_try(username)
        if attempt.locks_origin:
            details = _describe_origin(attempt)
            record_automatic_event("sign_in.locked", username, "", details, user_id)
        if attempt.account_count == login_attempts.MAX_QUICK_ATTEMPTS_PER_ACCOUNT:
            details = {"wrong_passwords": attempt.account_count}
            record_automatic_event("sign_in.slowed", username, "", details, user_id)
    if attempt.locks_origin:
        lockout_log.record_occurrence(describe_request())


def _describe_origin(attempt: ReservedAttempt) -> dict[str, object]:
    """Return the address that is locked, or what else is, without its number."""
    kind, separator, _ = attempt.origin_key.partition(":")
    if separator and kind in {"device", "session", "code", "code-device"}:
        return {"locked": kind}
    return {"locked": attempt.origin_key}

"""Counts tries to sign in, before the password is checked.

A try is reserved first and given back when the password is right: of 200 tries at once exactly
as many are checked as one after the other. Only where a try comes from can be locked, never a
user: a stranger who knows a name must not be able to keep its owner out.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, case, delete, func, literal, null, or_, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.sql.dml import ReturningInsert

from app.accounts.models import LOCKOUT_WINDOW, LoginAttempt
from app.core.clock import now
from app.core.column_types import UtcDateTime
from app.core.db import db

# Wrong passwords within LOCKOUT_WINDOW, from one address, device or session.
MAX_ATTEMPTS = 10
# Wrong codes of an authenticator app or recovery codes, for one user or known device.
MAX_CODE_ATTEMPTS = 6
# Wrong passwords and codes for one name in a day, from all devices that are not the user's own.
MAX_ATTEMPTS_A_DAY = 100
DAY = timedelta(days=1)
# Wrong passwords for one name, from anywhere; those after them are checked slowly.
MAX_QUICK_ATTEMPTS_PER_ACCOUNT = 20
LOGIN_ATTEMPT_RETENTION = timedelta(days=1)


@dataclass(frozen=True)
class ReservedAttempt:
    """A try that may be checked. The keys say where it was counted.

    `count` is how many tries the origin has had within the window, `account_count` the name.
    `max_count`: so many lock the origin. `day_key` counts those of a day.
    """

    origin_key: str
    account_key: str | None
    count: int
    account_count: int = 0
    max_count: int = MAX_ATTEMPTS
    day_key: str | None = None

    @property
    def locks_origin(self) -> bool:
        """Whether a wrong password now locks where it came from."""
        return self.count >= self.max_count

    @property
    def is_slow(self) -> bool:
        """Whether so many wrong passwords came for this name that each is checked slowly."""
        return self.account_count > MAX_QUICK_ATTEMPTS_PER_ACCOUNT


def reserve_attempt(
    origin_key: str,
    account_key: str | None = None,
    *,
    day_key: str | None = None,
    max_count: int = MAX_ATTEMPTS,
) -> ReservedAttempt | None:
    """Count a try before it is checked; return None when its origin is locked. Inside write().

    `day_key`: the try also counts for a day, and is refused after MAX_ATTEMPTS_A_DAY of them.
    """
    if day_key and not _count_try_of_day(day_key):
        return None
    count = db.session.scalar(_build_attempt_upsert(origin_key, max_count))
    if count is None:
        return None
    account_count = 0
    if account_key:
        account_count = db.session.scalar(_build_attempt_upsert(account_key, None)) or 0
    return ReservedAttempt(origin_key, account_key, count, account_count, max_count, day_key)


def _count_try_of_day(day_key: str) -> bool:
    statement = _build_attempt_upsert(day_key, MAX_ATTEMPTS_A_DAY, DAY)
    return db.session.scalar(statement) is not None


def count_limited_try(key: str, max_tries: int) -> bool:
    """Count a try of another kind under a key; False after `max_tries`. Inside write()."""
    return db.session.scalar(_build_attempt_upsert(key, max_tries)) is not None


def give_attempt_back(attempt: ReservedAttempt) -> None:
    """Uncount a try whose password was right, and forget old tries. Inside write()."""
    counted_keys = (attempt.origin_key, attempt.account_key, attempt.day_key)
    keys = [key for key in counted_keys if key]
    is_one_of_these = LoginAttempt.client_ip.in_(keys)
    counted = update(LoginAttempt).where(is_one_of_these, LoginAttempt.attempt_count > 0)
    db.session.execute(
        counted.values(attempt_count=LoginAttempt.attempt_count - 1, locked_until=None)
    )
    is_unlocked = or_(LoginAttempt.locked_until.is_(None), LoginAttempt.locked_until < now())
    is_old = and_(LoginAttempt.first_attempt_at < now() - LOGIN_ATTEMPT_RETENTION, is_unlocked)
    db.session.execute(delete(LoginAttempt).where(is_old))


def _build_attempt_upsert(
    key: str, max_attempts: int | None, window: timedelta = LOCKOUT_WINDOW
) -> ReturningInsert[Any]:
    """Build the statement that counts a try and returns the new count; none for a locked key.

    The try that reaches `max_attempts` is the last one and locks the key for as long as `window`.
    """
    # One guarded statement: tries through several threads and workers at once are all counted.
    attempt = LoginAttempt
    moment = literal(now(), UtcDateTime)
    window_start = literal(now() - window, UtcDateTime)
    lock_end = literal(now() + window, UtcDateTime)
    is_first = or_(
        attempt.first_attempt_at <= window_start,
        attempt.locked_until <= moment,
        attempt.attempt_count == 0,
    )
    locked_until: object = null()
    if max_attempts is not None:
        is_last = attempt.attempt_count + 1 >= max_attempts
        locked_until = case((is_first, null()), (is_last, lock_end), else_=null())
    changes = {
        "attempt_count": case((is_first, 1), else_=attempt.attempt_count + 1),
        "first_attempt_at": case((is_first, moment), else_=attempt.first_attempt_at),
        "locked_until": locked_until,
    }
    statement = insert(attempt).values(client_ip=key, attempt_count=1, first_attempt_at=moment)
    is_unlocked = func.coalesce(attempt.locked_until <= moment, True)
    statement = statement.on_conflict_do_update(["client_ip"], set_=changes, where=is_unlocked)
    return statement.returning(attempt.attempt_count)

"""The end of every sign-in: the session begins, and the user is told what happened meanwhile."""

from dataclasses import dataclass, field
from datetime import datetime

from flask import flash

from app.accounts import queries
from app.accounts.actions import login_attempts, login_sessions
from app.accounts.actions.login_attempts import ReservedAttempt
from app.accounts.actions.pending_sign_ins import end_pending_sign_in
from app.accounts.models import AppUser
from app.accounts.views.browser_sessions import describe_device, open_browser_session
from app.audit.actions import audited_write
from app.core.local_formats import format_local_time

# Fewer are somebody's own mistakes.
MANY_WRONG_TRIES = 4
GUESSED_MESSAGE = (
    "{} wrong passwords or codes were entered for your username{}. If that wasn't you, someone "
    "was guessing. They did not get in."
)
FACTOR_REMOVED_MESSAGE = (
    "An admin removed your second factor on {}. If you did not ask for that, tell an admin. "
    "You can set up a new one under Your account."
)


@dataclass(frozen=True)
class SignInProof:
    """How a user showed who they are.

    `attempt` is given back; `pending_id` is a sign-in that waited for a code, and ends.
    `session_key`: what the user must still have when the session begins.
    """

    session_key: str
    attempt: ReservedAttempt | None = None
    pending_id: int | None = None
    by_proxy: bool = False
    verb: str = "sign_in"
    details: dict[str, object] = field(default_factory=dict)


class SignInEnded(Exception):
    """The user was deleted, disabled or given another password meanwhile."""


@dataclass(frozen=True)
class _PastSignIn:
    """What is told at a sign-in, as it was before it."""

    signed_in_at: datetime | None
    wrong_tries: int
    factor_removed_at: datetime | None


def complete_sign_in(user: AppUser, proof: SignInProof, *, remember: bool) -> bool:
    """Begin a session and sign this browser in; False when the user may not sign in any more."""
    user_id, username = user.id, user.username
    past = _PastSignIn(user.signed_in_at, user.wrong_tries, user.factor_removed_at)
    device = describe_device(user)
    try:
        with audited_write(proof.verb, username) as trace:
            trace.user_id = user_id
            trace.details = proof.details | ({"new_device": True} if device.is_new else {})
            stored_user = _find_unchanged_user(user_id, proof)
            if proof.attempt is not None:
                login_attempts.give_attempt_back(proof.attempt)
            token = login_sessions.begin_session(
                stored_user, device, remember=remember, by_proxy=proof.by_proxy
            )
            login_sessions.record_sign_in(user_id)
    except SignInEnded:
        return False
    open_browser_session(stored_user, token, remember=remember)
    _tell_what_happened(past)
    return True


def _find_unchanged_user(user_id: int, proof: SignInProof) -> AppUser:
    """Return the user as stored now: checking a password takes 0.15 s. Raises SignInEnded."""
    user = queries.find_user(user_id)
    if user is None or user.disabled_at is not None or user.session_key != proof.session_key:
        raise SignInEnded
    if proof.pending_id is not None and not end_pending_sign_in(proof.pending_id):
        raise SignInEnded
    return user


def _tell_what_happened(past: _PastSignIn) -> None:
    if past.wrong_tries >= MANY_WRONG_TRIES:
        since = ""
        if past.signed_in_at is not None:
            since = f" since your last sign-in on {format_local_time(past.signed_in_at)}"
        flash(GUESSED_MESSAGE.format(past.wrong_tries, since), "warning")
    if past.factor_removed_at is not None:
        moment = format_local_time(past.factor_removed_at)
        flash(FACTOR_REMOVED_MESSAGE.format(moment), "warning")

"""Checking a password at the sign-in, where its hash is renewed if it is of a former method."""

import logging

from app.accounts import queries
from app.accounts.actions.user_changes import renew_password_hash
from app.accounts.models import AppUser
from app.accounts.password_hashes import hash_password, needs_new_hash
from app.accounts.views.browser_sessions import WRITE_ERRORS
from app.core.db import write

log = logging.getLogger(__name__)


def authenticate_and_renew(username: str, password: str) -> AppUser | None:
    """Return the user with this name and password, or None; see queries.authenticate_user().

    Only here the password is known, so that its hash can follow what is advised today.
    """
    user = queries.authenticate_user(username, password)
    if user is None or not needs_new_hash(user.password_hash):
        return user
    user_id, old_hash = user.id, user.password_hash
    new_hash = hash_password(password)
    try:
        with write():
            renew_password_hash(user_id, old_hash, new_hash)
    except WRITE_ERRORS:
        log.debug("the hash of a password was not renewed")
    return queries.find_user(user_id)

"""Finds users by their e-mail address, and users whose names would be taken for another name."""

from sqlalchemy import select

from app.accounts.models import AppUser
from app.accounts.queries import list_users
from app.audit.queries import list_audited_users
from app.core.db import db
from app.domain.accounts.lookalike_names import build_skeleton
from app.domain.texts.name_folding import fold_name


def find_similar_user(name: str, except_user_id: int | None = None) -> AppUser | None:
    """Return another user whose user name or display name looks like this name, or None."""
    skeleton = build_skeleton(name)
    for user in list_users():
        names = {build_skeleton(user.username), build_skeleton(user.shown_name)}
        if user.id != except_user_id and skeleton in names:
            return user
    return None


def is_name_of_former_user(name: str, user_id: int | None) -> bool:
    """Whether somebody else did things under this name, who is deleted or has another one now.

    Notes, drafts and conversations name users as they were called: a new user of that name would
    seem to have written them.
    """
    skeleton = build_skeleton(name)
    for key, former_name in list_audited_users():
        if key != str(user_id) and build_skeleton(former_name) == skeleton:
            return True
    return False


def is_name_of_other_user(user_id: int | None, name: str) -> bool:
    """Whether another user is called so, by user name or display name, in any spelling."""
    folded = fold_name(name)
    for user in list_users():
        if user.id != user_id and folded in (fold_name(user.username), fold_name(user.shown_name)):
            return True
    return False


def find_user_by_email(email: str) -> AppUser | None:
    """Return the user of this e-mail address in upper or lower case, or None."""
    return db.session.scalar(select(AppUser).where(AppUser.email == email))

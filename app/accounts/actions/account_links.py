"""Makes and uses the one-time links by which users choose a password. Inside write()."""

import secrets

from sqlalchemy import select, update

from app.accounts.actions.user_changes import delete_unused_links, set_user_password
from app.accounts.link_models import LINK_LIFETIMES, AccountLink, LinkKind
from app.accounts.models import AppUser, hash_session_token
from app.core.clock import now
from app.core.db import db


class LinkNotUsable(Exception):
    """The link was used, has ended or was replaced, or its user is disabled or gone."""


def make_link(user_id: int, kind: LinkKind, made_by_id: int | None = None) -> str:
    """Make a link of the user and return its token, which nothing keeps.

    A link that was made before and is not used ends.
    """
    delete_unused_links(user_id)
    token = secrets.token_urlsafe(32)
    db.session.add(
        AccountLink(
            user_id=user_id,
            kind=kind,
            token_hash=hash_session_token(token),
            made_by_id=made_by_id,
            ends_at=now() + LINK_LIFETIMES[kind],
        )
    )
    db.session.flush()
    return token


def use_link(token: str, password_hash: str) -> int:
    """Store the password that was chosen with a link; return the id of its user.

    The user's sessions end. Raises LinkNotUsable: of two uses at the same time one counts.
    """
    is_enabled = select(AppUser.id).where(AppUser.disabled_at.is_(None))
    statement = (
        update(AccountLink)
        .where(
            AccountLink.token_hash == hash_session_token(token),
            AccountLink.used_at.is_(None),
            AccountLink.ends_at > now(),
            AccountLink.user_id.in_(is_enabled),
        )
        .values(used_at=now())
        .returning(AccountLink.user_id)
        .execution_options(synchronize_session=False)
    )
    user_id = db.session.scalar(statement)
    if user_id is None:
        raise LinkNotUsable
    set_user_password(user_id, password_hash, must_change=False)
    return user_id

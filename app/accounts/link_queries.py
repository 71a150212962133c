"""Reads the one-time links by which users choose a password."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.accounts.link_models import AccountLink, LinkKind
from app.accounts.models import AppUser, hash_session_token
from app.core.clock import now
from app.core.db import db


@dataclass(frozen=True)
class FoundLink:
    """A link that somebody opened, and whose it is."""

    user_id: int
    username: str
    shown_name: str
    kind: LinkKind
    ends_at: datetime
    used_at: datetime | None
    is_disabled: bool

    @property
    def is_usable(self) -> bool:
        """Whether it still opens the page for a new password."""
        return self.used_at is None and not self.has_ended and not self.is_disabled

    @property
    def has_ended(self) -> bool:
        """Whether its time is over."""
        return self.ends_at <= now()


def find_link(token: str) -> FoundLink | None:
    """Return the link with this token, usable or not; None where there is none."""
    if not token:
        return None
    statement = select(AccountLink, AppUser).join(AppUser, AppUser.id == AccountLink.user_id)
    statement = statement.where(AccountLink.token_hash == hash_session_token(token))
    row = db.session.execute(statement).first()
    if row is None:
        return None
    link, user = row
    return FoundLink(
        user.id,
        user.username,
        user.shown_name,
        link.kind,
        link.ends_at,
        link.used_at,
        user.disabled_at is not None,
    )


def find_open_link(user_id: int) -> AccountLink | None:
    """Return the link that a user can still use, or None."""
    return find_open_links([user_id]).get(user_id)


def find_open_links(user_ids: Sequence[int]) -> dict[int, AccountLink]:
    """Return the links that these users can still use, by user."""
    statement = select(AccountLink).where(
        AccountLink.user_id.in_(user_ids),
        AccountLink.used_at.is_(None),
        AccountLink.ends_at > now(),
    )
    return {link.user_id: link for link in db.session.scalars(statement)}

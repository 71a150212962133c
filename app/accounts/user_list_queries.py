"""Reads the list of users, with the state of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select

from app.accounts.link_models import AccountLink, LinkKind
from app.accounts.link_queries import find_open_links
from app.accounts.models import AppUser
from app.accounts.password_hashes import NO_PASSWORD_HASH
from app.core.db import db
from app.core.fetched_rows import count_rows
from app.core.pagination import ListPage, ListParams, clamp_to_last_page

USER_SORTS = ("username", "role", "created_at", "last_seen_at")


@dataclass(frozen=True)
class UserState:
    """Whether a user can sign in: a word, what kind of tag it is, and the moment it tells."""

    kind: str
    word: str
    moment: datetime | None = None
    preposition: str = ""


def fetch_users_page(params: ListParams) -> ListPage:
    """Return a page of the users that match the search."""
    users = select(AppUser)
    if params.search:
        names = (AppUser.username, AppUser.display_name, AppUser.email)
        users = users.where(or_(*[n.icontains(params.search, autoescape=True) for n in names]))
    total = count_rows(users.subquery())
    params = clamp_to_last_page(total, params)
    order: Any = getattr(AppUser, params.sort)
    if params.descending:
        order = order.desc()
    page_rows = users.order_by(order, AppUser.id).limit(params.per_page).offset(params.offset)
    return ListPage(db.session.scalars(page_rows).all(), total, params)


def find_user_states(users: Sequence[AppUser]) -> dict[int, UserState]:
    """Return the state of each of these users, by id."""
    links = find_open_links([user.id for user in users])
    return {user.id: describe_user_state(user, links.get(user.id)) for user in users}


def describe_user_state(user: AppUser, link: AccountLink | None) -> UserState:
    """Return the state of a user. `link`: the one that they can still use, or None."""
    if user.disabled_at is not None:
        return UserState("bad", "disabled", user.disabled_at, "since")
    if link is not None and link.kind is LinkKind.INVITE:
        return UserState("info", "invited", link.ends_at, "until")
    if user.password_hash == NO_PASSWORD_HASH:
        return UserState("warn", "has no password")
    if link is not None:
        return UserState("info", "reset link", link.ends_at, "until")
    if user.must_change_password:
        return UserState("warn", "must change password")
    return UserState("ok", "active")

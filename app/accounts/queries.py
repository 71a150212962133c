"""Reads users, checks passwords, and finds lockouts."""

import hashlib
import ipaddress
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from hmac import compare_digest
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select

from app.accounts.models import AppUser, LoginAttempt, verify_password
from app.core.clock import now
from app.core.db import db
from app.core.pagination import ListPage, ListParams, clamp_to_last_page
from app.domain.accounts.roles import Role
from app.domain.texts.text_cleaning import clean_name
from app.domain.texts.whole_numbers import parse_id
from app.organisation import queries as organisation

USER_SORTS = ("username", "role", "created_at")
# The hash of no password. It is checked when there is no such user, so that the response takes as
# long as for an existing one.
DUMMY_PASSWORD_HASH = "scrypt:32768:8:1$SpzXvBqMWnTfYhLc$" + "5b" * 64


def has_users() -> bool:
    """Whether there is any user."""
    return bool(db.session.scalar(select(exists().where(AppUser.id.is_not(None)))))


def find_user(user_id: int) -> AppUser | None:
    """Return the user with this id, or None."""
    return db.session.get(AppUser, user_id)


def load_session_user(cookie_id: str) -> AppUser | None:
    """Return the user of a session or remember-me cookie; None if their session key has changed.

    `cookie_id` is what AppUser.get_id() returned.
    """
    id_text, _, session_key = cookie_id.partition(":")
    user_id = parse_id(id_text)
    if user_id is None:
        return None
    user = _load_user_and_organisation(user_id)
    if user is None or not compare_digest(user.session_key.encode(), session_key.encode()):
        return None
    return user


def _load_user_and_organisation(user_id: int) -> AppUser | None:
    """Return the user, and cache the organisation's row, which every page needs.

    One statement for both saves a statement a page.
    """
    statement = organisation.join_organisation(select(AppUser).where(AppUser.id == user_id))
    row = db.session.execute(statement).first()
    if row is None:
        return None
    user: AppUser = row[0]
    organisation.cache_organisation(row[1])
    return user


def clean_username(text: str | None) -> str:
    """Return a typed user name as it is stored.

    It has one line, single spaces, no control characters, and letters in Unicode's NFC form.
    """
    return clean_name(unicodedata.normalize("NFC", text or "")) or ""


def find_user_by_name(username: str) -> AppUser | None:
    """Return the user of this name in upper or lower case, or None."""
    user = db.session.scalar(select(AppUser).where(AppUser.username == username))
    if user is not None or username.isascii():
        return user
    # The column's NOCASE collation folds the case of ASCII letters only.
    folded_name = username.casefold()
    for user in db.session.scalars(select(AppUser)):
        if user.username.casefold() == folded_name:
            return user
    return None


def authenticate_user(username: str, password: str) -> AppUser | None:
    """Return the user with this name and password, or None. Takes as long for an unknown name."""
    user = find_user_by_name(username)
    if user is None:
        verify_password(DUMMY_PASSWORD_HASH, password)
        return None
    if not user.check_password(password):
        return None
    return user


def is_last_admin(candidate: AppUser) -> bool:
    """Whether the user is the last admin. For the page only: actions use guarded statements."""
    return candidate.is_admin and not db.session.scalar(select(has_other_admin(candidate.id)))


def has_other_admin(user_id: int) -> ColumnElement[bool]:
    """Return the condition, for guarded statements, that another user is an admin."""
    admins = AppUser.__table__.alias()
    is_other_admin = exists().where(admins.c.role == Role.ADMIN, admins.c.id != user_id)
    return is_other_admin.correlate_except(admins)


def list_admin_names() -> Sequence[str]:
    """Return the names of the admins in alphabetical order."""
    return db.session.scalars(
        select(AppUser.username).where(AppUser.role == Role.ADMIN).order_by("username")
    ).all()


def list_users() -> Sequence[AppUser]:
    """Return every user, by name."""
    return db.session.scalars(select(AppUser).order_by(AppUser.username)).all()


def list_usernames() -> Sequence[str]:
    """Return the names of all users in alphabetical order."""
    return db.session.scalars(select(AppUser.username).order_by(func.lower(AppUser.username))).all()


def fetch_users_page(params: ListParams) -> ListPage:
    """Return a page of the users that match the search."""
    users = select(AppUser)
    if params.search:
        users = users.where(AppUser.username.icontains(params.search, autoescape=True))
    total = db.session.scalar(select(func.count()).select_from(users.subquery())) or 0
    params = clamp_to_last_page(total, params)
    order: Any = getattr(AppUser, params.sort)
    if params.descending:
        order = order.desc()
    page_rows = users.order_by(order, AppUser.id).limit(params.per_page).offset(params.offset)
    return ListPage(db.session.scalars(page_rows).all(), total, params)


def build_address_key(address: str | None) -> str:
    """Return the key under which failed logins of a network address are counted.

    It is the IPv4 address, or the /64 network of an IPv6 address, which one household has.
    """
    try:
        ip_address = ipaddress.ip_address((address or "").partition("%")[0])
    except ValueError:
        return (address or "")[:45]
    if ip_address.version == 4:
        return str(ip_address)
    return str(ip_address.ipv4_mapped or ipaddress.ip_network((ip_address, 64), strict=False))


def build_account_key(username: str) -> str:
    """Return the key under which failed logins of a user name, existing or not, are counted."""
    # A hash: people type passwords into the wrong field, and those must not be stored.
    return "account:" + hashlib.sha256(username.casefold().encode()).hexdigest()[:32]


def find_lockout_end(*keys: str) -> datetime | None:
    """Return when the longest lockout of these keys ends; None when no key is locked out."""
    last_end = select(func.max(LoginAttempt.locked_until)).where(LoginAttempt.client_ip.in_(keys))
    locked_until = db.session.scalar(last_end)
    if locked_until is None or locked_until <= now():
        return None
    return locked_until


def find_first_admin_username() -> str | None:
    """Return the name of the admin who has been here longest, or None before the first."""
    statement = select(AppUser.username).where(AppUser.role == Role.ADMIN)
    return db.session.scalar(statement.order_by(AppUser.id).limit(1))

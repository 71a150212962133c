"""Reading users, checking passwords, and who is locked out."""

import hashlib
import ipaddress
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from hmac import compare_digest
from typing import Any

from flask import g
from sqlalchemy import ColumnElement, exists, func, select, true

from app.accounts.models import AppUser, LoginAttempt, verify_password
from app.core.clock import now
from app.core.db import db
from app.core.pagination import ListPage, ListParams, clamp_to_last_page
from app.domain.accounts.roles import Role
from app.domain.texts.text_cleaning import clean_name
from app.organisation.models import Organisation

USER_SORTS = ("username", "role", "created_at")
# Of nobody's password. Checked when there is no such user, so that the answer takes as long as
# for a real one.
DUMMY_PASSWORD_HASH = "scrypt:32768:8:1$SpzXvBqMWnTfYhLc$" + "5b" * 64


def has_users() -> bool:
    """Whether there is any user yet."""
    return bool(db.session.scalar(select(exists().where(AppUser.id.is_not(None)))))


def find_user(user_id: int) -> AppUser | None:
    """The user with this id."""
    return db.session.get(AppUser, user_id)


def load_session_user(carried: str) -> AppUser | None:
    """The user whose session or remember-me cookie carries this; None once their session key
    has changed.
    """
    number, _, session_key = carried.partition(":")
    found = (
        _load_user_and_organisation(int(number))
        if number.isascii() and number.isdigit() and len(number) < 19
        else None
    )
    same = found is not None and compare_digest(found.session_key.encode(), session_key.encode())
    return found if same else None


def _load_user_and_organisation(user_id: int) -> AppUser | None:
    """A user, and with them the organisation's row, which every page names: one statement less
    for each page.

    The session forgets rows that nobody holds, so the request holds it.
    """
    both = (
        select(AppUser, Organisation).outerjoin(Organisation, true()).where(AppUser.id == user_id)
    )
    row = db.session.execute(both).first()
    if row is None:
        return None
    found: AppUser = row[0]
    g.organisation = row[1]
    return found


def clean_username(text: str | None) -> str:
    """A typed user name as it is kept: one line, single spaces, no controls, one spelling of
    each letter.
    """
    return clean_name(unicodedata.normalize("NFC", text or "")) or ""


def find_user_by_name(username: str) -> AppUser | None:
    """The user of this name, in capitals or not."""
    found = db.session.scalar(select(AppUser).where(AppUser.username == username))
    if found is None and not username.isascii():  # the database folds the case of ASCII only
        everybody = db.session.scalars(select(AppUser))
        return next(
            (each for each in everybody if each.username.casefold() == username.casefold()),
            None,
        )
    return found


def authenticate_user(username: str, password: str) -> AppUser | None:
    """The user whom name and password belong to. As slow for a name that nobody has."""
    found = find_user_by_name(username)
    if found is None:
        verify_password(DUMMY_PASSWORD_HASH, password)
        return None
    return found if found.check_password(password) else None


def is_last_admin(candidate: AppUser) -> bool:
    """Whether this is the last admin. For the page only: actions decide by the database."""
    return candidate.is_admin and not db.session.scalar(select(has_other_admin(candidate.id)))


def has_other_admin(user_id: int) -> ColumnElement[bool]:
    """For guarded statements: there is an admin besides this user."""
    other = AppUser.__table__.alias()
    return exists().where(other.c.role == Role.ADMIN, other.c.id != user_id).correlate_except(other)


def list_admin_names() -> Sequence[str]:
    """The admins' names."""
    return db.session.scalars(
        select(AppUser.username).where(AppUser.role == Role.ADMIN).order_by("username")
    ).all()


def list_users() -> Sequence[AppUser]:
    """Return every user, by name."""
    return db.session.scalars(select(AppUser).order_by(AppUser.username)).all()


def list_usernames() -> Sequence[str]:
    """Everybody who signs in, by name."""
    return db.session.scalars(select(AppUser.username).order_by(func.lower(AppUser.username))).all()


def fetch_users_page(asked: ListParams) -> ListPage:
    """A page of the users, by name unless asked otherwise."""
    wanted = select(AppUser)
    if asked.search:
        wanted = wanted.where(AppUser.username.icontains(asked.search, autoescape=True))
    total = db.session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    asked = clamp_to_last_page(total, asked)
    column: Any = getattr(AppUser, asked.sort)
    order = column.desc() if asked.descending else column.asc()
    rows = db.session.scalars(
        wanted.order_by(order, AppUser.id).limit(asked.per_page).offset(asked.offset)
    ).all()
    return ListPage(rows, total, asked)


def build_address_key(address: str | None) -> str:
    """Under which wrong tries from a network address are counted; a whole /64 of IPv6 is one
    household.
    """
    try:
        read = ipaddress.ip_address((address or "").partition("%")[0])
    except ValueError:
        return (address or "")[:45]
    if read.version == 4:
        return str(read)
    return str(read.ipv4_mapped or ipaddress.ip_network((read, 64), strict=False))


def build_account_key(username: str) -> str:
    """Under which wrong tries for a user name are counted, whether anybody has that name or not."""
    return "account:" + hashlib.sha256(username.casefold().encode()).hexdigest()[:32]


def find_lockout_end(*keys: str) -> datetime | None:
    """Until when one of these is locked out; None when none is."""
    until = select(func.max(LoginAttempt.locked_until)).where(LoginAttempt.client_ip.in_(keys))
    moment = db.session.scalar(until)
    return moment if moment is not None and moment > now() else None

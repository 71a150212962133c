"""The layout of every page: the organisation's name, the menu and the banners."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from flask import Flask, current_app, has_request_context, request, url_for
from flask_login import current_user
from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import SQLAlchemyError

from app.core.access import may_open
from app.core.db import db
from app.core.settings import Settings, current_settings
from app.core.version import VERSION
from app.delivery.queries.heartbeat import (
    HEARTBEAT_COLUMNS,
    Heartbeat,
    build_heartbeat,
)
from app.delivery.queries.installation import REAL_CARRIER, build_waiting_count
from app.notices.queries.notice_lists import select_unread_count
from app.organisation import queries as organisation
from app.page_banners import Banner, build_banners, build_carrier_banners

ENDPOINTS_ABOUT_NOTICES = {"notices.list_notices", "notices.edit_own_choices"}
ENDPOINTS_ABOUT_ONESELF = {
    "accounts.change_own_password",
    "accounts.confirm_sign_in",
    "accounts.edit_own_email",
    "accounts.list_own_sessions",
    "accounts.show_second_factor",
}


@dataclass(frozen=True)
class MenuEntry:
    """An entry of the menu.

    `tab`: also in the bottom bar of small screens. `count`: builds a column for a SELECT, the
    number of things that wait behind the entry. `paths`: first segments of the addresses of other
    pages that belong to it.
    """

    label: str
    endpoint: str
    icon: str
    group: str = ""
    sandbox: bool = False
    tab: bool = False
    count: Callable[[], ColumnElement[int]] | None = None
    paths: tuple[str, ...] = ()


@dataclass(frozen=True)
class MenuItem:
    """An entry of the menu as one page shows it."""

    label: str
    url: str
    icon: str
    group: str = ""
    current: bool = False
    count: int | None = None


@dataclass(frozen=True)
class SignedInUser:
    """The signed-in user, for the lowest entry of the menu.

    `storage_key` says to scripts whose text is kept in the browser; no other user ever has it.
    """

    username: str
    storage_key: str
    account_url: str
    logout_url: str
    current: bool = False


@dataclass(frozen=True)
class Layout:
    """The values that base.html needs."""

    organisation: str
    menu: list[MenuItem] = field(default_factory=list)
    tabs: list[MenuItem] = field(default_factory=list)
    banners: list[Banner] = field(default_factory=list)
    user: SignedInUser | None = None
    new_blast_url: str | None = None
    search_url: str = ""
    live_url: str = ""
    notices: MenuItem | None = None
    theme: str = ""
    version: str = VERSION


def install_layout(app: Flask, menu: Sequence[MenuEntry]) -> None:
    """Pass the variable `layout` to every template of `app`."""
    app.extensions["menu"] = menu
    app.context_processor(lambda: {"layout": _build_layout(menu)})


def list_visible_pages() -> list[MenuItem]:
    """Return the entries of the menu that the signed-in user sees, without counts."""
    menu: Sequence[MenuEntry] = current_app.extensions["menu"]
    return [_build_menu_item(entry, None) for entry in _list_visible_entries(menu)]


def _list_visible_entries(menu: Iterable[MenuEntry]) -> list[MenuEntry]:
    settings = current_settings()
    return [entry for entry in menu if _is_entry_visible(entry, settings)]


def _build_layout(menu: Sequence[MenuEntry]) -> Layout:
    """Build the layout of this request; without the database, an empty one for the error page."""
    try:
        if has_request_context() and current_user.is_authenticated:
            return _build_user_layout(menu)
        return _build_public_layout()
    # sqlite3.Error comes unwrapped while a connection is being made.
    except (SQLAlchemyError, sqlite3.Error):
        return Layout("SMS Admin")


def _build_public_layout() -> Layout:
    return Layout(
        organisation.get_organisation().name,
        banners=build_carrier_banners(current_settings(), is_signed_in=False),
    )


def _build_user_layout(menu: Sequence[MenuEntry]) -> Layout:
    settings = current_settings()
    entries = _list_visible_entries(menu)
    state = _fetch_page_state(entries)
    items, tabs = [], []
    for entry in entries:
        item = _build_menu_item(entry, state.counts.get(entry.endpoint))
        items.append(item)
        if entry.tab:
            tabs.append(item)
    may_compose = may_open("blasts.compose_blast")
    if may_compose:
        # The button for a new blast is in the middle of the bottom bar.
        tabs.insert(2, _build_compose_tab())
    return Layout(
        organisation=organisation.get_organisation().name,
        menu=items,
        tabs=tabs,
        banners=build_banners(settings, state.heartbeat, state.waiting_count),
        user=_build_signed_in_user(),
        new_blast_url=url_for("blasts.compose_blast") if may_compose else None,
        search_url=url_for("navigation.show_search"),
        live_url=url_for("navigation.show_live_state"),
        notices=_build_notices_item(state.unread_count),
        theme=current_user.theme,
    )


def _is_entry_visible(entry: MenuEntry, settings: Settings) -> bool:
    if entry.sandbox and settings.carrier != "sandbox":
        return False
    return may_open(entry.endpoint)


@dataclass(frozen=True)
class PageState:
    """What every page says of the program.

    `counts`: what waits behind menu entries, by endpoint. `waiting_count`: blasts that were made
    for the real carrier. `unread_count`: the user's notices.
    """

    heartbeat: Heartbeat
    waiting_count: int
    unread_count: int
    counts: dict[str, int]


def _fetch_page_state(entries: Sequence[MenuEntry]) -> PageState:
    """Fetch it with one statement for all, because every page needs them."""
    counted = {entry.endpoint: entry.count() for entry in entries if entry.count is not None}
    waiting_count, unread_count = build_waiting_count(REAL_CARRIER), _select_unread_count()
    columns = (*HEARTBEAT_COLUMNS, waiting_count, unread_count, *counted.values())
    row = db.session.execute(select(*columns)).one()
    heartbeat = build_heartbeat(*row[: len(HEARTBEAT_COLUMNS)])
    waiting, unread, *counts = row[len(HEARTBEAT_COLUMNS) :]
    return PageState(heartbeat, waiting, unread, dict(zip(counted, counts, strict=True)))


def _select_unread_count() -> ColumnElement[int]:
    return select_unread_count(current_user.id)


def _build_menu_item(entry: MenuEntry, count: int | None) -> MenuItem:
    url = url_for(entry.endpoint)
    # An entry is current on every page whose path begins with the same segment.
    is_same_feature = request.path.split("/")[1] in (url.split("/")[1], *entry.paths)
    # Home's path is one slash: its other pages are known by their blueprint.
    is_page_of_home = url == "/" and request.blueprint == "dashboard" and request.path != "/help"
    is_current = is_same_feature and request.endpoint != "blasts.compose_blast"
    return MenuItem(entry.label, url, entry.icon, entry.group, is_current or is_page_of_home, count)


def _build_compose_tab() -> MenuItem:
    is_current = request.endpoint == "blasts.compose_blast"
    return MenuItem("New blast", url_for("blasts.compose_blast"), "pencil", current=is_current)


def _build_notices_item(unread_count: int) -> MenuItem:
    url = url_for("notices.list_notices")
    is_current = request.endpoint in ENDPOINTS_ABOUT_NOTICES
    return MenuItem("Notifications", url, "bell", current=is_current, count=unread_count)


def _build_signed_in_user() -> SignedInUser:
    return SignedInUser(
        current_user.shown_name,
        storage_key=f"{current_user.id}-{current_user.created_at.timestamp():.0f}",
        account_url=url_for("accounts.change_own_password"),
        logout_url=url_for("accounts.logout"),
        current=request.endpoint in ENDPOINTS_ABOUT_ONESELF,
    )

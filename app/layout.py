"""The layout of every page: the organisation's name, the menu and the banners."""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from flask import Flask, current_app, has_request_context, request, url_for
from flask_login import current_user
from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import SQLAlchemyError

from app.core.db import db
from app.core.settings import Settings, current_settings
from app.core.template_filters import format_local_time
from app.core.version import VERSION
from app.delivery.actions.refusal_records import Refusal
from app.delivery.queries.heartbeat import (
    ENGINE_TROUBLE_KEY,
    HEARTBEAT_COLUMNS,
    Heartbeat,
    build_heartbeat,
)
from app.delivery.queries.installation import REAL_CARRIER, count_waiting_for
from app.delivery.queries.refused_calls import find_refused_calls
from app.organisation import queries as organisation

# Where somebody looks who wonders why no text comes in.
ENDPOINTS_ABOUT_CALLS = {"dashboard.show_dashboard", "organisation.edit_settings"}
ENDPOINTS_ABOUT_ONESELF = {"accounts.change_own_password", "accounts.list_own_sessions"}


@dataclass(frozen=True)
class MenuEntry:
    """An entry of the menu.

    `tab`: also in the bottom bar of small screens. `count`: builds a column for a SELECT, the
    number of things that wait behind the entry.
    """

    label: str
    endpoint: str
    icon: str
    group: str = ""
    admin: bool = False
    sandbox: bool = False
    tab: bool = False
    count: Callable[[], ColumnElement[int]] | None = None


@dataclass(frozen=True)
class MenuItem:
    """An entry of the menu as one page shows it."""

    label: str
    url: str
    icon: str
    group: str = ""
    current: bool = False
    count: int = 0


@dataclass(frozen=True)
class Banner:
    """A sentence above every page. `kind`: info, warn or bad."""

    kind: str
    title: str
    text: str
    links: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class SignedInUser:
    """The signed-in user, for the lowest entry of the menu."""

    username: str
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
    theme: str = ""
    version: str = VERSION


def install_layout(app: Flask, menu: Sequence[MenuEntry]) -> None:
    """Pass the variable `layout` to every template of `app`."""
    app.context_processor(lambda: {"layout": _build_layout(menu)})


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
        banners=_build_carrier_banners(current_settings(), is_signed_in=False),
    )


def _build_user_layout(menu: Sequence[MenuEntry]) -> Layout:
    settings = current_settings()
    is_admin = bool(current_user.is_admin)
    entries = [entry for entry in menu if _is_entry_visible(entry, settings, is_admin=is_admin)]
    heartbeat, counts = _fetch_heartbeat_and_counts(entries)
    items, tabs = [], []
    for entry in entries:
        item = _build_menu_item(entry, counts.get(entry.endpoint, 0))
        items.append(item)
        if entry.tab:
            tabs.append(item)
    # The button for a new blast is in the middle of the bottom bar.
    tabs.insert(2, _build_compose_tab())
    return Layout(
        organisation=organisation.get_organisation().name,
        menu=items,
        tabs=tabs,
        banners=[
            *_build_carrier_banners(settings, is_signed_in=True),
            *_build_outage_banners(heartbeat),
            *_build_refused_calls_banners(settings),
        ],
        user=_build_signed_in_user(),
        new_blast_url=url_for("blasts.compose_blast"),
        theme=current_user.theme,
    )


def _is_entry_visible(entry: MenuEntry, settings: Settings, *, is_admin: bool) -> bool:
    if entry.sandbox and settings.carrier != "sandbox":
        return False
    return is_admin or not entry.admin


def _fetch_heartbeat_and_counts(
    entries: Sequence[MenuEntry],
) -> tuple[Heartbeat, dict[str, int]]:
    """Return the engine's heartbeat, and by endpoint the counts of the entries that have one.

    One statement for both, because every page needs them.
    """
    endpoints = []
    count_columns = []
    for entry in entries:
        if entry.count is not None:
            endpoints.append(entry.endpoint)
            count_columns.append(entry.count())
    row = db.session.execute(select(*HEARTBEAT_COLUMNS, *count_columns)).one()
    heartbeat = build_heartbeat(*row[: len(HEARTBEAT_COLUMNS)])
    return heartbeat, dict(zip(endpoints, row[len(HEARTBEAT_COLUMNS) :], strict=True))


def _build_menu_item(entry: MenuEntry, count: int) -> MenuItem:
    url = url_for(entry.endpoint)
    # An entry is current on every page whose path begins with the same segment.
    is_same_feature = request.path.split("/")[1] == url.split("/")[1]
    # Home's path is one slash: its other pages are known by their blueprint.
    is_page_of_home = url == "/" and request.blueprint == "dashboard"
    is_current = is_same_feature and request.endpoint != "blasts.compose_blast"
    return MenuItem(entry.label, url, entry.icon, entry.group, is_current or is_page_of_home, count)


def _build_compose_tab() -> MenuItem:
    is_current = request.endpoint == "blasts.compose_blast"
    return MenuItem("New blast", url_for("blasts.compose_blast"), "pencil", current=is_current)


def _build_signed_in_user() -> SignedInUser:
    return SignedInUser(
        current_user.username,
        account_url=url_for("accounts.change_own_password"),
        logout_url=url_for("accounts.logout"),
        current=request.endpoint in ENDPOINTS_ABOUT_ONESELF,
    )


def _build_carrier_banners(settings: Settings, *, is_signed_in: bool) -> list[Banner]:
    """Return the banner that says that no real texts are sent, if so."""
    if settings.missing_twilio_variables:
        names = " and ".join(settings.missing_twilio_variables)
        text = f"{names} missing. Until all are set, no real texts are sent."
        return [Banner("bad", "Twilio is half set up.", text)]
    if settings.carrier != "sandbox":
        return []
    links = []
    banners = []
    if is_signed_in:
        links.append(("Practice phone", url_for("sandbox.list_phones")))
        banners = _build_missing_settings_banners()
    return [Banner("warn", "Practice mode.", "No real texts are sent.", links), *banners]


def _build_missing_settings_banners() -> list[Banner]:
    """Return the banner that says that what was made for Twilio waits, if anything does."""
    count = count_waiting_for(REAL_CARRIER)
    if count == 0:
        return []
    blasts = "1 blast waits" if count == 1 else f"{count:,} blasts wait"
    text = (
        "Set TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_FROM_NUMBER (or "
        "TWILIO_MESSAGING_SERVICE_SID) as before, and start again; or cancel them."
    )
    links = [("Scheduled", url_for("blasts.list_scheduled_blasts"))]
    return [Banner("bad", f"{blasts} for Twilio's settings.", text, links)]


def _build_outage_banners(heartbeat: Heartbeat) -> list[Banner]:
    """Return the banners that say why the engine sends nothing, for signed-in users only."""
    title = "Nothing is being sent right now."
    banners = []
    trouble = current_app.extensions.get(ENGINE_TROUBLE_KEY, "")
    if trouble:
        banners.append(Banner("bad", title, trouble))
    if heartbeat.hold is not None:
        text = f"{heartbeat.outage_reason.capitalize()}. Blasts wait until a person has looked."
        links = [("See what to do", url_for("dashboard.show_sending_hold"))]
        banners.append(Banner("bad", title, text, links))
    elif heartbeat.outage_reason:
        reason = heartbeat.outage_reason.capitalize()
        text = f"{reason}; blasts wait. Start SMS Admin with its own command (see the README)."
        banners.append(Banner("bad", title, text))
    return banners


def _build_refused_calls_banners(settings: Settings) -> list[Banner]:
    """Return the banner that says that the carrier's calls are refused, with both addresses."""
    if request.endpoint not in ENDPOINTS_ABOUT_CALLS:
        return []
    refused = find_refused_calls(settings.carrier)
    if refused is None:
        return []
    calls = "1 call" if refused.count == 1 else f"{refused.count:,} calls"
    title = f"{calls} of Twilio refused since {format_local_time(refused.first_at)}."
    refusal = Refusal(refused.kind, refused.expected_url, refused.called_url, refused.fitting_url)
    text = (
        f"Texts from people and receipts do not come in by themselves. Calls are expected at "
        f"{refused.expected_url}, and the last one came to {refused.called_url}. {refusal.advice}"
    )
    return [Banner("bad", title, text)]

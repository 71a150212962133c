"""What surrounds every page: the organisation's name, the menu, the banners."""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, current_app, has_request_context, request, url_for
from flask_login import current_user
from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import SQLAlchemyError

from app.core.db import db
from app.core.settings import Settings, current_settings
from app.delivery.queries.heartbeat import (
    ENGINE_TROUBLE_KEY,
    HEARTBEAT_COLUMNS,
    Heartbeat,
    build_heartbeat,
)
from app.organisation import queries as organisation


@dataclass(frozen=True)
class MenuEntry:
    """A line of the menu.

    `tab`: also in the bottom bar of a phone; `count`: for a select, how much waits there.
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
    """A line of the menu as one page shows it."""

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
    """The signed-in person, for the corner of the menu."""

    username: str
    account_url: str
    logout_url: str
    current: bool = False


@dataclass(frozen=True)
class Layout:
    """Everything base.html needs."""

    organisation: str
    menu: list[MenuItem]
    tabs: list[MenuItem]
    banners: list[Banner]
    user: SignedInUser | None
    new_blast_url: str | None
    theme: str


def install_layout(app: Flask, menu: Sequence[MenuEntry]) -> None:
    """Give every template the variable `layout`."""
    app.context_processor(lambda: {"layout": _build_layout(app, menu)})


def _build_layout(app: Flask, menu: Sequence[MenuEntry]) -> Layout:
    """Build the layout of this request.

    A page that says that the database is broken must not need the database.
    """
    try:
        return _build_full_layout(menu)
    except (
        SQLAlchemyError,
        sqlite3.Error,
    ):  # the second comes unwrapped while a connection is being made
        return Layout("SMS Admin", [], [], [], None, None, "")


def _build_full_layout(menu: Sequence[MenuEntry]) -> Layout:
    settings = current_settings()
    signed_in = has_request_context() and current_user.is_authenticated
    if not signed_in:
        return Layout(
            organisation.get_organisation().name,
            [],
            [],
            _build_banners(settings),
            None,
            None,
            "",
        )
    shown = [each for each in menu if _is_entry_visible(each, settings)]
    heartbeat, counts = _fetch_heartbeat_and_counts(shown)
    lines = [_build_menu_item(each, counts.get(each.endpoint, 0)) for each in shown]
    tabs = [line for line, each in zip(lines, shown, strict=True) if each.tab]
    account = request.endpoint == "accounts.change_own_password"
    who = SignedInUser(
        current_user.username,
        url_for("accounts.change_own_password"),
        url_for("accounts.logout"),
        account,
    )
    compose = MenuItem(
        "New blast",
        url_for("blasts.compose_blast"),
        "pencil",
        current=request.endpoint == "blasts.compose_blast",
    )
    return Layout(
        organisation=organisation.get_organisation().name,
        menu=lines,
        tabs=[*tabs[:2], compose, *tabs[2:]],
        banners=_build_banners(settings, heartbeat),
        user=who,
        new_blast_url=url_for("blasts.compose_blast"),
        theme=current_user.theme,
    )


def _is_entry_visible(entry: MenuEntry, settings: Settings) -> bool:
    if entry.sandbox and settings.carrier != "sandbox":
        return False
    return bool(current_user.is_admin or not entry.admin)


def _fetch_heartbeat_and_counts(
    shown: Sequence[MenuEntry],
) -> tuple[Heartbeat, dict[str, int]]:
    """The engine's heartbeat, and how much waits behind each entry that counts: one statement
    for every page.
    """
    counting = [each for each in shown if each.count]
    beat_at, holder, *counts = db.session.execute(
        select(
            *HEARTBEAT_COLUMNS,
            *(each.count() for each in counting if each.count),
        )
    ).one()
    found = dict(zip((each.endpoint for each in counting), counts, strict=True))
    return build_heartbeat(beat_at, holder), found


def _build_menu_item(entry: MenuEntry, count: int) -> MenuItem:
    url = url_for(
        entry.endpoint
    )  # its first word is the room's; one's own account is not among the users
    here = (
        request.path.split("/")[1] == url.split("/")[1]
        and request.endpoint != "blasts.compose_blast"
    )
    return MenuItem(entry.label, url, entry.icon, entry.group, here, count)


def _build_banners(settings: Settings, heartbeat: Heartbeat | None = None) -> list[Banner]:
    """`heartbeat`: the engine's, for whoever is signed in; strangers learn nothing of it."""
    signed_in = heartbeat is not None
    found: list[Banner] = []
    if settings.missing_twilio_variables:
        text = f"{' and '.join(settings.missing_twilio_variables)} missing. Until all are set, no real texts are sent."
        found.append(Banner("bad", "Twilio is half set up.", text))
    elif settings.carrier == "sandbox":
        links: list[tuple[str, Any]] = (
            [("Practice phone", url_for("sandbox.list_phones"))] if signed_in else []
        )
        found.append(Banner("warn", "Practice mode.", "No real texts are sent.", links))
    trouble = current_app.extensions.get(ENGINE_TROUBLE_KEY, "") if signed_in else ""
    if trouble:
        found.append(Banner("bad", "Nothing is being sent right now.", trouble))
    silence = heartbeat.outage_reason if heartbeat else ""
    if silence:
        text = f"{silence.capitalize()}; blasts wait. Start SMS Admin with its own command (see the README)."
        found.append(Banner("bad", "Nothing is being sent right now.", text))
    return found

"""How values are written on pages."""

from collections.abc import Callable
from datetime import datetime

from flask import Flask, current_app, g

from app.domain import hours, phone
from app.domain.blast_states import WORDS
from app.domain.permission import LEFT_OUT_WORDS, LeftOut
from app.kit.clock import now


def zone() -> str:
    """The zone in which pages say times: the organisation's, asked for once a request (a list
    says 50 times).
    """
    if "zone_of_pages" not in g:
        g.zone_of_pages = str(current_app.extensions["zone_of_pages"]())
    return str(g.zone_of_pages)


def use_zone(app: Flask, ask: Callable[[], str]) -> None:
    """Tell the pages of `app` where to ask for the zone."""
    app.extensions["zone_of_pages"] = ask


def local(moment: datetime | None) -> str:
    """ "Fri 8 May 20:45" in the organisation's zone; "" for no moment."""
    return hours.in_words(moment, zone(), now=now()) if moment else ""


def iso(moment: datetime | None) -> str:
    """The moment for machines, in UTC."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else ""


def number(value: float | None) -> str:
    """ "1,234"."""
    return f"{value:,}" if value is not None else ""


def state_words(state: str) -> str:
    """A state in plain words."""
    return WORDS.get(str(state), str(state))


def words_of_left_out(reason: str) -> str:
    """Why somebody is left out, in plain words."""
    return LEFT_OUT_WORDS[LeftOut(reason)][0] if reason in set(LeftOut) else str(reason)


def install(app: Flask) -> None:
    """Give the templates of `app` these filters."""
    app.jinja_env.filters |= {
        "local": local,
        "iso": iso,
        "phone": phone.pretty,
        "number": number,
        "state_words": state_words,
        "words_of_left_out": words_of_left_out,
    }
    use_zone(app, lambda: "UTC")

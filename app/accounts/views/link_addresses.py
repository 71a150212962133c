"""The addresses in links about accounts, and the e-mails that bring them."""

from datetime import datetime
from urllib.parse import urlsplit

from flask import current_app, request, url_for

from app.accounts.models import AppUser
from app.core.local_formats import format_local_time, get_display_timezone
from app.core.production_settings import LOOPBACK_NAMES
from app.core.settings import current_settings
from app.domain.accounts.link_mails import LinkWords
from app.organisation import queries as organisation


def build_shown_url(token: str) -> str:
    """Return the address of a link to choose a password, for the admin who made it.

    It begins as everybody reaches SMS Admin; on one machine alone as this admin does.
    """
    public_name = urlsplit(current_settings().public_base_url).hostname
    if public_name in (None, *LOOPBACK_NAMES):
        path = url_for("accounts.choose_password", token=token)
        return request.host_url.rstrip("/") + path
    return build_mailed_url("accounts.choose_password", token)


def build_printed_url(token: str) -> str:
    """Return the address of a link to choose a password, for a terminal on the server."""
    settings = current_settings()
    base_url = settings.public_base_url or f"http://{settings.host}:{settings.port}"
    with current_app.test_request_context():
        return base_url.rstrip("/") + url_for("accounts.choose_password", token=token)


def build_mailed_url(endpoint: str, token: str) -> str:
    """Return the address of a view for an e-mail. Never by the Host header: anybody sets that."""
    path = url_for(endpoint, token=token)
    return current_settings().public_base_url.rstrip("/") + path


def build_link_words(user: AppUser, url: str, ends_at: datetime) -> LinkWords:
    """Return what an e-mail with a link is filled with."""
    return LinkWords(
        organisation=organisation.get_organisation().name or "SMS Admin",
        shown_name=user.shown_name,
        username=user.username,
        url=url,
        ends=f"{format_local_time(ends_at)} ({get_display_timezone()})",
    )

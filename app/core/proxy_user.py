"""Whom the proxy in front names as the user of a request (REMOTE_USER_HEADER)."""

import ipaddress

from flask import request

from app.core.settings import current_settings

MAX_NAME_LENGTH = 320


def find_proxy_username() -> str | None:
    """Return the user name that the proxy sent with the current request, or None.

    None as well when the request did not come through TRUST_PROXY proxies: somebody who reaches
    the port directly may have written the header.
    """
    settings = current_settings()
    header = settings.remote_user_header
    if not header or not settings.trust_proxy or not _came_through_proxies(settings.trust_proxy):
        return None
    return _read_name(request.headers.get(header, ""))


def _came_through_proxies(proxy_count: int) -> bool:
    """Whether the request has an address of each proxy's visitor, and came from a near machine.

    ProxyFix keeps the peer's own address beside the visitor's.
    """
    forwarded = request.headers.get("X-Forwarded-For", "")
    addresses = [address for address in forwarded.split(",") if address.strip()]
    original = request.environ.get("werkzeug.proxy_fix.orig", {})
    return len(addresses) >= proxy_count and _is_near(original.get("REMOTE_ADDR") or "")


def _is_near(address: str) -> bool:
    """Whether it is this machine or one of the same private network, as a proxy is."""
    try:
        return ipaddress.ip_address(address.partition("%")[0]).is_private
    except ValueError:
        return False


def _read_name(value: str) -> str | None:
    # A header that came twice arrives with a comma: the second may be the visitor's own.
    if not value.strip() or "," in value or len(value) > MAX_NAME_LENGTH:
        return None
    try:
        # WSGI passes the bytes of a header as Latin-1.
        return value.encode("latin-1").decode().strip()
    except UnicodeError:
        return None

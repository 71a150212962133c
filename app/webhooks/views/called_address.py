"""The address that a call came to, as far as the request tells."""

from flask import request

from app.domain.delivery.callback_addresses import describe_called_url


def get_called_target() -> str:
    """Return the raw path and query of the request, as the carrier signed them.

    The Host header and what proxies say do not count.
    """
    target = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI")
    if not target:
        target = request.path
        if query := request.environ.get("QUERY_STRING"):
            target += f"?{query}"
    return str(target)


def list_called_hosts() -> list[str]:
    """Return the hosts that the request names. Anybody can name any."""
    # Not request.host: it raises for a host that is not trusted.
    names = (request.headers.get("X-Forwarded-Host"), request.environ.get("HTTP_HOST"))
    return [name.partition(",")[0].strip() for name in names if name]


def describe_current_url() -> str:
    """Return the address that the request came to, for people to compare."""
    forwarded_scheme = request.headers.get("X-Forwarded-Proto", "").partition(",")[0].strip()
    scheme = forwarded_scheme or str(request.environ.get("wsgi.url_scheme", "http"))
    host = next(iter(list_called_hosts()), "")
    return describe_called_url(scheme.lower(), host, get_called_target().partition("?")[0])

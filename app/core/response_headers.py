"""Headers of every response: what browsers may do with it, and a request id for the logs."""

from random import randbytes
from urllib.parse import urlsplit, urlunsplit

from flask import Flask, Response, g, request

from app.core.settings import current_settings

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    # The older name too: not every browser knows report-to.
    "report-uri /csp-reports; report-to csp"
)
# Pages use none of these abilities of a browser; a script that got in may not either.
PERMISSIONS_POLICY = (
    "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), hid=(), "
    "midi=(), display-capture=(), browsing-topics=()"
)
PERMANENT_REDIRECT = 308
SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": PERMISSIONS_POLICY,
    "Reporting-Endpoints": 'csp="/csp-reports"',
    "X-Frame-Options": "DENY",
}


def _assign_request_id() -> None:
    # Not `secrets`: the id only connects a page with a log line and need not be hard to guess.
    g.request_id = randbytes(6).hex()


def _add_response_headers(response: Response) -> Response:
    # A 204 has no body to protect, and receipts come by the hundred.
    if response.status_code != 204:
        # One set of the names: a look-up in `headers` for each costs more than the rest of this.
        names = set(response.headers.keys())
        for name, value in SECURITY_HEADERS.items():
            if name not in names:
                response.headers.add(name, value)
    if response.status_code == PERMANENT_REDIRECT:
        # Of werkzeug's routing, to another spelling. It names the host of the request, which
        # anybody can choose; the path alone leads nowhere else.
        location = urlsplit(response.headers.get("Location", ""))
        response.headers["Location"] = urlunsplit(("", "", *location[2:]))
    if request.is_secure:
        policy = current_settings().strict_transport_security
        response.headers.setdefault("Strict-Transport-Security", policy)
    response.headers["X-Request-Id"] = g.get("request_id", "")
    return response


def install_response_headers(app: Flask) -> None:
    """Add the headers to every response of `app`."""
    app.before_request(_assign_request_id)
    app.after_request(_add_response_headers)

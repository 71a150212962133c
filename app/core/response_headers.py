"""What every answer carries: a strict content policy, and a number for the logs."""

from random import randbytes

from flask import Flask, Response, g, request

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}


def _assign_request_id() -> None:
    g.request_id = randbytes(6).hex()  # only a name: it need not be hard to guess


def _add_response_headers(response: Response) -> Response:
    if response.status_code != 204:  # nothing in it to protect, and receipts come by the hundred
        there = set(
            response.headers.keys()
        )  # asking the headers for each one costs more than all the rest in here
        response.headers.extend(
            {name: value for name, value in SECURITY_HEADERS.items() if name not in there}
        )
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    response.headers["X-Request-Id"] = g.get("request_id", "")
    return response


def install_response_headers(app: Flask) -> None:
    """Put the headers on every answer of `app`."""
    app.before_request(_assign_request_id)
    app.after_request(_add_response_headers)

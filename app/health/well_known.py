"""Addresses that browsers and researchers know by name: CSP reports, security.txt, the password."""

import json
from datetime import datetime, time, timedelta
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.core.access import csrf, public
from app.core.clock import now
from app.core.logging_config import ThrottledWarning
from app.core.request_timeouts import limit_body_read_time
from app.core.response_headers import CONTENT_SECURITY_POLICY
from app.core.settings import current_settings

bp = Blueprint("well_known", __name__)
# A report is some hundred bytes; browsers send several at once.
MAX_REPORT_BYTES = 16 * 1024
REPORT_SECONDS = 5.0
# RFC 9116: less than a year ahead, so that nobody trusts a forgotten file.
SECURITY_TXT_LIFETIME = timedelta(days=180)
OTHER_DIRECTIVE = "another rule"
KNOWN_DIRECTIVES = {part.split()[0] for part in CONTENT_SECURITY_POLICY.split(";")}
# Anybody can send reports, so a log line holds nothing of one but the name of a rule of ours.
_report_logs = {
    directive: ThrottledWarning(
        __name__,
        f"a browser refused what the Content-Security-Policy forbids: {directive}",
        f"%s more refusals by browsers in the last %s seconds: {directive}",
    )
    for directive in (*sorted(KNOWN_DIRECTIVES), OTHER_DIRECTIVE)
}


@bp.post("/csp-reports")
@csrf.exempt
@public
def receive_csp_reports() -> ResponseReturnValue:
    """Log which rule of the Content-Security-Policy a page broke, at most once a minute each."""
    request.max_content_length = MAX_REPORT_BYTES
    with limit_body_read_time(request.environ, REPORT_SECONDS):
        body = request.get_data(cache=False)
    _report_logs[_read_directive(body)].record_occurrence(request.remote_addr or "")
    return "", 204


def _read_directive(body: bytes) -> str:
    """Return the rule of the first report in `body`, in either format, if it is one of ours."""
    try:
        report = json.loads(body)
        report = report[0]["body"] if isinstance(report, list) else report["csp-report"]
        names = (report.get("effectiveDirective"), report.get("violated-directive"))
        directive = str(names[0] or names[1] or "").split(" ")[0]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return OTHER_DIRECTIVE
    # script-src-elem and script-src-attr follow our script-src.
    directive = directive.removesuffix("-elem").removesuffix("-attr")
    return directive if directive in KNOWN_DIRECTIVES else OTHER_DIRECTIVE


@bp.get("/.well-known/security.txt")
@public
def show_security_contact() -> ResponseReturnValue:
    """Say whom to tell about a vulnerability (RFC 9116); 404 unless SECURITY_CONTACT is set."""
    contact = current_settings().security_contact
    if not contact:
        abort(404)
    lines = [f"Contact: {contact}", f"Expires: {_find_expiry():%Y-%m-%dT%H:%M:%SZ}"]
    base_url = current_settings().public_base_url
    if urlsplit(base_url).scheme == "https":
        lines.append(f"Canonical: {base_url}/.well-known/security.txt")
    return Response("\n".join(lines) + "\n", mimetype="text/plain")


def _find_expiry() -> datetime:
    """Return the midnight (UTC) that ends the file's life: the same text for a whole day."""
    return datetime.combine(now().date() + SECURITY_TXT_LIFETIME, time())


@bp.get("/.well-known/change-password")
@public
def open_password_page() -> ResponseReturnValue:
    """Lead password managers to the page where a password is changed."""
    return redirect(url_for("accounts.change_own_password"))

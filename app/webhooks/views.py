"""The carrier's doors: open to whoever signs with our account's key, closed to everybody else."""

import re

from flask import Blueprint, Response, abort, current_app, request
from werkzeug.datastructures import MultiDict

from app.delivery.carriers.signature import HEADER, is_valid
from app.kit.access import anyone, csrf
from app.kit.settings import Settings
from app.webhooks.actions import Call, receive_receipt, receive_text

bp = Blueprint("webhooks", __name__, url_prefix="/webhooks/twilio")
csrf.exempt(bp)

LARGEST = 64 * 1024
MOST_FIELDS = 1000
REF = re.compile("[0-9a-f]{32}")
EMPTY_ANSWER = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'


@bp.post("/inbound")
@anyone
def inbound() -> Response:
    """A text came in. Stored and obeyed once; answered with empty TwiML."""
    receive_text(_call())
    return Response(EMPTY_ANSWER, content_type="text/xml; charset=utf-8")


@bp.post("/status")
@anyone
def status() -> Response:
    """A receipt without our ref in its address."""
    receive_receipt(_call())
    return Response(status=204)


@bp.post("/status/<ref>")
@anyone
def status_of(ref: str) -> Response:
    """A receipt for the attempt with this ref."""
    if not REF.fullmatch(ref):
        abort(404)
    receive_receipt(_call(ref))
    return Response(status=204)


def _call(ref: str | None = None) -> Call:
    """The verified call. 403 without a good signature or for another account, 415 for another form."""
    if (request.content_length or 0) > LARGEST:
        abort(413)
    if request.mimetype != "application/x-www-form-urlencoded":
        abort(415)
    settings: Settings = current_app.extensions["settings"]
    fields = _fields()
    if not is_valid(_address(settings), fields, request.headers.get(HEADER), settings.webhook_keys):
        abort(403)
    account = settings.twilio_account_sid
    if settings.carrier == "twilio" and fields.get("AccountSid", account) != account:
        abort(403)
    return Call(fields.to_dict(), settings.carrier, ref)


def _fields() -> MultiDict[str, str]:
    """The fields as they were sent. Bytes that are no UTF-8 become replacement marks: no signature fits those."""
    if sum(1 for _ in request.form) > MOST_FIELDS:
        abort(413)
    return request.form


def _address(settings: Settings) -> str:
    """The address the carrier called: our public base and the raw target, whatever Host or proxies say."""
    raw = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI")
    if not raw:
        query = request.environ.get("QUERY_STRING", "")
        raw = request.path + (f"?{query}" if query else "")
    return settings.public_base_url + str(raw)

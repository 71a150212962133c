"""The carrier's doors: open to whoever signs with our account's key, closed to everybody else."""

import re

from flask import Blueprint, Response, abort
from werkzeug.exceptions import HTTPException

from app.core.access import csrf, public
from app.core.db import WriteLockTimeout
from app.webhooks.actions.delivery_receipts import process_delivery_receipt
from app.webhooks.actions.inbound_texts import process_inbound_text
from app.webhooks.request_verification import verify_webhook_call

bp = Blueprint("webhooks", __name__, url_prefix="/webhooks/twilio")
csrf.exempt(bp)

# never a redirect: it would lose what was posted
NO_REDIRECT_OPTIONS = {"merge_slashes": False, "strict_slashes": False}
ATTEMPT_REF_PATTERN = re.compile("[0-9a-f]{32}")
EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'


@bp.post("/inbound", **NO_REDIRECT_OPTIONS)
@public
def receive_inbound_text() -> Response:
    """A text came in. Stored and obeyed once; answered with empty TwiML."""
    process_inbound_text(verify_webhook_call())
    return Response(EMPTY_TWIML, content_type="text/xml; charset=utf-8")


@bp.post("/status", **NO_REDIRECT_OPTIONS)
@public
def receive_status_callback() -> Response:
    """A receipt without our ref in its address."""
    process_delivery_receipt(verify_webhook_call())
    return Response(status=204)


@bp.post("/status/<ref>", **NO_REDIRECT_OPTIONS)
@public
def receive_attempt_status_callback(ref: str) -> Response:
    """A receipt for the attempt with this ref."""
    if not ATTEMPT_REF_PATTERN.fullmatch(ref):
        abort(404)
    process_delivery_receipt(verify_webhook_call(ref))
    return Response(status=204)


@bp.errorhandler(HTTPException)
def handle_webhook_http_error(error: HTTPException) -> Response:
    """A program called: the number says it all."""
    return Response(status=error.code)


@bp.errorhandler(WriteLockTimeout)
def handle_webhook_busy_database(_error: WriteLockTimeout) -> Response:
    """Nothing was stored. The carrier may call again; what it does not bring again is looked up."""
    return Response(status=503, headers={"Retry-After": "5"})

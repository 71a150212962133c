"""Routes that the carrier calls: public, but every call must carry the account's signature."""

import re

from flask import Blueprint, Response, abort, request
from sqlalchemy.exc import DatabaseError
from werkzeug.exceptions import HTTPException, SecurityError

from app.core.access import csrf, public
from app.core.database_errors import WriteLockTimeout, is_storage_error
from app.webhooks.actions.delivery_receipts import process_delivery_receipt
from app.webhooks.pipeline.kept_texts import receive_text
from app.webhooks.views.request_verification import (
    note_call_to_other_host,
    verify_inbound_call,
    verify_receipt_call,
)

bp = Blueprint("webhooks", __name__, url_prefix="/webhooks/twilio")
csrf.exempt(bp)

# No redirect to another spelling of the path: a redirected POST loses its body.
NO_REDIRECT_OPTIONS = {"merge_slashes": False, "strict_slashes": False}
ATTEMPT_REF_PATTERN = re.compile("[0-9a-f]{32}")
EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'


@bp.before_app_request
def note_refused_host() -> None:
    """See that a call came to another name than TRUSTED_HOSTS: Twilio's, where that is wrong."""
    is_refused = isinstance(request.routing_exception, SecurityError)
    if is_refused and request.path.startswith(f"{bp.url_prefix}/"):
        note_call_to_other_host()


@bp.post("/inbound", **NO_REDIRECT_OPTIONS)
@public
def receive_inbound_text() -> Response:
    """Take in a text from a phone. Replies are queued, so the TwiML is empty."""
    receive_text(verify_inbound_call())
    return Response(EMPTY_TWIML, content_type="text/xml; charset=utf-8")


@bp.post("/status", **NO_REDIRECT_OPTIONS)
@public
def receive_status_callback() -> Response:
    """Take in a delivery receipt whose address does not name the attempt."""
    process_delivery_receipt(verify_receipt_call())
    return Response(status=204)


@bp.post("/status/<ref>", **NO_REDIRECT_OPTIONS)
@public
def receive_attempt_status_callback(ref: str) -> Response:
    """Take in a delivery receipt for the attempt with this ref."""
    if not ATTEMPT_REF_PATTERN.fullmatch(ref):
        abort(404)
    process_delivery_receipt(verify_receipt_call(ref))
    return Response(status=204)


@bp.errorhandler(HTTPException)
def handle_webhook_http_error(error: HTTPException) -> Response:
    """Answer an error with its status and no page: a program called."""
    return Response(status=error.code)


@bp.errorhandler(WriteLockTimeout)
@bp.errorhandler(DatabaseError)
def handle_webhook_busy_database(error: Exception) -> Response:
    """Answer 503 when nothing was stored: the database is busy, full or cannot be used.

    The carrier may call again; a receipt that it does not send again is looked up later.
    """
    if not is_storage_error(error):
        raise error
    return Response(status=503, headers={"Retry-After": "5"})

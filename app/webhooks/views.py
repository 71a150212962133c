"""The carrier's doors: open to whoever signs with our account's key, closed to everybody else."""

import re

from flask import Blueprint, Response, abort
from werkzeug.exceptions import HTTPException

from app.core.access import csrf, public
from app.core.db import WriteLockTimeout
from app.webhooks.actions.receipts import receive_receipt
from app.webhooks.actions.texts import receive_text
from app.webhooks.forms import verified_call

bp = Blueprint("webhooks", __name__, url_prefix="/webhooks/twilio")
csrf.exempt(bp)

# never a redirect: it would lose what was posted
AS_IT_IS = {"merge_slashes": False, "strict_slashes": False}
REF = re.compile("[0-9a-f]{32}")
EMPTY_ANSWER = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'


@bp.post("/inbound", **AS_IT_IS)
@public
def inbound() -> Response:
    """A text came in. Stored and obeyed once; answered with empty TwiML."""
    receive_text(verified_call())
    return Response(EMPTY_ANSWER, content_type="text/xml; charset=utf-8")


@bp.post("/status", **AS_IT_IS)
@public
def status() -> Response:
    """A receipt without our ref in its address."""
    receive_receipt(verified_call())
    return Response(status=204)


@bp.post("/status/<ref>", **AS_IT_IS)
@public
def status_of(ref: str) -> Response:
    """A receipt for the attempt with this ref."""
    if not REF.fullmatch(ref):
        abort(404)
    receive_receipt(verified_call(ref))
    return Response(status=204)


@bp.errorhandler(HTTPException)
def refused(error: HTTPException) -> Response:
    """A program called: the number says it all."""
    return Response(status=error.code)


@bp.errorhandler(WriteLockTimeout)
def busy(_error: WriteLockTimeout) -> Response:
    """Nothing was stored. The carrier may call again; what it does not bring again is looked up."""
    return Response(status=503, headers={"Retry-After": "5"})

"""Reading a call of the carrier within limits, and verifying its signature."""

import re
from urllib.parse import parse_qsl

from flask import abort, request

from app.core import logging_config
from app.core.request_sources import describe_request
from app.core.request_timeouts import limit_body_read_time
from app.core.settings import Settings, current_settings
from app.delivery.carriers.twilio_signature import SIGNATURE_HEADER, is_valid_signature
from app.delivery.catch_up_models import RefusalKind
from app.webhooks.actions.webhook_events import WebhookCall
from app.webhooks.views.call_refusal import refuse_call
from app.webhooks.views.called_address import get_called_target

FORM_CONTENT_TYPE = "application/x-www-form-urlencoded"
MAX_BODY_BYTES = 64 * 1024
MAX_FORM_FIELDS = 1000
BODY_TIMEOUT_SECONDS = 5.0
SID_PATTERN = re.compile("[A-Za-z0-9]{34}")

incomplete_call_log = logging_config.ThrottledWarning(
    __name__,
    "a signed call without the fields that Twilio always sends was refused (400): it did not "
    "come from Twilio, or was changed on its way",
    "%s more signed calls without Twilio's fields were refused in the last %s seconds",
)


def verify_webhook_call(ref: str | None = None) -> WebhookCall:
    """Return the current request as a verified call of the carrier.

    Aborts with 403 without a valid signature or for another account, 408 when the body comes too
    slowly, 413 when it is too large, 415 when it is no form.
    """
    if (request.content_length or 0) > MAX_BODY_BYTES:
        abort(413)
    if request.mimetype != FORM_CONTENT_TYPE:
        abort(415)
    settings = current_settings()
    pairs = _read_form_fields()
    if pairs is None or not _has_valid_signature(pairs, settings):
        refuse_call(pairs or [], settings, RefusalKind.SIGNATURE)
        abort(403)
    # Of a repeated field the first value counts.
    fields = dict(reversed(pairs))
    if settings.carrier == "twilio" and fields.get("AccountSid") != settings.twilio_account_sid:
        refuse_call(pairs, settings, RefusalKind.ACCOUNT)
        abort(403)
    return WebhookCall(fields, settings.carrier, ref)


def note_call_to_other_host() -> None:
    """Count the current request, which names a host that is not served, if it may be Twilio's."""
    is_readable = (request.content_length or 0) <= MAX_BODY_BYTES
    if is_readable and request.method == "POST" and request.mimetype == FORM_CONTENT_TYPE:
        refuse_call(_read_form_fields() or [], current_settings(), RefusalKind.SIGNATURE)


def verify_inbound_call() -> WebhookCall:
    """Return the current request as a verified call about a text from a phone.

    Aborts as verify_webhook_call() does, and with 400 when Twilio's fields are not complete.
    """
    call = verify_webhook_call()
    _require_complete(call, bool(SID_PATTERN.fullmatch(_get_sid(call))) and "From" in call.params)
    return call


def verify_receipt_call(ref: str | None = None) -> WebhookCall:
    """Return the current request as a verified receipt; aborts as verify_inbound_call() does.

    It may have no From: no number of a messaging service may have taken the text yet.
    """
    call = verify_webhook_call(ref)
    _require_complete(call, bool(_get_sid(call)))
    return call


def _require_complete(call: WebhookCall, is_complete: bool) -> None:
    """Abort with 400 when a call of Twilio lacks what Twilio always sends.

    A signature is over names and values without separators: of a captured call others can be
    cut whose signatures are valid, but none that has another SID and is still complete.
    """
    if call.carrier == "twilio" and not is_complete:
        incomplete_call_log.record_occurrence(describe_request())
        abort(400)


def _get_sid(call: WebhookCall) -> str:
    return call.get_first_field("MessageSid", "SmsSid")


def _has_valid_signature(pairs: list[tuple[str, str]], settings: Settings) -> bool:
    signature = request.headers.get(SIGNATURE_HEADER)
    url = settings.public_base_url + get_called_target()
    return is_valid_signature(url, pairs, signature, settings.webhook_keys)


def _read_form_fields() -> list[tuple[str, str]] | None:
    """Return the form fields as they were sent, repeats included.

    None when they are not UTF-8: no signature can fit those.
    """
    # A body without Content-Length is read up to one byte more than is allowed, and no further.
    request.max_content_length = MAX_BODY_BYTES + 1
    # A caller that sends a byte now and then would hold one of the 24 threads.
    with limit_body_read_time(request.environ, BODY_TIMEOUT_SECONDS):
        body = request.get_data(cache=False)
    if len(body) < (request.content_length or 0):
        abort(408)
    if len(body) > MAX_BODY_BYTES or body.count(b"&") >= MAX_FORM_FIELDS:
        abort(413)
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        return None

"""Reading a call of the carrier within limits, and verifying its signature."""

from urllib.parse import parse_qsl

from flask import abort, request

from app.core import logging_config
from app.core.request_timeouts import limit_body_read_time
from app.core.settings import Settings, current_settings
from app.delivery.carriers.twilio_signature import SIGNATURE_HEADER, is_valid_signature
from app.webhooks.actions.webhook_events import WebhookCall

FORM_CONTENT_TYPE = "application/x-www-form-urlencoded"
MAX_BODY_BYTES = 64 * 1024
MAX_FORM_FIELDS = 1000
BODY_TIMEOUT_SECONDS = 5.0

wrong_signature_log = logging_config.ThrottledWarning(
    __name__,
    "a call with a wrong signature was refused (403). If it was Twilio's, PUBLIC_BASE_URL is not "
    "exactly the address that Twilio calls, or TWILIO_AUTH_TOKEN is another",
    "%s more calls with a wrong signature were refused in the last %s seconds",
)
wrong_account_log = logging_config.ThrottledWarning(
    __name__,
    "a call for another Twilio account was refused (403): TWILIO_ACCOUNT_SID is not the account "
    "that calls",
    "%s more calls for another Twilio account were refused in the last %s seconds",
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
        wrong_signature_log.record_occurrence()
        abort(403)
    # Of a repeated field the first value counts.
    fields = dict(reversed(pairs))
    account = settings.twilio_account_sid
    if settings.carrier == "twilio" and fields.get("AccountSid", account) != account:
        wrong_account_log.record_occurrence()
        abort(403)
    return WebhookCall(fields, settings.carrier, ref)


def _has_valid_signature(pairs: list[tuple[str, str]], settings: Settings) -> bool:
    signature = request.headers.get(SIGNATURE_HEADER)
    return is_valid_signature(_build_called_url(settings), pairs, signature, settings.webhook_keys)


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


def _build_called_url(settings: Settings) -> str:
    """Return the address that the carrier signed: our public base and the raw target.

    The Host header and what proxies say do not count.
    """
    target = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI")
    if not target:
        target = request.path
        if query := request.environ.get("QUERY_STRING"):
            target += f"?{query}"
    return settings.public_base_url + str(target)

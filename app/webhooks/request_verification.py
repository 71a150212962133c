"""What the carrier posted: read within limits, and believed only with its signature."""

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
    "a call with a wrong signature was refused (403). If it was Twilio's, PUBLIC_BASE_URL is not exactly the address "
    "that Twilio calls, or TWILIO_AUTH_TOKEN is another",
    "%s more calls with a wrong signature were refused in the last %s seconds",
)
wrong_account_log = logging_config.ThrottledWarning(
    __name__,
    "a call for another Twilio account was refused (403): TWILIO_ACCOUNT_SID is not the account that calls",
    "%s more calls for another Twilio account were refused in the last %s seconds",
)


def verify_webhook_call(ref: str | None = None) -> WebhookCall:
    """The verified call.

    403 without a good signature or for another account; 408 slow, 413 large, 415 strange.
    """
    if (request.content_length or 0) > MAX_BODY_BYTES:
        abort(413)
    if request.mimetype != FORM_CONTENT_TYPE:
        abort(415)
    settings = current_settings()
    pairs = _read_form_fields()
    if pairs is None or not is_valid_signature(
        _build_called_url(settings),
        pairs,
        request.headers.get(SIGNATURE_HEADER),
        settings.webhook_keys,
    ):
        wrong_signature_log.record_occurrence()
        abort(403)
    fields = dict(reversed(pairs))  # of a repeated field the first counts
    account = settings.twilio_account_sid
    if settings.carrier == "twilio" and fields.get("AccountSid", account) != account:
        wrong_account_log.record_occurrence()
        abort(403)
    return WebhookCall(fields, settings.carrier, ref)


def _read_form_fields() -> list[tuple[str, str]] | None:
    """The fields as they were sent, repeats included; None when they are no UTF-8: no signature
    fits those.
    """
    request.max_content_length = (
        MAX_BODY_BYTES + 1
    )  # read no more of a body that does not say how long it is
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
    """The address the carrier called: our public base and the raw target, whatever Host or
    proxies say.
    """
    raw = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI")
    if not raw:
        query = request.environ.get("QUERY_STRING", "")
        raw = request.path + (f"?{query}" if query else "")
    return settings.public_base_url + str(raw)

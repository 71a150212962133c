"""Twilio's HTTP payloads: API responses, errors, and the fields of its webhooks.

Without side effects; the sandbox and the tests' server use them.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from app.domain.phones.phone_number import is_e164
from app.domain.texts.segments import (
    MAX_MESSAGE_CHARACTERS,
    count_utf16_units,
    measure_segments,
)

API_VERSION = "2010-04-01"
# The sandbox's account when none is configured.
SANDBOX_ACCOUNT_SID = "AC" + "0" * 32
FINAL_STATUSES = frozenset({"delivered", "undelivered", "failed"})
SENT_STATUSES = FINAL_STATUSES | {"sent"}
ERROR_DOCS_URL = "https://www.twilio.com/docs/errors"

WebhookParams = list[tuple[str, str]]


@dataclass(frozen=True)
class SandboxResponse:
    """An HTTP response of the sandbox's API."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class SandboxText:
    """One text as the sandbox stores it.

    `phone` is the person's number, `sender` our number or messaging service. `price`: what it
    cost, which is nothing in the sandbox.
    """

    account: str
    sid: str
    phone: str
    sender: str
    body: str
    status: str
    created_at: datetime
    from_phone: bool = False
    error_code: int | None = None
    price: str | None = None

    @property
    def segments(self) -> int:
        """How many segments Twilio bills."""
        return measure_segments(self.body).segments


def build_sandbox_text(account: str, row: Any) -> SandboxText:
    """Return the text that a row of `sandbox_messages` holds."""
    return SandboxText(
        account=account,
        sid=row.sid,
        phone=row.phone,
        sender=row.sender,
        body=row.body,
        status=row.status,
        created_at=row.created_at,
        from_phone=row.from_phone,
        error_code=row.error_code,
    )


def generate_message_sid(kind: str = "SM") -> str:
    """Return a new SID: SM, or MM for a text with a picture, and 32 hex digits."""
    return kind + secrets.token_hex(16)


def has_picture(sid: str) -> bool:
    """Whether the SID is that of a text with a picture."""
    return sid.startswith("MM")


def build_json_response(status: int, content: Mapping[str, Any]) -> SandboxResponse:
    """Return a response that holds `content` as JSON."""
    headers = {
        "Content-Type": "application/json",
        "Twilio-Request-Id": "RQ" + secrets.token_hex(16),
    }
    return SandboxResponse(status, headers, json.dumps(content).encode())


def build_error_response(status: int, code: int, message: str) -> SandboxResponse:
    """Return an error as Twilio does: a code, a message, and the address of its documentation."""
    return build_json_response(
        status,
        {
            "code": code,
            "message": message,
            "more_info": f"{ERROR_DOCS_URL}/{code}",
            "status": status,
        },
    )


def validate_send_params(params: Mapping[str, str]) -> SandboxResponse | None:
    """Return the error for invalid parameters of a send request, or None."""
    to, body = params.get("To", ""), params.get("Body", "")
    if not to:
        return build_error_response(400, 21604, "A 'To' phone number is required.")
    if not (params.get("From") or params.get("MessagingServiceSid")):
        return build_error_response(400, 21603, "A 'From' phone number is required.")
    if not body:
        return build_error_response(400, 21602, "Message body is required.")
    if count_utf16_units(body) > MAX_MESSAGE_CHARACTERS:
        return build_error_response(
            400,
            21617,
            f"The concatenated message body exceeds the {MAX_MESSAGE_CHARACTERS} character limit.",
        )
    if not is_e164(to):
        return build_invalid_number_response(to)
    return None


def build_invalid_number_response(to: str) -> SandboxResponse:
    """Return the error for a number that no phone has."""
    return build_error_response(400, 21211, f"Invalid 'To' Phone Number: {to[:-4]}XXXX")


def build_message_json(text: SandboxText) -> dict[str, Any]:
    """Return a text as Twilio's API shows it."""
    uri = f"/{API_VERSION}/Accounts/{text.account}/Messages/{text.sid}.json"
    created_at = format_datetime(text.created_at)
    is_sent = text.status in SENT_STATUSES or text.from_phone
    return {
        "account_sid": text.account,
        "api_version": API_VERSION,
        "body": text.body,
        "date_created": created_at,
        "date_sent": created_at if is_sent else None,
        "date_updated": created_at,
        "error_code": text.error_code if text.status in FINAL_STATUSES else None,
        "error_message": None,
        **_build_endpoint_fields(text),
        "num_media": str(int(has_picture(text.sid))),
        "num_segments": str(text.segments),
        "price": text.price,
        "price_unit": "USD",
        "sid": text.sid,
        "status": text.status,
        "subresource_uris": {"media": uri.replace(".json", "/Media.json")},
        "uri": uri,
    }


def _build_endpoint_fields(text: SandboxText) -> dict[str, str | None]:
    """Return who sent the text to whom; a messaging service stands in a field of its own."""
    own_number: str | None = text.sender
    service_sid = None
    if text.sender.startswith("MG"):
        own_number, service_sid = None, text.sender
    if text.from_phone:
        fields = {"direction": "inbound", "from": text.phone, "to": own_number}
    else:
        fields = {"direction": "outbound-api", "from": own_number, "to": text.phone}
    return {**fields, "messaging_service_sid": service_sid}


def build_status_callback_params(text: SandboxText, status: str) -> WebhookParams:
    """Return the fields of a status callback."""
    params = [
        ("AccountSid", text.account),
        ("ApiVersion", API_VERSION),
        ("From", text.sender),
        ("MessageSid", text.sid),
        ("MessageStatus", status),
        ("SmsSid", text.sid),
        ("SmsStatus", status),
        ("To", text.phone),
    ]
    if text.error_code and status in FINAL_STATUSES:
        params.append(("ErrorCode", str(text.error_code)))
    return params


def build_inbound_webhook_params(text: SandboxText) -> WebhookParams:
    """Return the fields of the inbound webhook for a text from a phone."""
    media = []
    if has_picture(text.sid):
        media = [("MediaContentType0", "image/jpeg"), ("MediaUrl0", _build_media_url(text))]
    return [
        *media,
        ("AccountSid", text.account),
        ("ApiVersion", API_VERSION),
        ("Body", text.body),
        ("From", text.phone),
        ("MessageSid", text.sid),
        ("NumMedia", str(len(media) // 2)),
        ("NumSegments", str(text.segments)),
        ("SmsMessageSid", text.sid),
        ("SmsSid", text.sid),
        ("SmsStatus", "received"),
        ("To", text.sender),
    ]


def build_media_list(account: str, sid: str) -> SandboxResponse:
    """Return the list of a text's pictures: one, when its SID says that it has any."""
    path = f"/{API_VERSION}/Accounts/{account}/Messages/{sid}/Media"
    media = []
    if has_picture(sid):
        media.append({"content_type": "image/jpeg", "uri": f"{path}/ME{sid[2:]}.json"})
    return build_json_response(200, {"media_list": media, "next_page_uri": None})


def _build_media_url(text: SandboxText) -> str:
    """Return where Twilio would keep the picture. Nothing is there, and nobody fetches it."""
    account_url = f"https://api.twilio.com/{API_VERSION}/Accounts/{text.account}"
    return f"{account_url}/Messages/{text.sid}/Media/ME{text.sid[2:]}"

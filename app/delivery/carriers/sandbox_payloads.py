"""Twilio on the wire: answers, refusals, receipts.

Pure; the pretend carrier and the tests' server speak it.
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
SANDBOX_ACCOUNT_SID = "AC" + "0" * 32  # the pretend carrier's account, where none is configured
FINAL_STATUSES = frozenset({"delivered", "undelivered", "failed"})
SENT_STATUSES = FINAL_STATUSES | {"sent"}
ERROR_DOCS_URL = "https://www.twilio.com/docs/errors"

WebhookParams = list[tuple[str, str]]


@dataclass(frozen=True)
class SandboxResponse:
    """An HTTP answer of the carrier."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class SandboxText:
    """One text as the carrier knows it.

    `phone` is the person, `sender` our number or messaging service.
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

    @property
    def segments(self) -> int:
        """Billed parts."""
        return measure_segments(self.body).segments


def build_sandbox_text(account: str, row: Any) -> SandboxText:
    """The text that a row of `sandbox_messages` holds."""
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
    """A message's id: SM, or MM for one with a picture, and 32 hex digits."""
    return kind + secrets.token_hex(16)


def has_picture(sid: str) -> bool:
    """Whether the text came with a picture: its name says so."""
    return sid.startswith("MM")


def build_json_response(status: int, content: Mapping[str, Any]) -> SandboxResponse:
    """`content` as JSON."""
    headers = {
        "Content-Type": "application/json",
        "Twilio-Request-Id": "RQ" + secrets.token_hex(16),
    }
    return SandboxResponse(status, headers, json.dumps(content).encode())


def build_error_response(status: int, code: int, message: str) -> SandboxResponse:
    """How Twilio says no: a code, a sentence, a page to read."""
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
    """The refusal that a request to send deserves before anybody looks at a phone, or None."""
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
    return None if is_e164(to) else build_invalid_number_response(to)


def build_invalid_number_response(to: str) -> SandboxResponse:
    """No phone has this number."""
    return build_error_response(400, 21211, f"Invalid 'To' Phone Number: {to[:-4]}XXXX")


def build_message_json(text: SandboxText) -> dict[str, Any]:
    """A text as Twilio's API shows it."""
    uri = f"/{API_VERSION}/Accounts/{text.account}/Messages/{text.sid}.json"
    service = text.sender if text.sender.startswith("MG") else None
    ours, theirs = None if service else text.sender, text.phone
    made, final = format_datetime(text.created_at), text.status in FINAL_STATUSES
    return {
        "account_sid": text.account,
        "api_version": API_VERSION,
        "body": text.body,
        "date_created": made,
        "date_sent": made if text.status in SENT_STATUSES or text.from_phone else None,
        "date_updated": made,
        "direction": "inbound" if text.from_phone else "outbound-api",
        "error_code": text.error_code if final else None,
        "error_message": None,
        "from": theirs if text.from_phone else ours,
        "messaging_service_sid": service,
        "num_media": str(int(has_picture(text.sid))),
        "num_segments": str(text.segments),
        "price": None,
        "price_unit": "USD",
        "sid": text.sid,
        "status": text.status,
        "subresource_uris": {"media": uri.replace(".json", "/Media.json")},
        "to": ours if text.from_phone else theirs,
        "uri": uri,
    }


def build_status_callback_params(text: SandboxText, status: str) -> WebhookParams:
    """What a status callback says."""
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
    return (
        [*params, ("ErrorCode", str(text.error_code))]
        if text.error_code and status in FINAL_STATUSES
        else params
    )


def build_inbound_webhook_params(text: SandboxText) -> WebhookParams:
    """What the inbound webhook is told about a text from a phone."""
    picture = has_picture(text.sid)
    media = (
        [("MediaContentType0", "image/jpeg"), ("MediaUrl0", _build_media_url(text))]
        if picture
        else []
    )
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


def _build_media_url(text: SandboxText) -> str:
    """Where Twilio would keep it. Nobody fetches it: there is nothing."""
    return f"https://api.twilio.com/{API_VERSION}/Accounts/{text.account}/Messages/{text.sid}/Media/ME{text.sid[2:]}"

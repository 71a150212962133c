"""A sandbox phone writes a text."""

from datetime import datetime, timedelta
from typing import Any

from app.core.clock import now
from app.delivery.carriers.sandbox_payloads import generate_message_sid
from app.delivery.carriers.sandbox_phone_storage import store_phone_texts
from app.domain.texts.segments import measure_segments

# The page posts the text at once. Should its process die before that, the callback dispatcher of
# any process posts it this much later.
DISPATCH_DELAY = timedelta(seconds=2)


def queue_text_from_phone(
    phone: str,
    sender: str,
    body: str,
    *,
    has_picture: bool = False,
) -> str:
    """Store a text that the phone writes to our number `sender` and return its SID.

    Inside write(). CallbackDispatcher.dispatch_now() posts it afterwards.
    """
    moment = now()
    row = build_phone_text_row(phone, sender, body, moment, has_picture=has_picture)
    row["next_at"] = moment + DISPATCH_DELAY
    store_phone_texts([row])
    return str(row["sid"])


def build_phone_text_row(
    phone: str, sender: str, body: str, moment: datetime, *, has_picture: bool = False
) -> dict[str, Any]:
    """Return the row of a text that the phone writes, and that is posted to us, at `moment`."""
    return {
        "sid": generate_message_sid("MM" if has_picture else "SM"),
        "from_phone": True,
        "phone": phone,
        "sender": sender,
        "body": body,
        "segments": measure_segments(body).segments,
        "status": "received",
        "next_status": "received",
        "next_at": moment,
        "created_at": moment,
    }

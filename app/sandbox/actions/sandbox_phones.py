"""One phone writes to us, or behaves differently."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert
from sqlalchemy.dialects.sqlite import insert as upsert

from app.core.clock import now
from app.core.db import db, execute_and_count_rows
from app.delivery.carriers.sandbox_models import (
    PhoneBehaviour,
    SandboxMessage,
    SandboxPhone,
)
from app.delivery.carriers.sandbox_payloads import generate_message_sid
from app.domain.texts.segments import measure_segments

# The page itself brings the text in at once. Should it die on the way, a walking postman does,
# this much later.
DISPATCH_DELAY = timedelta(seconds=2)


def queue_text_from_phone(phone: str, sender: str, body: str, *, picture: bool = False) -> str:
    """The phone texts `body`, perhaps with a picture, to our number `sender`; the text's sid,
    for the postman.
    """
    moment = now()
    row = build_phone_text_row(phone, sender, body, moment, picture=picture)
    db.session.execute(insert(SandboxMessage).values(row | {"next_at": moment + DISPATCH_DELAY}))
    return str(row["sid"])


def build_phone_text_row(
    phone: str, sender: str, body: str, moment: datetime, *, picture: bool = False
) -> dict[str, Any]:
    """The row of a text that the phone writes at `moment`, when a postman takes it in."""
    return {
        "sid": generate_message_sid("MM" if picture else "SM"),
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


def set_phone_behaviour(phone: str, mood: PhoneBehaviour) -> None:
    """From now on the phone behaves like this."""
    values = {"mood": mood, "updated_at": now()}
    statement = upsert(SandboxPhone).values({"phone": phone} | values)
    db.session.execute(statement.on_conflict_do_update(["phone"], set_=values))


def reset_phone_behaviours() -> int:
    """Every phone works again; how many did not."""
    return execute_and_count_rows(
        delete(SandboxPhone).where(SandboxPhone.mood != PhoneBehaviour.WORKING)
    )

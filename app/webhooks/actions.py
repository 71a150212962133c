"""What the carrier says, stored once and routed in the same transaction."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from app.delivery import queries as delivery
from app.delivery.actions import control
from app.delivery.actions.settle import Evidence, settle
from app.delivery.models import attempts, messages
from app.domain.blast_states import FROM_TWILIO, Direction, Kind, MessageStatus
from app.domain.permission import LeftOut
from app.domain.phone import is_e164
from app.domain.replies import Meaning, meaning_of
from app.domain.segments import measure
from app.kit.clock import now
from app.kit.db import db, rows_changed, write
from app.suppression import actions as suppression
from app.webhooks.models import webhook_events as events

KEPT_DAYS = 30
SLICE = 1000
KEPT_FIELDS = 8_000
PROVEN_WORDS = 200

# Built once: these run for every receipt.
_ATTEMPT = select(attempts.c.message_id, attempts.c.id.label("attempt_id"), attempts.c.provider_sid)
BY_REF = _ATTEMPT.where(attempts.c.ref == bindparam("b_ref"))
BY_SID = _ATTEMPT.where(attempts.c.provider_sid == bindparam("b_sid"))
STORED = ("dedupe_key", "kind", "provider_sid", "ref", "payload", "received_at")
STORE = (
    insert(events).prefix_with("OR IGNORE").values({name: bindparam(name) for name in STORED}).returning(events.c.id)
)
FINISH = (
    update(events)
    .where(events.c.id == bindparam("b_id"))
    .values(
        verdict=bindparam("b_verdict"),
        message_id=bindparam("b_message"),
        processed_at=bindparam("b_moment", type_=events.c.processed_at.type),
    )
)


@dataclass(frozen=True)
class Call:
    """One verified call of the carrier. `ref` is from the address of a receipt."""

    params: Mapping[str, str]
    carrier: str
    ref: str | None = None

    def field(self, name: str) -> str:
        """A parameter without NULs and halves of pairs, "" when it is missing."""
        text = self.params.get(name, "").replace("\x00", "")
        return text.encode("utf-8", "ignore").decode()


def receive_receipt(call: Call) -> str:
    """Store a receipt once and settle its text by rank. Returns the verdict: applied, no_change, repeat or orphan."""
    sid, word = call.field("MessageSid") or call.field("SmsSid"), call.field("MessageStatus") or call.field("SmsStatus")
    with write():
        event_id = _store(f"st:{sid}:{word}"[:120], "status", sid, call)
        if event_id is None:
            return "repeat"
        found = _whose(call.ref, sid)
        verdict, message_id = "orphan", None
        if found:
            message_id = found.message_id
            status = FROM_TWILIO.get(word)
            changed = status is not None and settle(_evidence(call, found, sid, status), now())
            verdict = "applied" if changed else "no_change"
        _finish(event_id, verdict, message_id)
    return verdict


def _evidence(call: Call, found: Any, sid: str, status: MessageStatus) -> Evidence:
    code = call.field("ErrorCode")
    return Evidence(
        message_id=found.message_id,
        attempt_id=found.attempt_id,
        status=status,
        sid=sid if found.provider_sid is None else None,
        code=int(code) if code.isascii() and code.isdigit() and len(code) < 9 else None,
        phase="delivery",
    )


def _whose(ref: str | None, sid: str) -> Any:
    """The text a receipt is about: by the ref in its address, else by the carrier's sid."""
    by_ref = db.session.execute(BY_REF, {"b_ref": ref}).first() if ref else None
    if by_ref or not sid:
        return by_ref
    return db.session.execute(BY_SID, {"b_sid": sid}).first()


def receive_text(call: Call) -> str:
    """Store a text once and obey it: certain opt-outs and returns at once, everything else is kept as received.

    Returns the verdict: opt_out, return, help, stored, ignored or repeat.
    """
    sid = call.field("MessageSid") or call.field("SmsSid")
    with write():
        event_id = _store(f"in:{sid}"[:120], "inbound", sid, call)
        if event_id is None:
            return "repeat"
        if not is_e164(call.field("From")):
            _finish(event_id, "ignored", None)
            return "ignored"
        message_id = _keep_text(call, sid)
        verdict = _obey(call)
        _finish(event_id, verdict, message_id)
    return verdict


def _keep_text(call: Call, sid: str) -> int:
    body = call.field("Body")
    weight = measure(body)
    made = db.session.execute(
        insert(messages)
        .values(
            direction=Direction.INBOUND,
            kind=Kind.INBOUND,
            status=MessageStatus.RECEIVED,
            phone=call.field("From"),
            sender=call.field("To")[:40],
            body=body,
            carrier=call.carrier,
            provider_sid=sid[:64] or None,
            segments=weight.segments,
            encoding=weight.encoding.value,
            created_at=now(),
        )
        .returning(messages.c.id)
    )
    return int(made.scalar_one())


def _obey(call: Call) -> str:
    phone = call.field("From")
    meaning = _meaning(call)
    if meaning == Meaning.LEAVE:
        reason = f"Texted: {call.field('Body')[:PROVEN_WORDS]}"
        suppression.opt_out(phone, source="inbound", reason=reason, name=delivery.name_of(phone))
        control.leave_out(phone, LeftOut.SAID_STOP)
        return "opt_out"
    if meaning == Meaning.RETURN:
        suppression.lift(phone)
        return "return"
    return "help" if meaning == Meaning.HELP else "stored"


OPT_OUT_TYPES = {"STOP": Meaning.LEAVE, "START": Meaning.RETURN, "HELP": Meaning.HELP}


def _meaning(call: Call) -> Meaning:
    """Twilio's own judgement wins over ours (Advanced Opt-Out knows words and languages of its own)."""
    return OPT_OUT_TYPES.get(call.field("OptOutType").upper()) or meaning_of(call.field("Body"))


def _store(dedupe_key: str, kind: str, sid: str, call: Call) -> int | None:
    """The id of the new event; None when the carrier has told us already."""
    payload = json.dumps({name: call.field(name) for name in call.params}, ensure_ascii=False)[:KEPT_FIELDS]
    values = {
        "dedupe_key": dedupe_key,
        "kind": kind,
        "provider_sid": sid[:64] or None,
        "ref": call.ref,
        "payload": payload,
        "received_at": now(),
    }
    return db.session.execute(STORE, values).scalar_one_or_none()


def _finish(event_id: int, verdict: str, message_id: int | None) -> None:
    values = {"b_id": event_id, "b_verdict": verdict, "b_message": message_id, "b_moment": now()}
    db.session.execute(FINISH, values)


def forget_old_events() -> int:
    """Delete what the carrier told us more than 30 days ago, a slice at a time. Says how many."""
    before, gone = now() - timedelta(days=KEPT_DAYS), 0
    while True:
        old = select(events.c.id).where(events.c.received_at < before).limit(SLICE)
        with write():
            count = rows_changed(delete(events).where(events.c.id.in_(old)))
        gone += count
        if count < SLICE:
            return gone

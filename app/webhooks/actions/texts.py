"""Texts that come in: stored once; certain opt-outs and returns are obeyed at once, the rest is kept."""

from sqlalchemy import insert

from app.delivery import queries as delivery
from app.delivery.actions import control
from app.delivery.models import messages
from app.domain.blast_states import Direction, Kind, MessageStatus
from app.domain.permission import LeftOut
from app.domain.phone import is_e164
from app.domain.replies import Meaning, meaning_of
from app.domain.segments import Measure, measure
from app.events.queries.names import names_of
from app.kit.clock import now
from app.kit.db import db, write
from app.suppression import actions as suppression
from app.suppression.actions import erased
from app.webhooks.actions.events import Call, event_of, store, was_told

PROVEN_WORDS = 200
OPT_OUT_TYPES = {"STOP": Meaning.LEAVE, "START": Meaning.RETURN, "HELP": Meaning.HELP}


def receive_text(call: Call) -> str:
    """Store a text once and obey it: certain opt-outs and returns at once, everything else is kept as received.

    Returns the verdict: opt_out, return, help, stored, ignored or repeat.
    """
    sid = call.field("MessageSid", "SmsSid")
    event, weight, meaning = event_of(call, "in", sid), measure(call.field("Body")), _meaning(call)
    with write():
        if was_told(event):
            return "repeat"
        if not is_e164(call.field("From")):
            store(event, "ignored", None)
            return "ignored"
        message_id = _keep_text(call, sid, weight)
        verdict = _obey(call, meaning)
        store(event, verdict, message_id)
    return verdict


def _keep_text(call: Call, sid: str, weight: Measure) -> int:
    made = db.session.execute(
        insert(messages)
        .values(
            direction=Direction.INBOUND,
            kind=Kind.INBOUND,
            status=MessageStatus.RECEIVED,
            phone=call.field("From"),
            sender=call.field("To")[:40],
            body=call.field("Body"),
            carrier=call.carrier,
            provider_sid=sid[:64] or None,
            segments=weight.segments,
            encoding=weight.encoding.value,
            created_at=now(),
        )
        .returning(messages.c.id)
    )
    return int(made.scalar_one())


def _obey(call: Call, meaning: Meaning) -> str:
    phone, texted = call.field("From"), f"Texted: {call.field('Body')[:PROVEN_WORDS]}"
    if meaning == Meaning.LEAVE:
        suppression.opt_out(phone, source="inbound", reason=texted, name=_name_of(phone))
        control.leave_out(phone, LeftOut.SAID_STOP)
        return "opt_out"
    if meaning == Meaning.RETURN:
        suppression.lift(phone, evidence=texted)
        erased.forget_stop(phone)
        return "return"
    return "help" if meaning == Meaning.HELP else "stored"


def _name_of(phone: str) -> str | None:
    """As the lists call them, else as we last texted them."""
    return names_of([phone]).get(phone) or delivery.name_of(phone)


def _meaning(call: Call) -> Meaning:
    """Twilio's own judgement wins over ours (Advanced Opt-Out knows words and languages of its own)."""
    return OPT_OUT_TYPES.get(call.field("OptOutType").upper()) or meaning_of(call.field("Body"))

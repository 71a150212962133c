"""Texts that come in: each stored once and routed in the same transaction, together with others that come meanwhile."""

import json
from dataclasses import dataclass
from datetime import datetime

from flask import current_app

from app.domain.phone import is_e164
from app.domain.replies import Meaning, meaning_of
from app.domain.segments import Measure, measure
from app.domain.strangers import pictures_of, written_down
from app.domain.surveys import TWICE_WITHIN, spellings
from app.events.queries.names import NAMES_OF_ONE, called
from app.inbox.actions import threads
from app.inbox.actions.threads import Said
from app.keywords.actions.matching import words_of
from app.kit.clock import now
from app.kit.columns import stored
from app.kit.db import driver
from app.kit.settings import Settings
from app.surveys.actions.answering import Heard
from app.surveys.queries.asked import MAY_ANSWER
from app.webhooks.actions import router
from app.webhooks.actions.events import TOLD, Call, Event, event_of, store
from app.webhooks.actions.router import Text
from app.webhooks.actions.together import Together

OPT_OUT_TYPES = {"STOP": Meaning.LEAVE, "START": Meaning.RETURN, "HELP": Meaning.HELP}
LONGEST_SENDER = 40
KEEP = """
    INSERT INTO messages (direction, kind, status, phone, sender, body, carrier, provider_sid, segments, encoding,
        media, created_at)
    VALUES ('inbound', 'inbound', 'received', :phone, :sender, :body, :carrier, :sid, :segments, :encoding,
        :media, :moment)
"""
# All that has to be known about every text before it is kept, in one step.
KNOWN = f"""
    SELECT EXISTS ({TOLD}), ({NAMES_OF_ONE}), ({MAY_ANSWER}),
        EXISTS (SELECT 1 FROM trigger_words WHERE word IN (SELECT value FROM json_each(:words)))
"""


@dataclass(frozen=True, slots=True)
class Came:
    """A text that came in, read before anybody waits for the write lock. `sender`: our number that it came to; `words`:
    what it may start, as a JSON list.
    """

    event: Event
    phone: str
    sender: str
    body: str
    carrier: str
    weight: Measure
    media: str | None
    meaning: Meaning
    twilio_said: str
    from_us: bool
    words: str


def receive_text(call: Call) -> str:
    """Store a text once and find its place. Returns the verdict: opt_out, return, help, maybe_stop, a room's own word,
    stored (a person looks), ignored or repeat.

    Those that come while others are being written share a commit. Raises Busy when nothing was stored.
    """
    return _together().bring(_read(call))


def _together() -> Together[Came, str]:
    """This app's; made when first asked for."""
    known = current_app.extensions.get("texts")
    if known is None:
        known = current_app.extensions.setdefault("texts", Together(_take_in))
    assert isinstance(known, Together)
    return known


def _read(call: Call) -> Came:
    settings: Settings = current_app.extensions["settings"]
    body, phone, to = call.field("Body"), call.field("From"), call.field("To")
    said = call.field("OptOutType").upper()
    return Came(
        event=event_of(call, "in", call.field("MessageSid", "SmsSid")),
        phone=written_down(phone),
        sender=to[:LONGEST_SENDER],
        body=body,
        carrier=call.carrier,
        weight=measure(body),
        media=pictures_of(call.params),
        meaning=OPT_OUT_TYPES.get(said) or meaning_of(body),  # Twilio knows words and languages of its own
        twilio_said=said if said in OPT_OUT_TYPES else "",
        from_us=phone in (to, settings.sender),
        words=json.dumps([*spellings(body), *words_of(body)]),
    )


def _take_in(came: Came) -> str:
    """Inside write()."""
    moment = now()
    asked = {"key": came.event.key, "phone": came.phone, "just": stored(moment - TWICE_WITHIN)}
    told, names, may_answer, may_start = driver().execute(KNOWN, asked | {"words": came.words}).fetchone()
    if told:
        return "repeat"
    if not came.phone:
        store(came.event, "ignored", None)
        return "ignored"
    message_id = _keep(came, moment)
    may = {"may_answer": bool(may_answer), "may_start": bool(may_start)}
    verdict = _route(came, Heard(came.phone, came.body, message_id, moment, called(names), **may))
    store(came.event, verdict, message_id)
    return verdict


def _route(came: Came, heard: Heard) -> str:
    """Short codes, names, other channels and we ourselves are read by people, and never obeyed or answered."""
    if came.from_us or not is_e164(came.phone):
        threads.came_in(heard.phone, Said(heard.message_id, heard.body), heard.moment, needs_reply=True)
        return router.KEPT
    return router.route(Text(heard, came.meaning, came.carrier, came.twilio_said))


def _keep(came: Came, moment: datetime) -> int:
    values = {
        "phone": came.phone,
        "sender": came.sender,
        "body": came.body,
        "carrier": came.carrier,
        "sid": came.event.sid,
        "segments": came.weight.segments,
        "encoding": came.weight.encoding.value,
        "media": came.media,
        "moment": stored(moment),
    }
    return int(driver().execute(KEEP, values).lastrowid or 0)

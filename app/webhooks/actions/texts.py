"""Texts that come in: each stored once and routed in the same transaction, together with others
that come meanwhile.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import current_app

from app.core.clock import now
from app.core.column_types import datetime_to_db
from app.core.db import raw_connection
from app.core.settings import Settings
from app.domain.phones.phone_number import is_e164
from app.domain.surveys.survey_state_machine import (
    REPEATED_TEXT_WINDOW,
    list_keyword_spellings,
)
from app.domain.texts.inbound_senders import clean_sender, extract_media_json
from app.domain.texts.segments import SegmentMeasurement, measure_segments
from app.domain.texts.text_intent import TextIntent, classify_text
from app.events.queries.names import NAMES_OF_ONE, Names, called
from app.inbox.actions import threads
from app.keywords.actions.keyword_text_handling import extract_candidate_words
from app.surveys.actions.survey_text_handling import InboundText
from app.surveys.queries.survey_invitations import MAY_ANSWER_SURVEY_SQL
from app.webhooks.actions import router
from app.webhooks.actions.events import TOLD, Call, Event, event_of, store_all
from app.webhooks.actions.router import Routed, Text
from app.webhooks.actions.together import Together

OPT_OUT_TYPES = {
    "STOP": TextIntent.LEAVE,
    "START": TextIntent.RETURN,
    "HELP": TextIntent.HELP,
}
LONGEST_SENDER = 40
REPEAT = "repeat"
KEEP = """
    INSERT INTO messages (direction, kind, status, phone, sender, body, carrier, provider_sid, segments, encoding,
        media, created_at)
    VALUES ('inbound', 'inbound', 'received', :phone, :sender, :body, :carrier, :sid, :segments, :encoding,
        :media, :moment)
"""
# All that has to be known about every text before it is kept: of all that are taken in
# together, in one step.
_OF_ONE = f"""
    SELECT json_array(:key, EXISTS ({TOLD}), json(({NAMES_OF_ONE})), ({MAY_ANSWER_SURVEY_SQL}),
        EXISTS (SELECT 1 FROM trigger_words WHERE word IN (SELECT value FROM json_each(:words))))
"""
for _name in ("key", "phone", "words"):
    _OF_ONE = _OF_ONE.replace(f":{_name}", f"asked.{_name}")
KNOWN = f"""
    WITH asked AS (SELECT json_extract(value, '$[0]') AS key, json_extract(value, '$[1]') AS phone,
        json_extract(value, '$[2]') AS words FROM json_each(:asked))
    SELECT json_group_array(json(({_OF_ONE}))) FROM asked
"""


@dataclass(frozen=True, slots=True)
class Came:
    """A text that came in, read before anybody waits for the write lock.

    `sender`: our number that it came to; `words`: what it may start, as a JSON list.
    """

    event: Event
    phone: str
    sender: str
    body: str
    carrier: str
    weight: SegmentMeasurement
    media: str | None
    meaning: TextIntent
    twilio_said: str
    from_us: bool
    words: str


def receive_text(call: Call) -> str:
    """Store a text once and find its place.

    Returns the verdict: opt_out, return, help, maybe_stop, a room's own word, stored (a person
    looks), ignored or repeat.

    Those that come while others are being written share a commit. Raises Busy when nothing was
    stored.
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
        phone=clean_sender(phone),
        sender=to[:LONGEST_SENDER],
        body=body,
        carrier=call.carrier,
        weight=measure_segments(body),
        media=extract_media_json(call.params),
        meaning=OPT_OUT_TYPES.get(said)
        or classify_text(body),  # Twilio knows words and languages of its own
        twilio_said=said if said in OPT_OUT_TYPES else "",
        from_us=phone in (to, settings.sender),
        words=json.dumps(
            [*list_keyword_spellings(body), *extract_candidate_words(body)]
        ),
    )


def _take_in(some: Sequence[Came]) -> list[str]:
    """The verdicts.

    A second text from a phone waits until the first has found its place. Inside write().
    """
    verdicts: list[str] = []
    while len(verdicts) < len(some):
        verdicts += _take_in_together(_of_different_people(some[len(verdicts) :]))
    return verdicts


def _of_different_people(some: Sequence[Came]) -> Sequence[Came]:
    """As many from the beginning as have nothing to do with each other."""
    seen = set[str]()
    for n, came in enumerate(some):
        if not seen.isdisjoint((came.phone, came.event.key)):
            return some[:n]
        seen |= {came.phone, came.event.key}
    return some


def _take_in_together(some: Sequence[Came]) -> list[str]:
    moment = now()
    asked = json.dumps([(came.event.key, came.phone, came.words) for came in some])
    known = (
        raw_connection()
        .execute(
            KNOWN,
            {"asked": asked, "just": datetime_to_db(moment - REPEATED_TEXT_WINDOW)},
        )
        .fetchone()[0]
    )
    facts = {key: facts for key, *facts in json.loads(known)}
    routed = [_find_its_place(came, moment, *facts[came.event.key]) for came in some]
    threads.are_found(text for each in routed for text in each.texts)
    news = [
        (came, each)
        for came, each in zip(some, routed, strict=True)
        if each.verdict != REPEAT
    ]
    store_all((came.event, each.verdict, each.message_id, None) for came, each in news)
    return [each.verdict for each in routed]


def _find_its_place(
    came: Came,
    moment: datetime,
    told: int,
    names: Names,
    may_answer: int,
    may_start: int,
) -> Routed:
    if told:
        return Routed(REPEAT)
    if not came.phone:
        return Routed("ignored")
    message_id = _keep(came, moment)
    heard = InboundText(
        came.phone,
        came.body,
        message_id,
        moment,
        called(names),
        bool(may_answer),
        bool(may_start),
    )
    # short codes, names, other channels and we ourselves are read by people, and never obeyed
    # or answered
    if came.from_us or not is_e164(came.phone):
        return router.put_before_a_person(heard)
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
        "moment": datetime_to_db(moment),
    }
    return int(raw_connection().execute(KEEP, values).lastrowid or 0)

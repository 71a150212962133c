"""Helpers of the tests of keywords: create one, text it, look at rows."""

from app.core.clock import now
from app.core.db import db, write
from app.delivery.models import Message
from app.domain.delivery.message_statuses import (
    MessageDirection,
    MessageKind,
    MessageStatus,
)
from app.domain.texts.inbound_text import InboundText
from app.events.models import Event
from app.keywords.actions import keyword_rules
from app.keywords.actions.keyword_text_handling import handle_keyword_text
from app.keywords.models import KeywordRule
from app.surveys.models import SurveyFlow, TriggerWord
from tests.sample_people import ZOE


def create_keyword(word="HOURS", answer="We are open 9 to 5.", aliases=(), **more):
    """Create a keyword; returns its id."""
    with write():
        return keyword_rules.create_keyword_rule(
            keyword_rules.KeywordInfo(word, answer, **more), aliases, "ada"
        ).id


def create_event(title="Spring picnic", **more):
    """Create an event; returns its id."""
    with write() as session:
        session.add(row := Event(title=title, **more))
    return row.id


def create_survey(name="Spring picnic", word="PICNIC", **more):
    """Create a survey; returns its id."""
    with write() as session:
        session.add(row := SurveyFlow(name=name, trigger_keyword=word, questions_json="[]", **more))
    return row.id


def build_inbound_text(body, phone=ZOE, name=None, moment=None):
    """Store an inbound text; returns it as handlers get it. Inside write()."""
    row = Message(
        direction=MessageDirection.INBOUND,
        kind=MessageKind.INBOUND,
        status=MessageStatus.RECEIVED,
        phone=phone,
        body=body,
    )
    db.session.add(row)
    db.session.flush()
    return InboundText(phone, body, row.id, moment or now(), name)


def receive_text(body, **more):
    """Receive a text; the HandlerResult, or None when no keyword took it."""
    with write():
        return handle_keyword_text(build_inbound_text(body, **more))


def get_replies(body, **more):
    """Receive a text; its replies, or None when no keyword took it."""
    result = receive_text(body, **more)
    return result and result.replies


def get_keyword(rule_id):
    """Return a keyword as it is now."""
    return db.session.get(KeywordRule, rule_id, populate_existing=True)


def find_trigger_words():
    """Return every word that starts something with the id of its keyword, None for a survey's."""
    rows = db.session.scalars(db.select(TriggerWord).order_by(TriggerWord.word))
    return {row.word: row.keyword_rule_id for row in rows}

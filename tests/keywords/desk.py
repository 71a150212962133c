"""What the tests of keywords do again and again: make one, text it, look at rows."""

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


def keyword(word="HOURS", answer="We are open 9 to 5.", aliases=(), **more):
    """A keyword; its id."""
    with write():
        return keyword_rules.create_keyword_rule(
            keyword_rules.KeywordInfo(word, answer, **more), aliases, "ada"
        ).id


def event(title="Spring picnic", **more):
    """An event; its id."""
    with write() as session:
        session.add(row := Event(title=title, **more))
    return row.id


def survey(name="Spring picnic", word="PICNIC", **more):
    """A survey; its id."""
    with write() as session:
        session.add(row := SurveyFlow(name=name, trigger_keyword=word, questions_json="[]", **more))
    return row.id


def heard(body, phone=ZOE, name=None, moment=None):
    """A text that came in, as the router tells of it. Inside write()."""
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


def text(body, **more):
    """Somebody texts that; what the keywords make of it."""
    with write():
        return handle_keyword_text(heard(body, **more))


def answers(body, **more):
    """The replies alone; None when no keyword took it."""
    taken = text(body, **more)
    return taken and taken.replies


def rule(rule_id):
    """A keyword as it is now."""
    return db.session.get(KeywordRule, rule_id, populate_existing=True)


def words():
    """Every word that starts something, with the number of its keyword; None for a survey's."""
    rows = db.session.scalars(db.select(TriggerWord).order_by(TriggerWord.word))
    return {row.word: row.keyword_rule_id for row in rows}

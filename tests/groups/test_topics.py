"""A group that is a topic: whoever left it gets its blasts no more, and all other texts."""

import pytest

from app.core.clock import now
from app.core.db import db, write
from app.delivery.actions.message_claiming import SendCapacity, claim_messages
from app.delivery.models import MessageLog
from app.domain.delivery.send_rate import TokenBucket
from app.groups.models import ContactGroup
from app.suppression.actions.topic_leaves import leave_topic, return_to_topic
from app.suppression.models import ConsentMethod
from app.suppression.topic_models import TopicLeaveSource
from tests.blasts.helpers import list_messages, open_review, release_blasts, send_blast
from tests.sample_people import LEO, MAX, ZOE


@pytest.fixture
def topic(app, choir):
    """The Choir as a topic; gives its id."""
    with app.app_context(), write() as session:
        session.get(ContactGroup, choir).is_topic = True
    return choir


def leave(app, group_id, phone):
    with app.app_context(), write():
        assert leave_topic(phone, group_id, TopicLeaveSource.INBOUND, evidence="Texted: STOP CHOIR")
        assert not leave_topic(phone, group_id, TopicLeaveSource.MANUAL)


def claim(app, carrier="sandbox"):
    """Claim all that may leave; return the phones."""
    with app.app_context(), write():
        db.session.execute(db.update(MessageLog).values(proven=True))
        capacity = SendCapacity(40, TokenBucket(1000), 1.0)
        return [message.phone for message in claim_messages(carrier, capacity, now())]


def get_reasons(app):
    return {row.phone: row.reason for row in list_messages(app)}


def test_the_review_and_the_release_skip_whoever_left_the_topic(app, visit, topic):
    leave(app, topic, LEO)
    to_choir = {"target": "group", "group_id": str(topic)}
    page = open_review(visit, "sol", **to_choir)
    assert "Send to 1 person" in page.words
    assert "Left this topic" in page.words
    send_blast(visit, "sol", **to_choir)
    release_blasts(app)
    assert get_reasons(app) == {ZOE: None, LEO: "left_topic"}
    assert claim(app) == [ZOE]


def test_a_blast_to_the_community_reaches_whoever_left_a_topic(app, visit, topic):
    leave(app, topic, LEO)
    send_blast(visit, "sol")
    release_blasts(app)
    assert get_reasons(app)[LEO] is None
    assert {ZOE, LEO, MAX} <= set(claim(app))


def test_a_leave_between_release_and_claim_is_obeyed_and_a_return_too(app, visit, topic):
    send_blast(visit, "sol", target="group", group_id=str(topic))
    release_blasts(app)
    leave(app, topic, LEO)
    leave(app, topic, ZOE)
    with app.app_context(), write():
        assert return_to_topic(ZOE, topic, ConsentMethod.TEXT)
        assert not return_to_topic(MAX, topic, ConsentMethod.TEXT)
    assert claim(app) == [ZOE]
    assert get_reasons(app)[LEO] == "left_topic"
    # Another blast in the queue of the same person is not skipped with it.
    send_blast(visit, "sol")
    release_blasts(app)
    assert LEO in claim(app)

"""A group that is a topic: whoever left it gets its blasts no more, and all other texts."""

from datetime import date

import pytest

from app.audiences.actions.segment_editing import SegmentInfo, create_segment
from app.blasts.actions.due_blasts import store_blast
from app.blasts.queries.scheduled_rendering import render_scheduled_blast
from app.core.clock import now
from app.core.db import db, write
from app.delivery.actions.message_claiming import SendCapacity, claim_messages
from app.delivery.models import MessageLog
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.audiences.conditions import Condition, ConditionKind
from app.domain.audiences.segment_rules import Joiner, SegmentRule
from app.domain.delivery.send_rate import TokenBucket
from app.groups.actions.group_editing import (
    GroupInfo,
    create_group,
    delete_group,
    update_group,
)
from app.groups.actions.memberships import add_people_to_group, remove_people_from_group
from app.groups.models import ContactGroup, MembershipSource
from app.people.actions.person_erasure import erase_all_numbers, find_embedded_mentions
from app.profiles.models import Person, PersonPhone
from app.suppression.actions.topic_leaves import leave_topic, return_to_topic
from app.suppression.models import ConsentMethod
from app.suppression.queries.sending_permission import find_suppression_reason
from app.suppression.topic_models import TopicLeaveSource, UnsubscribedTopic
from tests.blasts.helpers import (
    close_finished_blasts,
    list_messages,
    open_review,
    release_blasts,
    send_blast,
    set_message_status,
)
from tests.sample_people import LEO, MAX, ZOE


@pytest.fixture
def topic(app, choir):
    """The Choir as a topic; gives its id."""
    with app.app_context(), write() as session:
        session.get(ContactGroup, choir).is_topic = True
    return choir


def find_person(session, phone):
    number = session.scalars(db.select(PersonPhone).where(PersonPhone.phone == phone)).one()
    return session.get(Person, number.person_id)


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
    with app.app_context(), write():
        # Put into the group again by a file: that is no consent.
        remove_people_from_group(topic, [LEO])
        assert add_people_to_group(topic, [LEO], MembershipSource.IMPORT, "ada") == [LEO]
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


@pytest.fixture
def two_lists(app, topic):
    """Youth with Leo, beside the Choir; gives the fields of a blast to both."""
    with app.app_context(), write():
        youth = create_group(GroupInfo("Youth", is_topic=True))
        add_people_to_group(youth.id, [LEO], MembershipSource.HAND, "ada")
        return {"target": "audience", "include": [f"group:{topic}", f"group:{youth.id}"]}


def test_whom_another_list_reaches_still_gets_it_but_not_who_leaves_while_it_is_sent(
    app, visit, topic, two_lists
):
    leave(app, topic, LEO)
    send_blast(visit, "ada", **two_lists)
    release_blasts(app)
    assert get_reasons(app) == {ZOE: None, LEO: None}
    leave(app, topic, ZOE)
    assert claim(app) == [LEO]
    assert get_reasons(app)[ZOE] == "left_topic"


@pytest.fixture
def segments(app, topic):
    """ "In Choir", and "in Choir, or has a birthday in May", as Leo has; gives the two ids."""
    with app.app_context(), write() as session:
        find_person(session, LEO).birthday = date(1990, 5, 2)
        choir = Condition(ConditionKind.IN_GROUP, topic)
        in_may = Condition(ConditionKind.BIRTHDAY_MONTH, value="5")
        ids = []
        for name, items in (("Singers", (choir,)), ("Party", (choir, in_may))):
            rule = SegmentRule(Joiner.ANY, items)
            ids.append(create_segment(SegmentInfo(name, None, rule, name), "ada").id)
        return ids


def test_a_segment_of_a_topics_people_is_that_topic(app, visit, topic, segments):
    """Who left the choir gets none of its texts, by whatever rule they are reached through it."""
    leave(app, topic, LEO)
    singers, party = segments
    to_singers = {"target": "audience", "include": f"segment:{singers}"}
    assert "Left this topic" in open_review(visit, "ada", **to_singers).words
    send_blast(visit, "ada", **to_singers)
    release_blasts(app)
    assert get_reasons(app) == {ZOE: None, LEO: "left_topic"}
    # Whoever leaves while it is sent gets no more of it.
    leave(app, topic, ZOE)
    assert claim(app) == []
    assert get_reasons(app)[ZOE] == "left_topic"
    send_blast(visit, "ada", target="audience", include=f"segment:{party}")
    release_blasts(app)
    assert claim(app) == [LEO]


def test_who_leaves_while_the_audience_is_read_is_not_missed(app, visit, topic, two_lists):
    send_blast(visit, "ada", **two_lists)
    with app.app_context():
        blast = db.session.get(ScheduledMessage, 1)
        read_at, rendered = now(), render_scheduled_blast(blast)
        leave(app, topic, ZOE)
        assert not store_blast(blast, rendered, read_at)
    release_blasts(app)
    assert get_reasons(app) == {ZOE: "left_topic", LEO: None}


def test_a_blast_to_the_people_of_an_earlier_one_is_about_its_topic(app, visit, topic):
    send_blast(visit, "ada", target="group", group_id=str(topic))
    log_id = release_blasts(app)
    for phone in (ZOE, LEO):
        set_message_status(app, phone, "delivered", submitted_at=now())
    close_finished_blasts(app)
    leave(app, topic, LEO)
    follow_up = {"audience": "results", "log_id": str(log_id), "outcome": "everyone"}
    send_blast(visit, "ada", message_body="Please answer!", **follow_up)
    release_blasts(app)
    rows = [(row.phone, row.reason) for row in list_messages(app)]
    assert (LEO, "left_topic") in rows
    leave(app, topic, ZOE)
    assert claim(app) == []


def list_leavers(app, group_id):
    with app.app_context():
        row = UnsubscribedTopic
        is_left = (row.group_id == group_id, row.until.is_(None))
        return set(db.session.scalars(db.select(row.phone).where(*is_left)))


def test_who_left_a_deleted_topic_has_left_a_new_one_of_any_of_its_names(app, visit, topic):
    leave(app, topic, LEO)
    with app.app_context(), write():
        update_group(topic, GroupInfo("Singers", is_topic=True))
    page = visit(f"/groups/{topic}/delete", "ada")
    assert "1 person stopped this group’s texts." in page.words
    visit.post(f"/groups/{topic}/delete", "ada")
    # An import, which creates the group by its old name, texts him nothing.
    with app.app_context(), write():
        new = create_group(GroupInfo("choir")).id
        add_people_to_group(new, [LEO, ZOE], MembershipSource.IMPORT, "ada")
    assert list_leavers(app, new) == {LEO}
    send_blast(visit, "ada", target="group", group_id=str(new))
    release_blasts(app)
    assert claim(app) == [ZOE]
    # He comes back: what he had said about the old one is not said again about a later one.
    with app.app_context(), write():
        assert return_to_topic(LEO, new, ConsentMethod.TEXT)
        close_blasts_and_delete(new)
    created = visit.post("/groups/add", "ada", name="Choir", color="teal", who_may_text="everyone")
    assert list_leavers(app, int(created.location.rpartition("/")[2])) == set()
    added = visit.post("/groups/add", "ada", name="Singers", color="teal", who_may_text="everyone")
    assert (
        "1 person had stopped the texts of an earlier group" in visit(added.location, "ada").words
    )


def close_blasts_and_delete(group_id):
    db.session.execute(db.update(MessageLog).values(status="sent"))
    delete_group(group_id)


def test_who_was_erased_after_leaving_a_topic_has_left_it_when_they_come_back(app, visit, topic):
    leave(app, topic, LEO)
    said = visit(f"/people/{LEO[1:]}/erase", "ada").words
    assert "Which groups’ texts they stopped, with that code." in said
    with app.app_context(), write():
        erase_all_numbers({LEO: find_embedded_mentions(LEO)}, "ada", now())
    assert list_leavers(app, topic) == set()
    with app.app_context(), write():
        update_group(topic, GroupInfo("Singers", is_topic=True))
        add_people_to_group(topic, [LEO, MAX], MembershipSource.IMPORT, "ada")
    assert list_leavers(app, topic) == {LEO}
    with app.app_context(), write():
        assert find_suppression_reason(LEO) is None
        assert return_to_topic(LEO, topic, ConsentMethod.TEXT)
        remove_people_from_group(topic, [LEO])
        add_people_to_group(topic, [LEO], MembershipSource.IMPORT, "ada")
    assert list_leavers(app, topic) == set()

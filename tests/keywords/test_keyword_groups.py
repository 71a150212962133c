"""Words with which people join and leave a group by text."""

import pytest

from app.core.clock import now
from app.core.db import db, write
from app.groups.actions.group_editing import GroupInfo, create_group
from app.groups.actions.memberships import add_people_to_group
from app.groups.models import ContactGroup, GroupMembership, GroupTexters, MembershipSource
from app.keywords.models import KeywordAction, KeywordRule
from app.suppression.actions.topic_leaves import leave_topic
from app.suppression.models import ConsentEvent
from app.suppression.queries.left_topics import list_left_topics
from app.suppression.queries.sending_permission import has_opted_out
from app.suppression.topic_models import TopicLeaveSource
from tests.keywords.keyword_helpers import create_keyword, get_keyword, get_replies, receive_text
from tests.sample_people import LEO, ZOE
from tests.sample_rows import add_opt_out

KEYWORD = {
    "keyword": "sing",
    "match_kind": "whole",
    "response_body": "Welcome to the choir!",
    "is_active": "1",
}


@pytest.fixture
def choir(shop):
    """The group Choir, with Leo; gives its id."""
    with write():
        group_id = create_group(GroupInfo("Choir")).id
        add_people_to_group(group_id, [LEO], MembershipSource.HAND, "ada")
    return group_id


def create_group_keyword(word, action, group_id, answer="Done."):
    return create_keyword(word, answer, action=action, group_id=group_id)


def list_memberships(*, is_open=True):
    row = GroupMembership
    ended = row.until.is_(None) if is_open else row.until.is_not(None)
    rows = db.session.scalars(db.select(row).where(ended).order_by(row.id))
    return [(row.phone, row.source.value) for row in rows]


def change_group(group_id, **values):
    with write():
        db.session.execute(
            db.update(ContactGroup).where(ContactGroup.id == group_id).values(**values)
        )


def test_who_texts_the_word_is_in_the_group_once_and_the_text_is_the_proof(choir):
    create_group_keyword("SING", KeywordAction.JOIN_GROUP, choir)
    for _ in range(2):
        assert get_replies("Sing!") == ["Done."]
    assert list_memberships() == [(LEO, "hand"), (ZOE, "keyword")]
    consent = db.session.scalars(db.select(ConsentEvent)).one()
    assert (consent.method.value, consent.evidence) == ("keyword", "Texted: Sing!")


def test_who_texts_the_other_word_is_out_of_the_group_and_has_not_opted_out(choir):
    create_group_keyword("NO SONG", KeywordAction.LEAVE_GROUP, choir)
    for _ in range(2):
        assert get_replies("no song", phone=LEO) == ["Done."]
    assert list_memberships() == []
    assert list_memberships(is_open=False) == [(LEO, "hand")]
    assert not has_opted_out(LEO)
    assert list_left_topics(LEO) == []


def test_who_has_opted_out_is_in_the_group_and_a_person_sees_the_text(choir):
    add_opt_out(ZOE)
    create_group_keyword("SING", KeywordAction.JOIN_GROUP, choir)
    assert receive_text("sing").needs_person == "wants_back"
    assert has_opted_out(ZOE)
    assert db.session.scalars(db.select(ConsentEvent)).all() == []


def test_who_left_the_topic_comes_back_to_it_with_the_word(choir):
    change_group(choir, is_topic=True)
    with write():
        leave_topic(LEO, choir, TopicLeaveSource.INBOUND, evidence="stop choir")
    create_group_keyword("SING", KeywordAction.JOIN_GROUP, choir)
    get_replies("sing", phone=LEO)
    assert list_left_topics(LEO) == []


@pytest.mark.parametrize("action", [KeywordAction.JOIN_GROUP, KeywordAction.LEAVE_GROUP])
def test_a_group_that_is_archived_or_deleted_only_gets_the_reply(choir, visit, action):
    create_group_keyword("SING", action, choir)
    silent = create_group_keyword("QUIET", action, choir, answer=None)
    change_group(choir, archived_at=now())
    assert get_replies("sing") == ["Done."]
    assert receive_text("quiet") is None
    words = visit("/keywords", "sol").words
    assert "Only replies, because this group is archived: Choir" in words
    with write() as session:
        session.delete(session.get(ContactGroup, choir))
    assert get_replies("sing") == ["Done."]
    assert receive_text("quiet") is None
    assert get_keyword(silent).match_count == 0
    assert "a group that was deleted" in visit("/keywords", "sol").words
    page = visit(f"/keywords/{silent}/edit", "sol")
    assert "The group of this keyword was deleted" in page.words
    assert db.session.scalars(db.select(GroupMembership.phone)).all() == []


def test_the_form_takes_a_group_and_keeps_it(choir, visit):
    page = visit("/keywords/add", "sol")
    assert "Add them to a group" in page.words
    visit("/keywords/add", "sol", action="join_group", group_id=str(choir), **KEYWORD)
    rule = db.session.scalars(db.select(KeywordRule)).one()
    assert (rule.action, rule.group_id) == (KeywordAction.JOIN_GROUP, choir)
    assert "Adds to Choir" in visit("/keywords", "sol").words
    # What became of the group since does not keep anybody from changing the reply.
    change_group(choir, archived_at=now(), who_may_text=GroupTexters.ADMINS)
    page = visit(f"/keywords/{rule.id}/edit", "sol")
    assert "Choir (archived)" in page.words
    assert "The group of this keyword is archived" in page.words
    fields = KEYWORD | {"response_body": "Hello", "action": "leave_group", "group_id": str(choir)}
    assert visit(f"/keywords/{rule.id}/edit", "sol", **fields).status_code == 303
    assert get_keyword(rule.id).group_id == choir


@pytest.mark.parametrize(
    ("values", "group_id", "sentence"),
    [
        ({}, "", "Choose a group."),
        ({}, "99", "That group was deleted."),
        ({"archived_at": now()}, "1", "That group is archived."),
        ({"who_may_text": GroupTexters.ADMINS}, "1", "Only admins change who is in that group."),
    ],
)
def test_a_group_that_cannot_be_chosen_is_said_beside_it(choir, visit, values, group_id, sentence):
    if values:
        change_group(choir, **values)
    page = visit("/keywords/add", "sol", action="join_group", group_id=group_id, **KEYWORD)
    assert page.status_code == 422
    assert sentence in page.words


@pytest.mark.parametrize("word", ["stop choir", "LEAVE CHOIR", "unsubscribe from choir"])
def test_a_word_that_leaves_a_topic_is_no_keyword(choir, visit, word):
    """Nor does the topic take away the name of the group, or the word to join it."""
    fields = {"action": "join_group", "group_id": str(choir)}
    change_group(choir, is_topic=True)
    page = visit("/keywords/add", "sol", **KEYWORD | fields | {"keyword": word})
    assert page.status_code == 422
    for keyword in ("choir", "join choir"):
        answer = visit("/keywords/add", "sol", **KEYWORD | fields | {"keyword": keyword})
        assert answer.status_code == 303

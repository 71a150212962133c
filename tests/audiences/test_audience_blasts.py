"""A blast to several lists: chosen, counted, reviewed, confirmed, and sent to each person once."""

import contextlib
import sqlite3
from datetime import timedelta

import pytest

from app.blasts.actions.due_blasts import release_due_blasts, store_blast
from app.blasts.queries.scheduled_rendering import render_scheduled_blast
from app.core.clock import now
from app.core.db import db, write
from app.delivery.audience_models import BlastAudience, BlastAudiencePerson
from app.delivery.models import Message
from app.delivery.scheduled_models import ScheduledMessage
from app.events.models import Event, EventAnswer, EventRegistration
from app.groups.actions.group_editing import GroupInfo, create_group
from app.groups.actions.memberships import add_people_to_group
from app.groups.models import ContactGroup, GroupTexters, MembershipSource
from app.suppression.actions.topic_leaves import leave_topic
from app.suppression.topic_models import TopicLeaveSource
from tests.blasts.helpers import (
    compose_fields,
    get_form_fields,
    list_messages,
    open_review,
    release_blasts,
    send_blast,
)
from tests.sample_people import LEO, MAX, MIA, ZOE
from tests.sample_rows import add_member, add_members, add_opt_out, make_phone

UMA = "+13035550150"


@pytest.fixture
def lists(app):
    """Choir: Zoë and Leo; Youth: Leo and Mia; Max in none. All four are members."""
    with app.app_context():
        for phone, name in ((ZOE, "Zoë"), (LEO, "Leo"), (MIA, "Mia"), (MAX, "Max")):
            add_member(phone, name)
        with write():
            for name, phones in (("Choir", [ZOE, LEO]), ("Youth", [LEO, MIA])):
                group = create_group(GroupInfo(name))
                add_people_to_group(group.id, phones, MembershipSource.HAND, "ada")
    return {"target": "audience", "include": ["group:1", "group:2"]}


def tomorrow():
    due = now() + timedelta(days=1)
    day, time = f"{due:%Y-%m-%d}", f"{due:%H:%M}"
    return {
        "send_mode": "later",
        "timezone": "UTC",
        "schedule_date": day,
        "schedule_time": time,
    }


def release_tomorrow(app):
    with app.app_context():
        return release_due_blasts(now() + timedelta(days=1))


def get_statuses(app):
    return {row.phone: row.reason or str(row.status) for row in list_messages(app)}


def test_the_union_is_counted_reviewed_and_texted_once_each(app, visit, lists):
    preview = visit("/blasts/preview", "sol", **compose_fields(**lists))
    overlap = "2 in Choir, 2 in Youth, 1 in both: 3 people"
    assert overlap in preview.words
    page = open_review(visit, "sol", **lists)
    assert "Choir and Youth" in page.words
    assert overlap in page.words
    assert "Send to 3 people" in page.words
    scheduled_id = send_blast(visit, "sol", **lists)
    log_id = release_blasts(app)
    assert get_statuses(app) == dict.fromkeys((ZOE, LEO, MIA), "queued")
    for address in (f"/blasts/logs/{log_id}", "/blasts/logs?state=sending", "/groups/2"):
        assert "Choir and Youth" in visit(address, "sol").words or address == "/groups/2"
    assert "picnic" in visit("/groups/2", "sol").words
    assert visit(f"/blasts/new?again={scheduled_id}", "sol").text.count("checked") >= 2


def test_whoever_is_left_out_is_named_at_review_and_gets_no_row(app, visit, lists):
    fields = {"target": "audience", "include": ["everybody"], "exclude": ["group:2"]}
    page = open_review(visit, **fields)
    assert "Everybody in the community, but not Youth" in page.words
    assert "In Youth : 2 people" in page.words
    send_blast(visit, **fields)
    release_blasts(app)
    assert get_statuses(app) == dict.fromkeys((ZOE, MAX), "queued")


def test_who_was_texted_today_is_skipped_and_says_so(app, visit, lists):
    with app.app_context(), write() as session:
        for phone, status, kind in (
            (ZOE, "delivered", "reply"),
            (LEO, "failed", "blast"),
            (MIA, "delivered", "keyword"),
        ):
            session.add(Message(kind=kind, phone=phone, body="Hi", status=status))
    page = open_review(visit, **lists, not_texted_today="y")
    assert "but not anyone texted today" in page.words
    assert "Texted today already" in page.words
    send_blast(visit, **lists, not_texted_today="y")
    release_blasts(app)
    with app.app_context():
        rows = db.session.scalars(db.select(Message).where(Message.message_log_id.is_not(None)))
        statuses = {row.phone: row.reason or str(row.status) for row in rows}
    assert statuses == {ZOE: "texted_today", LEO: "queued", MIA: "queued"}


def test_pasted_numbers_and_an_event_join_the_lists(app, visit, lists):
    with app.app_context(), write() as session:
        session.add(event := Event(title="Picnic"))
        session.flush()
        for phone, answer in ((MAX, None), (MIA, EventAnswer.NOT_COMING)):
            session.add(EventRegistration(event_id=event.id, phone=phone, answer=answer))
    people = "Uma Rao, 303 555 0150\n(303) 555-0150"
    fields = {"target": "audience", "include": ["event:1"], "people": people}
    page = open_review(visit, **fields)
    assert "Picnic and 1 selected person" in page.words
    send_blast(visit, **fields)
    release_blasts(app)
    bodies = {row.phone: row.body for row in list_messages(app)}
    assert set(bodies) == {MAX, UMA}
    assert bodies[UMA].startswith("Hi Uma")


def test_text_the_selected_members(app, visit, lists):
    page = visit("/blasts/new/people", "sol", member_ids=["1", "3"], list="community")
    assert f"Zoë, {ZOE}" in page.text
    assert "2 selected people · 2 people" in page.words
    assert "Leo" not in page.text
    page = visit("/blasts/new/people?list=group&list_id=2&everyone=1", "sol")
    assert "Leo" in page.text
    page = visit("/blasts/new/people", "sol", list="community", follow=True)
    assert "Select at least one person first." in page.words


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"include": []}, "Choose at least one list, or paste numbers."),
        ({"include": [], "exclude": ["group:2"]}, "Choose who gets it."),
        ({"include": [f"group:{n}" for n in range(1, 12)]}, "up to 10 parts"),
        ({"include": ["group:1"], "exclude": ["group:1"]}, "“Choir” is included and left out."),
        ({"include": ["segment:7"]}, "One of the lists was deleted."),
        ({"exclude": ["event:9"]}, "One of the lists was deleted."),
        ({"people": "Zoë without a number"}, "Zoë without a number"),
        ({"include": ["members"]}, "One of the lists does not exist."),
    ],
)
def test_what_cannot_be_is_said_beside_the_lists(app, visit, lists, changes, sentence):
    page = visit("/blasts/new", "sol", **compose_fields(**lists | changes))
    assert page.status_code == 422
    assert sentence in page.words
    assert list_messages(app) == []


def test_a_list_that_is_gone_reaches_no_one_and_the_others_are_texted(app, visit, lists):
    scheduled_id = send_blast(visit, **lists, **tomorrow())
    visit.post("/groups/2/archive", "ada")
    page = visit(f"/blasts/scheduled/{scheduled_id}", "sol")
    assert "“Youth” is archived or deleted. Its people will not get this" in page.words
    assert release_tomorrow(app) == 1
    assert set(get_statuses(app)) == {ZOE, LEO}
    sentence = "“Youth” is archived or deleted, so its people were not texted."
    assert sentence in visit("/blasts/logs/1", "sol").words


def is_stored_after(app, statement):
    """Whether the first blast is stored whose audience was read before another process did this.

    The release still reads as before.
    """
    with app.app_context():
        blast = db.session.get(ScheduledMessage, 1)
        read_at, rendered = now(), render_scheduled_blast(blast)
        with contextlib.closing(sqlite3.connect(app.extensions["settings"].database_path)) as other:
            other.execute(statement)
            other.commit()
        return store_blast(blast, rendered, read_at)


def test_a_blast_that_moves_while_its_audience_is_read_keeps_its_new_time(app, visit, lists):
    """The plan of an event moves its reminders."""
    send_blast(visit, **lists)
    move = "UPDATE scheduled_messages SET scheduled_at = '2099-01-01 00:00:00'"
    assert not is_stored_after(app, move)
    release_blasts(app)
    assert get_statuses(app) == {}


@pytest.mark.parametrize(
    "change",
    [
        "target = 'community', audience_id = NULL",
        "created_by = 'sol'",
        "held_reason = 'The last blast of this series is paused.'",
        "confirmed_count = 1",
    ],
)
def test_a_blast_that_is_edited_or_held_while_its_audience_is_read_waits(app, visit, lists, change):
    """The same text at the same time, for other people: those who were read are not texted."""
    send_blast(visit, **lists)
    assert not is_stored_after(app, f"UPDATE scheduled_messages SET {change}")
    assert get_statuses(app) == {}


def test_a_list_that_is_archived_while_the_audience_is_read_is_not_texted(app, visit, lists):
    send_blast(visit, **lists | {"include": "group:1"})
    archive = "UPDATE groups SET archived_at = '2026-01-01 00:00:00.000000'"
    assert not is_stored_after(app, archive)
    release_blasts(app)
    assert get_statuses(app) == {}


def test_a_list_to_leave_out_that_is_gone_holds_the_blast(app, visit, lists):
    fields = {"target": "audience", "include": ["everybody"], "exclude": ["group:2"]}
    scheduled_id = send_blast(visit, **fields, **tomorrow())
    page = visit("/groups/2/delete", "ada", _="", follow=True)
    assert "Not deleted: there are blasts to this group" in page.words
    visit.post("/groups/2/archive", "ada")
    assert release_tomorrow(app) == 0
    page = visit(f"/blasts/scheduled/{scheduled_id}", "sol")
    assert "“Youth” is archived or deleted now. This blast excludes its people" in page.words
    assert "Send to" not in page.words
    assert list_messages(app) == []
    visit.post("/groups/2/restore", "ada")
    assert "Send to 2 people now" in visit(f"/blasts/scheduled/{scheduled_id}", "sol").words


@pytest.mark.parametrize("end", ["archive", "delete"])
def test_a_list_to_leave_out_never_vanishes_from_a_blast_that_is_composed_anew(
    app, visit, lists, end
):
    """Otherwise "everybody but Youth" would become everybody without a word."""
    fields = {"target": "audience", "include": ["everybody"], "exclude": ["group:2"]}
    scheduled_id = send_blast(visit, **fields, **tomorrow())
    visit(f"/blasts/scheduled/{scheduled_id}/cancel", "ada", _="")
    visit(f"/groups/2/{end}", "ada", go="1")
    page = visit(f"/blasts/new?again={scheduled_id}", "sol")
    kept = get_form_fields(page, "compose")["exclude"]
    assert "Chosen before" in page.words
    answer = visit("/blasts/new", "sol", **compose_fields(**fields | {"exclude": kept}))
    assert answer.status_code == 422
    sentence = {
        "archive": "“Youth” is archived or deleted. Choose another list.",
        "delete": "One of the lists does not exist. Choose again.",
    }
    assert sentence[end] in answer.words
    assert get_form_fields(answer, "compose")["exclude"] == kept


def test_a_list_that_only_admins_text_stays_left_out_for_others(app, visit, lists):
    fields = {"target": "audience", "include": ["everybody"], "exclude": ["group:2"]}
    scheduled_id = send_blast(visit, **fields)
    with app.app_context(), write() as session:
        session.get(ContactGroup, 2).who_may_text = GroupTexters.ADMINS
    page = visit(f"/blasts/new?again={scheduled_id}", "sol")
    assert get_form_fields(page, "compose")["exclude"] == "group:2"
    assert "but not Youth" in open_review(visit, "sol", **fields).words


def test_a_frozen_list_takes_no_one_new_and_opt_outs_still_count(app, visit, lists):
    send_blast(visit, **lists, **tomorrow(), freeze="y")
    with app.app_context():
        add_opt_out(LEO)
        add_members(20, start=200)
        with write() as session:
            phones = [MAX, *(make_phone(number) for number in range(200, 220))]
            add_people_to_group(1, phones, MembershipSource.BULK, "ada")
            session.execute(db.update(ContactGroup).values(description="changed"))
    assert release_tomorrow(app) == 1
    assert get_statuses(app) == {ZOE: "queued", LEO: "said_stop", MIA: "queued"}


def test_review_and_rows_of_a_frozen_list_agree_about_who_left_a_topic(app, visit, lists):
    """Pasted numbers and the topic's people are one list once it is kept."""
    with app.app_context(), write() as session:
        session.get(ContactGroup, 1).is_topic = True
        assert leave_topic(ZOE, 1, TopicLeaveSource.MANUAL)
    fields = lists | {"include": "group:1", "people": ZOE}
    assert "Send to 2 people" in open_review(visit, **fields).words
    assert "Send to 1 person" in open_review(visit, **fields, freeze="y").words
    send_blast(visit, **fields, freeze="y")
    release_blasts(app)
    assert get_statuses(app) == {ZOE: "left_topic", LEO: "queued"}


def test_a_frozen_list_is_not_pasted_into_the_next_blast(app, visit, lists):
    """Pasted people are reached whatever topic they leave, and by whoever may not text the list."""
    fields = lists | {"people": f"Uma, {UMA}", "freeze": "y"}
    send_blast(visit, "ada", **fields)
    release_blasts(app)
    page = visit("/blasts/new?again=1", "sol")
    assert "Paste the single numbers again." in page.words
    for phone in (ZOE, LEO, MIA, UMA):
        assert phone not in page.text
    send_blast(visit, "ada", target="audience", people=f"Uma, {UMA}", freeze="y")
    assert UMA in visit("/blasts/new?again=2", "sol").text


def test_only_admins_text_a_restricted_list_also_among_others(app, visit, lists):
    scheduled_id = send_blast(visit, "sol", **lists, **tomorrow())
    with app.app_context(), write() as session:
        restrict = db.update(ContactGroup).where(ContactGroup.id == 2)
        session.execute(restrict.values(who_may_text=GroupTexters.ADMINS))
    page = visit("/blasts/new", "sol", **compose_fields(**lists))
    assert "Youth: Only admins can text this group." in page.words
    assert release_tomorrow(app) == 0
    with app.app_context():
        assert db.session.get(ScheduledMessage, scheduled_id).status == "failed"


def test_erasing_and_deleting_leave_no_list_of_people(app, visit, lists):
    people = {"target": "audience", "people": "Uma Rao, 303 555 0150\nMax, 303 555 0151"}
    scheduled_id = send_blast(visit, **people, **tomorrow())
    with app.app_context(), write():
        from app.delivery.actions.audience_storage import erase_audience_person

        assert erase_audience_person(UMA) == 1
    visit.post(f"/blasts/scheduled/{scheduled_id}/cancel", "ada")
    visit.post(f"/blasts/scheduled/{scheduled_id}/delete", "ada")
    with app.app_context():
        for model in (BlastAudience, BlastAudiencePerson):
            assert db.session.scalar(db.select(db.func.count()).select_from(model)) == 0

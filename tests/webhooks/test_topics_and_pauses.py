"""STOP CHOIR leaves one topic, PAUSE 30 asks for no texts for some days; each is confirmed once."""

from datetime import timedelta

import pytest

from app.core.clock import now
from app.core.db import db, write
from app.delivery.models import Message, MessageLog
from app.delivery.reply_models import BlastReply
from app.domain.time.pause_days import compute_pause_end
from app.groups.actions.group_editing import GroupInfo, update_group
from app.groups.models import ContactGroup
from app.keywords.models import KeywordRule
from app.profiles.models import Person
from app.suppression.actions.opt_outs import add_manual_opt_out, record_opt_out
from app.suppression.actions.pauses import NewPause, set_pause
from app.suppression.actions.suppression_removal import remove_suppression_entry
from app.suppression.models import ConsentEvent, UnsubscribedContact
from app.suppression.queries.sending_permission import find_suppression_reason
from app.suppression.queries.suppression_entries import find_suppression_entries_by_phone
from app.suppression.topic_models import UnsubscribedTopic
from app.webhooks.actions.pause_processing import end_pauses
from tests.sample_people import ZOE
from tests.webhooks.calls import OURS, minutes_pass, opted_out, sid, text, verdicts

LEFT = "You won't get Choir texts anymore. Reply STOP to stop all texts."


@pytest.fixture
def topic_app(twilio_app):
    """An organisation with the topics Choir and Youth, and a group Ushers that is none."""
    with twilio_app.app_context(), write() as session:
        for name, is_topic in (("Choir", True), ("Youth", True), ("Ushers", False)):
            session.add(ContactGroup(name=name, is_topic=is_topic))
    return twilio_app


@pytest.fixture
def write_texts(topic_app):
    """A function by which Zoë texts one thing after another, some minutes apart."""
    count = 0

    def write_all(*bodies, **more):
        nonlocal count
        for body in bodies:
            count += 1
            assert text(topic_app, body, sid=sid(count), **more).status_code == 200
            minutes_pass(topic_app)

    return write_all


def left_topics(app):
    with app.app_context():
        rows = db.session.execute(
            db.select(ContactGroup.name, UnsubscribedTopic.source)
            .join(UnsubscribedTopic, UnsubscribedTopic.group_id == ContactGroup.id)
            .where(UnsubscribedTopic.until.is_(None))
            .order_by(ContactGroup.name)
        )
        return {name: source.value for name, source in rows}


def replies(app):
    with app.app_context():
        outbound = db.select(Message.body).where(Message.direction == "outbound")
        return list(db.session.scalars(outbound.order_by(Message.id)))


def ledger(app):
    with app.app_context():
        events = db.session.scalars(db.select(ConsentEvent).order_by(ConsentEvent.id))
        return [(event.act.value, event.scope, event.evidence) for event in events]


def test_stop_choir_leaves_the_choir_alone_and_is_confirmed_once(topic_app, write_texts):
    write_texts("STOP CHOIR", "Stop choir.")
    assert left_topics(topic_app) == {"Choir": "inbound"}
    assert opted_out(topic_app) == {}
    assert replies(topic_app) == [LEFT]
    assert verdicts(topic_app) == ["topic_left", "topic_left"]
    assert ledger(topic_app) == [("withdrawn", "topic:1", "Texted: STOP CHOIR")]


@pytest.mark.parametrize("name", ["Volunteers", "News", "Altar servers"])
def test_a_topics_name_is_no_signature_in_any_capitals(topic_app, write_texts, name):
    """Signed, as in "STOP Zoe", it stops all; a topic is left by its name."""
    name_choir(topic_app, name)
    write_texts(f"STOP {name}", f"Stop {name.lower()}")
    assert left_topics(topic_app) == {name: "inbound"}
    assert opted_out(topic_app) == {}


def test_they_come_back_by_start_or_join_and_only_who_left(topic_app, write_texts):
    write_texts("join choir", "leave the choir", "JOIN CHOIR")
    assert left_topics(topic_app) == {}
    assert replies(topic_app) == [
        LEFT,
        "You will get Choir texts again. Reply STOP to stop all texts.",
    ]
    assert verdicts(topic_app) == ["stored", "topic_left", "topic_joined"]
    assert [entry[:2] for entry in ledger(topic_app)] == [
        ("withdrawn", "topic:1"),
        ("returned", "topic:1"),
    ]


def test_a_global_stop_wins(topic_app, write_texts):
    write_texts("STOP", "STOP CHOIR", "START CHOIR")
    assert opted_out(topic_app) == {ZOE: "inbound"}
    assert left_topics(topic_app) == {"Choir": "inbound"}
    assert replies(topic_app) == []
    assert verdicts(topic_app) == ["opt_out", "topic_left", "wants_back"]
    # START opens all but what they left by its name.
    write_texts("START")
    assert (opted_out(topic_app), left_topics(topic_app)) == ({}, {"Choir": "inbound"})


@pytest.mark.parametrize("body", ["stop choir and everything", "STOP CHOIR ALL", "Stop these"])
def test_an_unclear_scope_means_all(topic_app, write_texts, body):
    write_texts(body)
    assert left_topics(topic_app) == {}
    with topic_app.app_context():
        assert find_suppression_reason(ZOE) in ("said_stop", "maybe_stop")


@pytest.mark.parametrize(
    "body", ["stop choir but not youth", "PAUSE CHOIR", "pause until June", "Pause 30 or remove me"]
)
def test_a_doubtful_request_holds_all_texts_until_a_person_has_read_it(
    topic_app, write_texts, body
):
    write_texts(body)
    assert left_topics(topic_app) == pause_rows(topic_app) == {}
    assert verdicts(topic_app) == ["maybe_stop"]
    # A pause is set all the same, and its end opens nothing that the question holds.
    write_texts("PAUSE 7")
    with topic_app.app_context():
        assert end_pauses(now() + timedelta(days=8)) == 1
        assert find_suppression_reason(ZOE) == "maybe_stop"


def test_what_twilio_took_for_a_stop_is_one_for_all(topic_app, write_texts):
    write_texts("STOP CHOIR", OptOutType="STOP")
    assert opted_out(topic_app) == {ZOE: "inbound"}
    assert left_topics(topic_app) == {}


def test_a_group_that_is_no_topic_is_judged_as_before(topic_app, write_texts):
    write_texts("unsubscribe from ushers", "stop at choir on Sunday?")
    assert left_topics(topic_app) == {}
    assert verdicts(topic_app) == ["maybe_stop", "stored"]


def name_choir(app, name, **values):
    with app.app_context(), write() as session:
        group = session.scalars(db.select(ContactGroup).order_by(ContactGroup.id)).first()
        for column, value in {"name": name, **values}.items():
            setattr(group, column, value)


@pytest.mark.parametrize("body", ["STOP NOW", "don't text me now", "Opt out today"])
def test_a_request_to_stop_all_is_one_whatever_topics_are_called(topic_app, write_texts, body):
    name_choir(topic_app, "Now" if "now" in body.lower() else "Today")
    write_texts(body)
    assert opted_out(topic_app) == {ZOE: "inbound"}
    assert left_topics(topic_app) == {}


@pytest.mark.parametrize("name", ["Tenors", "Seniors", "Altos"])
def test_a_topic_may_have_a_name_that_the_rules_do_not_know(topic_app, write_texts, name):
    """Without the topic, STOP and an unknown word stops all texts."""
    name_choir(topic_app, name)
    write_texts(f"STOP {name.upper()}")
    assert opted_out(topic_app) == {}
    assert left_topics(topic_app) == {name: "inbound"}


@pytest.mark.parametrize("body", ["STOP CHOIR", "remove me from choir", "Choir stop please"])
@pytest.mark.parametrize("values", [{"is_topic": False}, {"archived_at": now()}])
def test_to_leave_a_group_that_is_no_topic_holds_all_texts(topic_app, write_texts, body, values):
    """They are in no doubt about what they want: nothing is sent until a person has read it."""
    name_choir(topic_app, "Choir", **values)
    with topic_app.app_context(), write() as session:
        rule = KeywordRule(keyword="CHOIR", response_body="Welcome!", match_kind="first")
        session.add(rule)
    write_texts(body)
    assert verdicts(topic_app) == ["maybe_stop"]
    with topic_app.app_context():
        assert find_suppression_reason(ZOE) == "maybe_stop"


def test_the_words_of_a_keyword_do_what_it_does(topic_app, write_texts):
    name_choir(topic_app, "Choir", is_topic=False)
    with topic_app.app_context(), write() as session:
        session.add(KeywordRule(keyword="LEAVE CHOIR", response_body="Bye.", action="none"))
    write_texts("leave choir", "choir stop")
    assert verdicts(topic_app) == ["keyword", "maybe_stop"]


def test_neither_is_an_answer_to_a_blast(topic_app, write_texts):
    with topic_app.app_context(), write() as session:
        session.add(log := MessageLog(message_body="Hi", target="community", total_recipients=1))
        session.flush()
        row = {"kind": "blast", "body": "Hi", "status": "delivered", "sender": OURS}
        session.add(Message(**row, message_log_id=log.id, phone=ZOE))
    write_texts("no more choir", "PAUSE 30")
    with topic_app.app_context():
        [reply] = db.session.scalars(db.select(BlastReply)).all()
        found = (reply.answer, reply.is_opt_out, reply.is_topic_left, reply.is_pause)
    assert found == (None, False, True, True)


def rename(app, group_id, name, **values):
    with app.app_context(), write():
        update_group(group_id, GroupInfo(name, is_topic=True, **values))


def test_the_old_name_of_a_topic_still_leaves_it_unless_another_group_has_it(
    topic_app, write_texts
):
    rename(topic_app, 1, "Singers")
    write_texts("STOP CHOIR")
    assert left_topics(topic_app) == {"Singers": "inbound"}
    assert replies(topic_app) == [LEFT.replace("Choir", "Singers")]
    write_texts("JOIN CHOIR")
    assert left_topics(topic_app) == {}
    # The ushers, who are no topic, are called Choir now: a person decides.
    with topic_app.app_context(), write():
        update_group(3, GroupInfo("Choir"))
    write_texts("STOP CHOIR")
    assert left_topics(topic_app) == {}
    assert verdicts(topic_app) == ["topic_left", "topic_joined", "maybe_stop"]
    rename(topic_app, 3, "Choir")
    write_texts("STOP CHOIR", "STOP USHERS", "STOP SINGERS")
    assert left_topics(topic_app) == {"Choir": "inbound", "Singers": "inbound"}


def pause_rows(app):
    with app.app_context():
        rows = db.session.scalars(db.select(UnsubscribedContact)).all()
        return {row.phone: (row.source, row.ends_at) for row in rows}


def test_pause_30_sends_nothing_until_a_day_and_says_which(topic_app, write_texts):
    write_texts("PAUSE 30", "pause 30 days", "PAUSE 2 weeks")
    [(source, ends_at)] = pause_rows(topic_app).values()
    assert source == "pause"
    assert timedelta(days=12) < ends_at - now() < timedelta(days=14)
    first, second = replies(topic_app)
    assert first.startswith("No texts until ")
    assert first.endswith(". Reply START to get them again sooner, STOP to stop all texts.")
    assert second != first
    assert verdicts(topic_app) == ["pause"] * 3
    with topic_app.app_context():
        assert find_suppression_reason(ZOE) == "paused"
    acts = [entry[:2] for entry in ledger(topic_app)]
    assert acts == [("withdrawn", "pause")] * 2


def test_each_is_confirmed_in_the_language_of_the_request_or_the_person(topic_app, write_texts):
    write_texts("ya no quiero mensajes de choir", "Join the choir", "PAUSA")
    spanish, english, pause = replies(topic_app)
    assert spanish == "Ya no le llegan mensajes de Choir. Responda STOP para no recibir ninguno."
    assert english == "You will get Choir texts again. Reply STOP to stop all texts."
    assert pause.startswith("Sin mensajes hasta el ")
    # Words of all languages: they are answered in theirs.
    with topic_app.app_context(), write() as session:
        session.execute(db.update(Person).values(language="fr"))
    write_texts("START", "STOP CHOIR", "PAUSE 30")
    french, pause = replies(topic_app)[-2:]
    assert french == (
        "Vous ne recevrez plus les SMS Choir. Répondez STOP pour n'en recevoir aucun."
    )
    assert pause.startswith("Aucun SMS jusqu'au ")


def test_the_job_ends_a_pause_and_never_a_stop(topic_app, write_texts):
    write_texts("PAUSE 7")
    with topic_app.app_context():
        assert end_pauses(now() + timedelta(days=6)) == 0
        assert end_pauses(now() + timedelta(days=8)) == 1
        assert end_pauses(now() + timedelta(days=8)) == 0
        assert find_suppression_reason(ZOE) is None
    assert [entry[:2] for entry in ledger(topic_app)][-1] == ("returned", "pause")
    write_texts("PAUSE 7", "STOP")
    assert pause_rows(topic_app) == {ZOE: ("inbound", None)}
    with topic_app.app_context():
        assert end_pauses(now() + timedelta(days=400)) == 0
    write_texts("PAUSE 7")
    assert pause_rows(topic_app) == {ZOE: ("inbound", None)}


def test_start_ends_a_pause_sooner_and_a_note_by_hand_takes_its_place(topic_app, write_texts):
    write_texts("PAUSE", "START")
    assert pause_rows(topic_app) == {}
    write_texts("PAUSE 300")
    asked = pause_rows(topic_app)
    with topic_app.app_context(), write():
        # A user's 30 days make their 300 no shorter.
        end = compute_pause_end(now(), 30, "UTC")
        assert not set_pause(NewPause(ZOE, end, actor="sol"), now())
    assert pause_rows(topic_app) == asked
    with topic_app.app_context(), write():
        assert record_opt_out(ZOE, source="manual")
    assert pause_rows(topic_app) == {ZOE: ("manual", None)}
    # It is taken back: the pause they asked for still holds, until its own day.
    remove_entry(topic_app)
    assert pause_rows(topic_app) == asked
    with topic_app.app_context():
        assert find_suppression_reason(ZOE) == "paused"
        assert end_pauses(now() + timedelta(days=301)) == 1


def remove_entry(app):
    with app.app_context(), write():
        [entry] = find_suppression_entries_by_phone(ZOE)
        remove_suppression_entry(entry.kind, entry.id, "ada")


def test_a_pause_that_is_asked_for_behind_an_opt_out_comes_back_and_start_ends_both(
    topic_app, write_texts
):
    with topic_app.app_context(), write():
        add_manual_opt_out("Zoe", ZOE, "by phone")
    write_texts("PAUSE 30", "pause 10")
    assert pause_rows(topic_app) == {ZOE: ("manual", None)}
    assert replies(topic_app) == []
    remove_entry(topic_app)
    [(source, ends_at)] = pause_rows(topic_app).values()
    assert source == "pause"
    assert ends_at - now() < timedelta(days=10)
    # Their STOP is above the pause and outlives a user's note, and START ends both.
    with topic_app.app_context(), write():
        record_opt_out(ZOE, source="manual")
    write_texts("STOP")
    remove_entry(topic_app)
    assert pause_rows(topic_app) == {ZOE: ("inbound", None)}
    write_texts("STOP", "PAUSE 30", "START")
    assert pause_rows(topic_app) == {}
    with topic_app.app_context(), write():
        record_opt_out(ZOE, source="manual")
    remove_entry(topic_app)
    assert pause_rows(topic_app) == {}


def test_a_keyword_pause_of_before_keeps_its_word_and_numbers_stay_a_pause(topic_app, write_texts):
    with topic_app.app_context(), write() as session:
        session.add(KeywordRule(keyword="PAUSE", response_body="Take a breath.", action="none"))
    write_texts("pause")
    assert pause_rows(topic_app) == {}
    assert replies(topic_app) == ["Take a breath."]
    write_texts("PAUSE 30")
    assert pause_rows(topic_app)[ZOE][0] == "pause"

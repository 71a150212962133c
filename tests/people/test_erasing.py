"""Somebody asks to be erased: what names them goes from every table, what was counted stays."""

import json
import sqlite3

import pytest

from app.accounts.models import AppUser
from app.audit.models import AuditEvent
from app.blasts.actions.due_blasts import store_blast
from app.blasts.models import StoredDraft
from app.blasts.queries.scheduled_rendering import render_scheduled_blast
from app.check_ins.models import CheckIn, CheckInStreak
from app.community.models import CommunityMember
from app.core.clock import now
from app.core.db import db, write
from app.delivery.actions import message_resend
from app.delivery.engine_models import Attempt
from app.delivery.models import Message, MessageLog
from app.delivery.queries.blast_messages import get_blast_tally
from app.delivery.queries.resendable_messages import list_actionable_message_ids
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.phones.phone_erasure import contains_phone_number, is_erasure_mark
from app.events.models import Event, EventRegistration
from app.groups.models import ContactGroup, GroupMembership
from app.imports.models import Import, ImportRow
from app.inbox.models import Thread
from app.people.actions.person_erasure import erase_person_data, find_embedded_mentions
from app.people.models import PersonNote
from app.suppression.actions import erased_numbers
from app.suppression.actions.opt_outs import record_opt_out
from app.suppression.models import (
    ConsentEvent,
    ErasedNumber,
    StopQuestion,
    UnsubscribedContact,
)
from app.suppression.queries.sending_permission import find_suppression_reason
from app.webhooks.models import WebhookEvent
from tests import sample_rows
from tests.blasts.helpers import list_messages, release_blasts, send_blast
from tests.sample_people import LEO, ZOE
from tests.webhooks.calls import BASE, TWILIO, text

NAME, SECRET = "Zoë Hernández", "Zoë, your test result is ready"
PAGE = f"/people/{ZOE[1:]}"
SPELLED = "(303) 555-0142"
ERASED_TABLES = {
    "attempts",
    "audience_people",
    "blast_drafts",
    "check_ins",
    "community_members",
    "consent_events",
    "deleted_topic_leaves",
    "event_registrations",
    "group_members",
    "import_rows",
    "messages",
    "people",
    "person_notes",
    "person_phones",
    "replaced_pauses",
    "sandbox_messages",
    "sandbox_phones",
    "stop_questions",
    "suppressed_contacts",
    "survey_answers",
    "survey_sessions",
    "threads",
    "trash_rows",
    "unsubscribed_contacts",
    "unsubscribed_topics",
    "users",
    "webhook_events",
    "sequence_people",
}


def furnish():
    """Zoë stands in every table that can hold her, and Leo beside her."""
    sample_rows.add_member(ZOE, NAME)
    sample_rows.add_member(LEO, "Leo")
    with write() as session:
        session.add_all([event := Event(title="Picnic"), group := ContactGroup(name="Choir")])
        details = json.dumps(
            [
                {"phone": phone, "name": name, "success": True, "error": None}
                for phone, name in ((ZOE, NAME), (LEO, "Leo"))
            ]
        )
        session.add(log := MessageLog(message_body="Hello", target="community", total_recipients=2))
        session.add(MessageLog(message_body="Old", target="community", details=details))
        layout = {
            "kinds": ["name", "phone"],
            "headings": [],
            "first_rows": [[NAME, SPELLED], ["Leo", LEO]],
        }
        session.add(
            sheet := Import(created_by="ada", file_name="people.csv", columns=json.dumps(layout))
        )
        session.flush()
        session.add_all(
            [
                EventRegistration(event_id=event.id, phone=ZOE, name=NAME),
                GroupMembership(group_id=group.id, phone=ZOE),
                CheckIn(phone=ZOE, day=now().date(), source_name="WALK"),
                CheckInStreak(phone=ZOE, last_day=now().date(), run_days=1, longest_days=1),
                PersonNote(phone=ZOE, body=SECRET, created_by="sol"),
                StoredDraft(
                    client_token="a",
                    created_by="sol",
                    updated_by="sol",
                    updated_at=now(),
                    fields=json.dumps([["people", f"{NAME}, {SPELLED}\nLeo {LEO}"]]),
                ),
                Thread(phone=ZOE, needs_reply=True),
                StopQuestion(phone=ZOE, body=SECRET, decide_by=now()),
                ImportRow(import_id=sheet.id, line=1, verdict="new", phone=ZOE, name=NAME),
                ImportRow(
                    import_id=sheet.id,
                    line=2,
                    verdict="bad",
                    cells=json.dumps([NAME, f"{SPELLED} and more"]),
                ),
                ImportRow(
                    import_id=sheet.id, line=3, verdict="bad", cells=json.dumps(["Leo", "12"])
                ),
            ]
        )
        _texts(session, log.id)
    sample_rows.add_dead_number(ZOE)
    with write() as session:
        # Sol's own phone, and Ada asked for a code to it.
        session.query(AppUser).filter_by(username="sol").update({"phone": ZOE})
        session.query(AppUser).filter_by(username="ada").update({"pending_phone": ZOE})
        record_opt_out(ZOE, source="inbound", reason=f"Texted “{SECRET}”", name=NAME)
        db.session.execute(
            db.text("INSERT INTO sandbox_phones (phone, mood) VALUES (:phone, 'working')"),
            {"phone": ZOE},
        )
    return log.id


def _texts(session, log_id):
    sent = {"kind": "blast", "message_log_id": log_id, "body": SECRET, "name": NAME}
    session.add(row := Message(phone=ZOE, status="delivered", provider_sid="SM1", **sent))
    session.add(
        Message(
            phone=LEO,
            status="delivered",
            **(sent | {"body": "Hello Leo", "name": "Leo"}),
        )
    )
    session.add(Message(phone=ZOE, kind="reply", status="queued", body=SECRET))
    session.add(Message(phone=ZOE, kind="reply", status="unknown", body=SECRET, look_up_at=now()))
    failed = f"The number {ZOE} is unsubscribed"
    session.add(
        Message(phone=ZOE, kind="reply", status="failed", body=SECRET, error_message=failed)
    )
    picture = json.dumps([{"url": f"https://api.twilio.com/{SECRET}", "type": "image/png"}])
    session.add(
        Message(
            phone=ZOE,
            kind="inbound",
            direction="inbound",
            status="received",
            body=SECRET,
            media=picture,
        )
    )
    session.flush()
    session.add(Attempt(message_id=row.id, n=1, ref="0" * 32, why=failed))
    call = json.dumps({"From": ZOE, "Body": SECRET}, ensure_ascii=False)
    session.add(
        WebhookEvent(dedupe_key="st:SM1:sent", kind="status", provider_sid="SM1", payload=call)
    )
    session.add(WebhookEvent(dedupe_key="in:SM9", kind="inbound", payload=call))


def everything(app):
    """Every value of every table as one text, and the bytes of the file."""
    path = app.extensions["settings"].database_path
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    names = [
        row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    ]
    rows = [repr(row) for name in names for row in connection.execute(f'SELECT * FROM "{name}"')]
    connection.close()
    return "\n".join(rows), path.read_bytes()


# case K11
def test_nothing_that_names_an_erased_person_is_left_in_any_table(visit, app):
    """K11: gone from the lists, masked in the logs, and the counts are what they were."""
    with app.app_context():
        log_id = furnish()
        before = get_blast_tally(log_id)
    assert ZOE in everything(app)[0]
    page = visit(f"{PAGE}/erase", "ada")
    for said in (
        NAME,
        "Texts whose name, number and content are erased 5",
        "this number opted out",
        "can’t be undone",
    ):
        assert said in page.words
    assert visit.post(f"{PAGE}/erase", "ada").location == "/community"
    rows, file = everything(app)
    for trace in (ZOE, ZOE[1:], ZOE[2:], SPELLED, NAME, SECRET, "Zoë"):
        assert trace not in rows, trace
        assert trace.encode() not in file, trace
    with app.app_context():
        assert get_blast_tally(log_id) == before
        assert db.session.scalars(db.select(CommunityMember.phone)).all() == [LEO]
        leo = db.session.scalars(db.select(Message).where(Message.phone == LEO)).one()
        assert (leo.name, leo.body) == ("Leo", "Hello Leo")
        marks = set(db.session.scalars(db.select(Message.phone).where(Message.phone != LEO)))
        assert len(marks) == 1
        assert is_erasure_mark(marks.pop())
        event = db.session.scalars(
            db.select(AuditEvent).where(AuditEvent.verb == "person.erased")
        ).one()
        assert (event.who, is_erasure_mark(event.about)) == ("ada", True)
        assert db.session.scalars(
            db.select(Message.status).where(Message.reason == "erased")
        ).all() == ["cancelled"]


def test_each_feature_says_how_many_of_its_rows_were_erased(app):
    with app.app_context():
        furnish()
        mentions = find_embedded_mentions(ZOE)
        with write():
            result = erase_person_data(ZOE, mentions, "ada", now())
    assert is_erasure_mark(result.mark)
    assert result.row_counts["messages"] == 5
    assert result.row_counts["community_members"] == result.row_counts["person_notes"] == 1
    assert set(result.row_counts) == ERASED_TABLES


def test_only_a_post_erases(visit, app):
    with app.app_context():
        sample_rows.add_member(ZOE, NAME)
    assert visit.browser("ada").head(f"{PAGE}/erase").status_code == 200
    with app.app_context():
        assert db.session.scalars(db.select(CommunityMember.phone)).all() == [ZOE]


def test_the_pages_of_an_erased_person_say_so_and_break_nowhere(visit, app):
    with app.app_context():
        furnish()
    visit.post(f"{PAGE}/erase", "ada")
    page = visit("/blasts/logs/1", "ada")
    assert "No name erased" in page.words
    assert 'href="/people/' in page.text  # Leo's
    assert 'href="/people/#' not in page.text
    assert "No person has this number yet." in visit(PAGE, "ada").words
    assert visit("/blasts/logs/1/export", "ada").status_code == 200


def test_the_ledger_keeps_its_lines_without_the_number_or_the_words(visit, app):
    with app.app_context():
        furnish()
    visit.post(f"{PAGE}/erase", "ada")
    with app.app_context():
        line = db.session.scalars(db.select(ConsentEvent)).one()
        assert (line.act, line.method, line.evidence) == ("withdrawn", "stop", None)
        assert is_erasure_mark(line.phone)


def test_a_text_in_doubt_is_neither_asked_about_nor_sent_again(visit, app):
    with app.app_context():
        log_id = furnish()
        with write() as session:
            session.add(
                row := Message(
                    phone="+13035550199",
                    kind="blast",
                    message_log_id=log_id,
                    status="unknown",
                    body="",
                )
            )
    visit.post("/people/13035550199/erase", "ada")
    with app.app_context():
        assert list_actionable_message_ids(log_id, "unknown") == []
        with write():
            assert message_resend.request_status_lookup(log_id, [row.id], now()) == 0
            assert (
                message_resend.resend_messages(log_id, [row.id], "+12025550100", now()).queued == 0
            )


def test_while_a_text_is_leaving_nothing_is_erased(visit, app):
    with app.app_context():
        sample_rows.add_member(ZOE, NAME)
        with write() as session:
            session.add(Message(phone=ZOE, kind="reply", status="submitting", body="Hi"))
    assert visit.post(f"{PAGE}/erase", "ada").location == f"{PAGE}/erase"
    assert "A text to them is being sent right now." in visit(f"{PAGE}/erase", "ada").words
    with app.app_context():
        assert db.session.scalars(db.select(CommunityMember.phone)).all() == [ZOE]


# case B14
@pytest.mark.parametrize("way", ["stop", "both"])
def test_whoever_said_stop_and_was_erased_is_not_texted_when_a_list_brings_them_back(
    visit, app, way
):
    """B14, K11: added again by hand, they stand on the do-not-text list at once, and only they
    can undo it.
    """
    with app.app_context():
        sample_rows.add_opt_out(ZOE)
        if way == "both":
            sample_rows.add_dead_number(ZOE)
    visit.post(f"{PAGE}/erase", "ada")
    with app.app_context():
        assert find_suppression_reason(ZOE) is None
        assert erased_numbers.filter_erased_opt_outs([LEO, ZOE]) == [ZOE]
    visit("/community/add", "ada", name="Zoë", phone=ZOE)
    words = visit(PAGE, "ada").words
    assert "No. Opted out. Only they can undo this" in words
    assert "Opted out before they were erased" in words
    visit.post(f"{PAGE}/erase", "ada")
    with app.app_context():
        assert erased_numbers.filter_erased_opt_outs([ZOE]) == [ZOE]
        assert db.session.scalar(db.select(db.func.count()).select_from(ErasedNumber)) == 1


def test_somebody_who_never_said_stop_may_come_back_with_a_list(visit, app):
    with app.app_context():
        sample_rows.add_member(ZOE, NAME)
    visit.post(f"{PAGE}/erase", "ada")
    visit("/community/add", "ada", name="Zoë", phone=ZOE)
    with app.app_context():
        assert find_suppression_reason(ZOE) is None


def test_another_number_for_a_member_is_asked_for_too(visit, app):
    with app.app_context():
        sample_rows.add_opt_out(ZOE)
        member = sample_rows.add_member(LEO, "Leo").id
    visit.post(f"{PAGE}/erase", "ada")
    visit(f"/community/{member}/edit", "ada", name="Leo", phone=ZOE)
    with app.app_context():
        assert find_suppression_reason(ZOE)


def test_their_own_start_outweighs_what_was_remembered(make_app):
    app = make_app(**TWILIO, public_base_url=BASE)
    with app.app_context(), write():
        erased_numbers.record_erased_number(ZOE, said_stop=True, by="ada")
        assert erased_numbers.restore_erased_opt_outs([ZOE, LEO]) == 1
        assert erased_numbers.restore_erased_opt_outs([ZOE, LEO]) == 0
    assert text(app, "START").status_code == 200
    with app.app_context():
        assert find_suppression_reason(ZOE) is None
        assert erased_numbers.filter_erased_opt_outs([ZOE]) == []
        assert db.session.scalars(db.select(UnsubscribedContact)).all() == []


@pytest.mark.parametrize(
    "cell",
    [SPELLED, "303.555.0142", "+1 303 555 0142 ext 7", "0013035550142", "5550142"],
)
def test_a_number_is_recognised_in_any_spelling(cell):
    assert contains_phone_number(cell, ZOE)


@pytest.mark.parametrize("cell", ["", "Zoë", "0142", "(303) 555-0143", "42"])
def test_other_cells_are_left_alone(cell):
    assert not contains_phone_number(cell, ZOE)


def test_a_registration_of_somebody_erased_after_a_stop_is_asked_for_too(visit, app):
    with app.app_context():
        sample_rows.add_opt_out(ZOE)
        with write() as session:
            session.add(Event(title="Picnic"))
    visit.post(f"{PAGE}/erase", "ada")
    visit("/events/1/register", "sol", name="Zoë", phone=ZOE)
    with app.app_context():
        assert find_suppression_reason(ZOE)
    assert f'href="{visit.find_person_page(ZOE)}"' in visit("/events/1", "sol").text


def test_whoever_is_erased_while_a_blast_is_released_is_no_row_of_it(visit, app):
    with app.app_context():
        sample_rows.add_member(ZOE, NAME)
        sample_rows.add_member(LEO, "Leo")
    send_blast(visit)
    with app.app_context():
        blast = db.session.get(ScheduledMessage, 1)
        read_at, rendered = now(), render_scheduled_blast(blast)
        mentions = find_embedded_mentions(ZOE)
        with write():
            erase_person_data(ZOE, mentions, "ada", now())
        assert not store_blast(blast, rendered, read_at)
    release_blasts(app)
    assert [row.phone for row in list_messages(app)] == [LEO]

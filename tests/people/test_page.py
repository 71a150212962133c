"""One person's page: it answers within ten seconds why somebody did or did not get a text."""

import pytest

from app.audit.models import AuditEvent
from app.core.clock import now
from app.core.db import db, write
from app.delivery.models import Message, MessageLog
from app.events.models import Event, EventRegistration
from app.organisation.models import Organisation
from app.people.models import PersonNote
from app.suppression.actions.opt_outs import record_opt_out
from app.suppression.actions.stop_questions import open_stop_question
from app.suppression.queries.sending_permission import find_suppression_reason
from app.suppression.queries.suppression_entries import find_suppression_entries_by_phone
from tests import sample_rows
from tests.sample_people import LEO, MIA, ZOE

PAGE = f"/people/{ZOE[1:]}"


def logged(body="Picnic on Saturday", **more):
    """A blast as sent."""
    with write() as session:
        session.add(log := MessageLog(message_body=body, target="community", **more))
    return log.id


def text(phone=ZOE, status="delivered", body="Picnic on Saturday", **more):
    """A text to or from somebody."""
    values = {
        "kind": "blast",
        "direction": "outbound",
        "phone": phone,
        "body": body,
        "status": status,
    } | more
    with write() as session:
        session.add(row := Message(**values))
    return row.id


@pytest.fixture
def zoe(app):
    """Zoë is on the list, comes to the picnic, got one text and wrote back."""
    with app.app_context():
        sample_rows.add_member(ZOE, "Zoë Hernández")
        with write() as session:
            session.add(event := Event(title="Spring picnic"))
            session.flush()
            session.add(EventRegistration(event_id=event.id, phone=ZOE, name="Zoe H."))
        text(message_log_id=logged(), name="Zoë")
        text(
            kind="inbound",
            direction="inbound",
            status="received",
            body="Thanks! <b>See you</b>",
        )
    return app


def test_a_page_of_somebody_says_who_they_are_and_everything_they_were_texted(visit, zoe):
    for who in ("ada", "sol"):
        words = visit(PAGE, who).words
        for said in (
            "Zoë Hernández",
            "+1 303 555 0142",
            "United States",
            "in Denver",
            "Yes. They get blasts to the community",
            "Consent: none recorded",
            "Zoe H.",
            "Spring picnic",
            "Picnic on Saturday",
            "Delivered",
            "Thanks! <b>See you</b>",
            "2 texts",
        ):
            assert said in words, said


def test_nobody_knows_a_number_and_the_page_says_so(visit, app):
    words = visit("/people/4915123456789", "sol").words
    for said in (
        "Germany",
        "Mobile phone",
        "in Berlin",
        "No person has this number yet.",
    ):
        assert said in words, said


def test_an_address_that_is_no_number_is_not_there(visit, app):
    for digits in [
        "123456",
        "0303555014",
        "1" * 16,
        "zoe",
        "+13035550142",
        "1303555014x",
        "١٢٣٤٥٦٧٨",
    ]:
        assert visit(f"/people/{digits}", "ada").status_code == 404, digits


def test_a_number_that_no_phone_can_have_still_has_a_page(visit, app):
    assert "Number not in use" in visit("/people/19999999999", "ada").words


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (
            {"status": "skipped", "reason": "said_stop", "body": ""},
            "Skipped Opted out",
        ),
        (
            {"status": "skipped", "reason": "number_dead", "body": ""},
            "Skipped Invalid number",
        ),
        ({"status": "cancelled", "reason": "stopped"}, "Canceled Stopped before it was sent."),
        ({"status": "expired"}, "Too late"),
        (
            {"status": "undelivered", "error_code": 30006, "provider_sid": "SM1"},
            "landline",
        ),
        ({"status": "unknown", "reason": "no_answer"}, "Twilio did not answer."),
        ({"status": "queued", "body": ""}, "Waiting"),
    ],
)
def test_the_page_says_why_each_text_did_not_arrive(visit, app, row, said):
    with app.app_context():
        text(message_log_id=logged("Snow day"), **row)
    page = visit(PAGE, "sol")
    assert said.lower() in page.words.lower()
    assert 'href="/blasts/logs/1"' in page.text


def test_only_the_person_undoes_a_stop_and_the_page_says_how(visit, zoe):
    with zoe.app_context(), write():
        record_opt_out(ZOE, source="inbound", reason="Texted “stop it”")
    page = visit(PAGE, "ada")
    for said in (
        "No. Opted out. Only they can undo this, by texting START to +1 202 555 0100.",
        "Texted “stop it”",
    ):
        assert said in page.words
    assert "take-off" not in page.text
    assert visit.post(f"{PAGE}/take-off", "ada").status_code == 303
    assert "Only they can undo this" in visit(PAGE, "ada").words
    with zoe.app_context():
        assert find_suppression_reason(ZOE)


def test_an_admin_puts_somebody_on_the_list_and_takes_them_off(visit, zoe):
    assert visit.post(f"{PAGE}/do-not-text", "ada").location == visit.find_person_page(ZOE)
    assert "Added by hand" in visit(PAGE, "ada").words
    assert "An admin can remove them" in visit(PAGE, "sol").words
    visit.post(f"{PAGE}/take-off", "ada")
    words = visit(PAGE, "ada").words
    assert "Yes. They get blasts" in words
    assert "Opted out" in words
    with zoe.app_context():
        abouts = db.session.scalars(db.select(AuditEvent.about)).all()
    assert set(abouts) == {"number ending in 0142"}


def test_a_number_on_both_lists_comes_off_both_or_none(visit, app):
    with app.app_context():
        sample_rows.add_dead_number(ZOE)
        with write():
            record_opt_out(ZOE, source="inbound")
    visit.post(f"{PAGE}/take-off", "ada")
    with app.app_context():
        assert len(find_suppression_entries_by_phone(ZOE)) == 2


def test_without_a_recorded_yes_an_admin_writes_down_how_they_agreed(visit, zoe):
    with zoe.app_context(), write() as session:
        session.get(Organisation, 1).consent_required = True
    assert "No. Has not agreed to texts." in visit(PAGE, "sol").words
    wrong = visit(f"{PAGE}/consent", "ada", evidence="  ")
    assert (wrong.status_code, "Enter when and how they agreed." in wrong.words) == (
        422,
        True,
    )
    visit(f"{PAGE}/consent", "ada", evidence="Signed at the door")
    words = visit(PAGE, "ada").words
    assert "Yes." in words
    assert "Consent: Agreed to texts “Signed at the door” on a form, recorded by Ada" in words


def test_a_recorded_yes_never_outweighs_a_stop(visit, app):
    with app.app_context():
        sample_rows.add_opt_out(ZOE)
    visit(f"{PAGE}/consent", "ada", evidence="He told me")
    assert "They opted out. Only they can undo this, by texting START." in visit(PAGE, "ada").words


def test_notes_are_kept_and_deleted_by_their_writer_or_an_admin(visit, zoe):
    visit(f"{PAGE}/notes", "sol", body="Prefers <i>Spanish</i>")
    visit(f"{PAGE}/notes", "ada", body="Chairs the choir")
    page = visit(PAGE, "sol")
    assert "Prefers <i>Spanish</i>" in page.words
    assert page.text.count("/delete") == 1
    visit.post(f"{PAGE}/notes/2/delete", "sol")
    assert "Only the author of a note or an admin can delete it." in visit(PAGE, "sol").words
    for note in (1, 2):
        visit.post(f"{PAGE}/notes/{note}/delete", "ada")
    assert visit.post(f"{PAGE}/notes/1/delete", "ada").status_code == 404
    with zoe.app_context():
        assert db.session.scalars(db.select(PersonNote)).all() == []


@pytest.mark.parametrize(
    ("typed", "said"),
    [(" ", "Enter a note."), ("x" * 1001, "at most 1,000 characters")],
)
def test_a_note_that_cannot_be_kept_comes_back_with_the_sentence(visit, zoe, typed, said):
    page = visit(f"{PAGE}/notes", "sol", body=typed)
    assert page.status_code == 422
    assert said in page.words
    assert typed.strip() in page.text


def test_a_note_of_somebody_else_is_not_reached_through_another_number(visit, app):
    with app.app_context(), write() as session:
        session.add(PersonNote(phone=LEO, body="About Leo", created_by="sol"))
    assert visit.post(f"{PAGE}/notes/1/delete", "ada").status_code == 404


def test_sol_puts_somebody_on_the_list_who_asked_at_the_door(visit, zoe):
    assert f"{visit.find_person_page(ZOE)}/do-not-text" in visit(PAGE, "sol").text
    visit.post(f"{PAGE}/do-not-text", "sol")
    words = visit(PAGE, "sol").words
    assert "Consent: Opted out" in words
    assert "recorded by Sol" in words


def test_ada_changes_the_name_and_the_number_in_place(visit, zoe):
    page = visit("/community/1/edit", "ada", name="Zoë H.", phone=MIA, to_person="1")
    assert page.location == visit.find_person_page(MIA)


@pytest.mark.parametrize("door", ["take-off", "erase"])
def test_what_takes_people_off_or_erases_them_is_for_admins(visit, zoe, door):
    assert visit.post(f"{PAGE}/{door}", "sol").status_code == 403
    assert f"/{door}" not in visit(PAGE, "sol").text


NASTY = (
    "<script>alert(1)</script>",
    "{{7*7}}",
    "%s",
    '"; DROP TABLE',
    "O'Brien",
    "Null",
    "👨‍👩‍👧‍👦",
    "שלום",
    "a" + "\u0301" * 50,
    "<img src=x onerror=alert(1)>",
    "javascript:alert(1)",
)


# case B17
@pytest.mark.parametrize("name", ["Null", " ".join(NASTY)])
def test_odd_names_are_shown_as_they_are_and_never_run(visit, app, name):
    """B17: on the person's page, in its title, in its buttons, and before they are erased."""
    with app.app_context():
        sample_rows.add_member(ZOE, name)
        with write() as session:
            session.add(event := Event(title=name))
            session.flush()
            session.add(EventRegistration(event_id=event.id, phone=ZOE, name=name))
            session.add(PersonNote(phone=ZOE, body=name, created_by="sol"))
            record_opt_out(ZOE, source="manual", reason=name, name=name)
        text(name=name, body=name, message_log_id=logged(name, event_title=name))
    for address in (PAGE, f"{PAGE}/erase"):
        page = visit(address, "ada")
        assert page.status_code == 200
        assert " ".join(name.split()) in page.words
        for markup in ("<script>alert", "<img src=x", 'href="javascript', ">49<"):
            assert markup not in page.text


def test_texts_come_in_pages_of_fifty_the_newest_first(visit, app):
    with app.app_context(), write() as session:
        session.add_all(
            Message(kind="blast", phone=ZOE, body=f"Text {n:03}", status="sent") for n in range(120)
        )
        session.add(Message(kind="blast", phone=MIA, body="Not hers", status="sent"))
    first, last, beyond = (visit(f"{PAGE}?page={number}", "sol").words for number in (1, 3, 99))
    assert first.index("Text 119") < first.index("Text 070")
    assert "1–50 of 120 texts" in first
    assert "Text 019" in last
    assert "101–120 of 120 texts" in beyond
    assert "Not hers" not in first + last


def test_other_pages_lead_here(visit, zoe):
    with zoe.app_context():
        sample_rows.add_opt_out(ZOE)
    for address, who in (
        ("/community", "sol"),
        ("/suppression", "ada"),
        ("/blasts/logs/1", "sol"),
    ):
        page = visit.find_person_page(ZOE)
        assert f'href="{page}"' in visit(address, who).text, address


def test_what_may_mean_stop_is_quoted_until_somebody_decides(visit, app):
    with app.app_context(), write():
        open_stop_question(ZOE, None, "who is this? stop texting me or else", now())
    words = visit(f"/people/{ZOE[1:]}", "sol").words
    assert "No. Possible opt-out. Decide in their conversation whether they want texts." in words
    assert "They texted who is this? stop texting me or else" in words
    assert "Texts to them are paused until you decide. Without a decision by" in words


def test_a_landline_is_said_where_the_plan_tells(visit, app):
    with app.app_context():
        sample_rows.add_member("+442079460958", "Zoe")
        sample_rows.add_member("+447921123456", "Leo")
    words = visit("/people/442079460958", "ada").words
    assert "Probably not. This is a landline, and landlines rarely get texts." in words
    assert "Probably not." not in visit("/people/447921123456", "ada").words

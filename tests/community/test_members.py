"""One member: added, changed, deleted, put on the do-not-text list; admins only."""

import json

import pytest

from app.audit.models import AuditEvent
from app.core.db import db
from app.suppression.models import UnsubscribedContact
from tests.sample_people import LEO, ZOE
from tests.sample_rows import add_dead_number, add_member, add_opt_out
from tests.visit import Visitor

ACTS = [f"/community/{act}" for act in ("add", "1/edit", "1/delete", "bulk-delete", "bulk-export")]
BAD_NUMBERS = [
    ("", "Enter a phone number"),
    ("+14155552671 ext 5", "extension"),
    ("911", "short code"),
    ("+15555550100", "No phone can have"),
]
NAMES = [
    "<script>alert(1)</script>",
    "{{7*7}}",
    "O'Brien",
    '"; DROP TABLE',
    "%s",
    "Null",
    "🏳️\u200d🌈 مرحبا",
]


def last_act(app):
    with app.app_context():
        row = db.session.scalar(db.select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1))
        details = json.loads(row.details or "{}")
        # Acts on several people at once name them in a column that an erasure may empty.
        if row.verb.startswith("members.") or row.verb == "member.deleted":
            details["names"] = json.loads(row.people)["names"]
        return row.verb, row.who, row.about, details


def test_ada_adds_somebody_in_any_spelling(app, visit, on_the_list, id_of):
    page = visit(
        "/community/add",
        "ada",
        name="  Zoë \u202eHernández\u200b",
        phone="(303) 555-0142",
    )
    assert (page.status_code, page.location) == (303, "/community")
    assert on_the_list() == {ZOE: "Zoë Hernández"}
    assert last_act(app) == ("member.added", "ada", str(id_of(ZOE)), {})


def test_a_number_already_on_the_list_is_said_beside_the_field(visit, on_the_list):
    visit("/community/add", "ada", name="Zoë", phone="303 555 0142")
    page = visit("/community/add", "ada", name="Zoe again", phone="+1 303.555.0142")
    assert page.status_code == 422
    assert "Someone in the community already has this number." in page.words
    assert 'value="+1 303.555.0142"' in page.text
    assert 'value="Zoe again"' in page.text
    assert on_the_list() == {ZOE: "Zoë"}


@pytest.mark.parametrize(("phone", "words"), BAD_NUMBERS)
def test_a_bad_number_is_said_beside_the_field(visit, on_the_list, phone, words):
    page = visit("/community/add", "ada", name="Zoë", phone=phone)
    assert page.status_code == 422
    assert words in page.words
    assert 'value="Zoë"' in page.text
    assert on_the_list() == {}


def test_a_name_that_is_too_long_is_refused_and_kept_in_the_field(visit, on_the_list):
    page = visit("/community/add", "ada", name="x" * 101, phone=ZOE)
    assert page.status_code == 422
    assert "up to 100 characters" in page.words
    assert on_the_list() == {}


# case B17
@pytest.mark.parametrize("name", NAMES)
def test_names_are_stored_as_they_are_and_shown_escaped(visit, on_the_list, id_of, name):
    visit("/community/add", "ada", name=name, phone=ZOE)
    assert on_the_list() == {ZOE: name}
    for address in ("/community", f"/community/{id_of(ZOE)}/edit"):
        page = visit(address, "ada")
        assert name in page.words
        assert "<script>alert" not in page.text


def test_somebody_on_the_do_not_text_list_is_added_and_it_is_said(app, visit):
    with app.app_context():
        add_opt_out(ZOE)
    page = visit("/community/add", "ada", name="Zoë", phone=ZOE, follow=True)
    assert "They won't get texts. Opted out." in page.words


# case P10
def test_our_own_number_is_no_member(make_app):

    visit = Visitor(
        make_app(
            twilio_account_sid="AC1",
            twilio_auth_token="t",
            twilio_from_number="+13035550100",
        )
    )
    page = visit("/community/add", "ada", name="Us", phone="303 555 0100")
    assert page.status_code == 422
    assert "the number your texts come from" in page.words


def test_ada_changes_a_name_and_a_number(app, visit, on_the_list, id_of):
    with app.app_context():
        add_member(ZOE, "Zoe")
    id = id_of(ZOE)
    assert visit(f"/community/{id}/edit", "ada", name="Zoë", phone=LEO).status_code == 303
    assert on_the_list() == {LEO: "Zoë"}
    assert last_act(app) == (
        "member.changed",
        "ada",
        str(id),
        # The number of before ends (`until`), and the new one is theirs.
        {"changed": ["name", "phone", "until"]},
    )


def test_a_change_to_somebody_elses_number_is_refused(app, visit, on_the_list, id_of):
    with app.app_context():
        add_member(ZOE, "Zoë")
        add_member(LEO, "Leo")
    page = visit(f"/community/{id_of(LEO)}/edit", "ada", name="Leonard", phone=ZOE)
    assert page.status_code == 422
    assert "Someone in the community already has this number." in page.words
    assert 'value="Leonard"' in page.text
    assert page.headings == ["Leo"]
    assert on_the_list() == {ZOE: "Zoë", LEO: "Leo"}


def test_ada_deletes_somebody(app, visit, on_the_list, id_of):
    with app.app_context():
        add_member(ZOE, "Zoë")
    id = id_of(ZOE)
    page = visit.post(f"/community/{id}/delete", "ada")
    assert page.status_code == 303
    assert on_the_list() == {}
    verb, who, about, details = last_act(app)
    assert (verb, who, about) == ("member.deleted", "ada", str(id))
    assert details["names"] == "Zoë"
    assert visit.post(f"/community/{id}/delete", "ada").status_code == 404


def test_ada_deletes_many_at_once(app, visit, on_the_list, id_of):
    with app.app_context():
        add_member(ZOE, "Zoë")
        add_member(LEO, "Leo")
    ids = [str(id_of(ZOE)), str(id_of(LEO)), "999", "-1", "x", "9" * 30, "١"]
    page = visit("/community/bulk-delete", "ada", member_ids=ids, next="/community?page=2")
    assert page.location == "/community?page=2"
    assert on_the_list() == {}
    details = last_act(app)[3]
    assert (details["count"], details["names"]) == (2, "Zoë, Leo")


def test_deleting_nobody_says_so(visit):
    page = visit("/community/bulk-delete", "ada", _="", follow=True)
    assert "Select at least one person first." in page.words


def test_the_way_back_never_leads_away(visit):
    page = visit("/community/bulk-delete", "ada", member_ids="1", next="https://evil.example")
    assert page.location == "/community"


def test_unsubscribing_puts_a_member_on_the_do_not_text_list(app, visit, on_the_list, id_of):
    with app.app_context():
        add_member(ZOE, "Zoë")
    id = id_of(ZOE)
    assert visit.post(f"/community/{id}/unsubscribe", "ada").status_code == 303
    assert last_act(app) == ("member.unsubscribed", "ada", str(id), {})
    with app.app_context():
        row = db.session.scalar(db.select(UnsubscribedContact))
        assert (row.phone, row.source, row.name) == (ZOE, "community", "Zoë")
    assert on_the_list() == {ZOE: "Zoë"}
    again = visit(f"/community/{id}/unsubscribe", "ada", _="", follow=True)
    assert "Zoë is already on the do-not-text list." in again.words
    assert visit.post(f"/community/{id}/unsubscribe", "sol").status_code == 303


def test_whoever_is_deleted_stays_on_the_do_not_text_list(app, visit, id_of):
    with app.app_context():
        add_member(ZOE, "Zoë")
        add_dead_number(ZOE)
    words = visit(f"/community/{id_of(ZOE)}/edit", "ada").words
    assert "and they stay on the do-not-text list" in words


# case B24
@pytest.mark.parametrize("number", ["99999999999999999999", "0", "-1", "١٢", "7"])
def test_nobody_is_there(visit, number):
    assert visit(f"/community/{number}/edit", "ada").status_code == 404
    assert visit.post(f"/community/{number}/delete", "ada").status_code == 404
    assert visit.post(f"/community/{number}/unsubscribe", "ada").status_code == 404


@pytest.mark.parametrize("address", ACTS)
def test_a_social_manager_changes_nobody(app, visit, on_the_list, address):
    with app.app_context():
        add_member(ZOE, "Zoë")
    assert visit(address, "sol", member_ids="1", name="x", phone=LEO).status_code == 403
    assert on_the_list() == {ZOE: "Zoë"}


@pytest.mark.parametrize("address", [*ACTS, "/community/import"])
def test_strangers_are_sent_to_the_door(visit, address):
    page = visit.post(address, "")
    assert page.status_code == 302
    assert page.location.startswith("/login")

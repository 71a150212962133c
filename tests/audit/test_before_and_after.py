"""What an edit changed is in the audit, before and after; of people only that it changed."""

import json

from app.audit.actions import audited_write
from app.audit.models import AuditEvent
from app.core.db import db
from tests.sample_people import ZOE
from tests.sample_rows import add_member


def read_last(app, verb):
    """The last row of a verb and its details."""
    with app.app_context():
        rows = db.session.query(AuditEvent).filter_by(verb=verb)
        row = rows.order_by(AuditEvent.id.desc()).first()
        return row, json.loads(row.details)


def test_a_thing_keeps_the_name_it_had_and_its_values_before_and_after(app, visit):
    visit("/groups/add", "ada", name="Choir", visibility="everyone")
    page = visit("/groups/1/edit", "ada")
    visit("/groups/1/edit", "ada", **page.fields() | {"name": "Singers"})
    row, details = read_last(app, "group.changed")
    assert (row.thing_kind, row.thing_id, row.thing_name) == ("group", 1, "Singers")
    assert (row.user_id, details["name"]) == (1, ["Choir", "Singers"])
    first, _ = read_last(app, "group.added")
    assert first.thing_name == "Choir"
    words = visit("/audit?thing=group+1", "ada").words
    assert "name Choir → Singers" in words
    assert "Only what was done with group 1." in words


def test_of_a_person_only_that_something_changed(app, visit):
    with app.app_context():
        add_member(ZOE, "Zoe Hernández")
    visit("/community/1/edit", "ada", name="Zoe H", phone=ZOE)
    row, details = read_last(app, "member.changed")
    assert details == {"changed": ["name"]}
    assert json.loads(row.people)["names"] == "Zoe H"
    assert ZOE not in str(row.__dict__)


def test_the_rows_of_one_person(app, visit):
    """Filtered by the address of the person, and no number on the page."""
    with app.app_context():
        add_member(ZOE, "Zoe Hernández")
        add_member("+13035550177", None)
    for number in (1, 2):
        visit.post(f"/community/{number}/delete", "ada")
        visit(f"/community/{number}/edit", "ada", name="New", phone=ZOE)
    page = visit("/audit", "ada")
    assert "number ending in 0177" in page.words
    assert "555 0177" not in page.text.replace("-", " ")
    with app.app_context():
        add_member(ZOE, "Zoe Hernández")
    public_id = visit.find_person_page(ZOE).rsplit("/", 1)[1]
    page = visit(f"/audit?person={public_id}", "ada")
    assert "Only what was done with Zoe Hernández" in page.words
    assert "deleted Zoe Hernández" in page.words
    assert "0177" not in page.words
    assert visit("/audit?person=0123456789abcdef", "ada").status_code == 404


def test_an_export_has_what_is_filtered_and_is_in_the_audit(app, visit):
    visit("/groups/add", "ada", name="Choir", visibility="everyone")
    with app.app_context(), audited_write("user.changed", "ada") as entry:
        entry.about = "ada"
    assert "changed the user Ada" in visit("/audit/export", "ada").text
    text = visit("/audit/export?kind=people", "ada").text
    assert text.splitlines()[0] == "\ufeffRow,Time (UTC),Who,What,About,Details,Address,Request"
    assert "created the group" in text
    assert visit("/audit/export", "sol").status_code == 403
    row, details = read_last(app, "audit.exported")
    assert (row.who, details) == ("ada", {"part": True})


def test_words_and_refused_acts_are_found(app, visit):
    visit("/groups/add", "ada", name="Choir", visibility="everyone")
    visit("/groups/add", "ada", name="Kitchen", visibility="everyone")
    words = visit("/audit?q=choi", "ada").words
    assert "created the group “Choir”" in words
    assert "“Kitchen”" not in words
    visit("/login", username="ada", password="wrong")
    words = visit("/audit?kind=refused", "ada").words
    assert "entered a wrong password" in words
    assert "created the group" not in words

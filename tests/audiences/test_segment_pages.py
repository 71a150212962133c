"""Ada and Sol build segments without scripts, read them back, change and delete them."""

import pytest

from app.audiences.segment_models import Segment, SegmentReference
from app.core.db import db, write
from app.delivery.actions.audience_storage import store_audience
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.audiences.audience_rules import AudiencePart, AudienceRule, PartKind
from app.domain.audiences.chosen_audience import ChosenAudience
from app.groups.models import ContactGroup, GroupMembership
from app.profiles.field_models import PersonField
from tests.blasts.helpers import compose_fields
from tests.sample_people import LEO, ZOE
from tests.sample_rows import add_member, add_opt_out
from tests.speed_limits import limit_seconds

CHOIR_ROW = {
    "rows-0-family": "group",
    "rows-0-parent": "",
    "rows-0-test": "in_group",
    "rows-0-ref": "1",
}
FRAME = {"name": "Spanish choir", "description": "", "among": "community", "join": "all"}
LANGUAGE_ROW = {
    "rows-1-family": "language",
    "rows-1-parent": "",
    "rows-1-test": "!language_is",
    "rows-1-value": "es",
}


@pytest.fixture
def people(app):
    """Zoë is in the choir, Leo is not; both are members."""
    with app.app_context():
        add_member(ZOE, "Zoë Hernández")
        add_member(LEO, "Leo Brandt")
        with write() as session:
            session.add(ContactGroup(id=1, name="Choir"))
            session.flush()
            session.add(GroupMembership(group_id=1, phone=ZOE))


def save(visit, who="sol", address="/segments/new", **changes):
    return visit(address, who, **(FRAME | CHOIR_ROW | changes), follow=True)


def test_the_list_says_what_a_segment_is_and_the_menu_leads_there(visit, people):
    page = visit("/segments", "sol")
    assert "in Choir, language Spanish, not texted in the last 7 days" in page.words
    assert "/segments/new" in page.text
    assert 'href="/segments"' in visit("/", "sol").text


def test_sol_builds_a_segment_button_by_button_and_reads_it_back(app, visit, people):
    typed = dict(FRAME)
    page = visit("/segments/new", "sol", **typed, do="add:", **{"family-": "group"})
    assert page.status_code == 200
    assert "Complete the conditions" in page.words
    typed |= CHOIR_ROW
    page = visit("/segments/new", "sol", **typed, do="add_group")
    assert "In Choir" in page.words
    assert "1 person" in page.words
    with_group = {"groups-0-join": "!any", "family-0": "texted", "do": "add:0"}
    page = visit("/segments/new", "sol", **typed, **with_group)
    fields = page.fields()
    assert fields["rows-1-parent"] == "0"
    assert fields["name"] == "Spanish choir"
    typed |= {
        "groups-0-join": "!any",
        "rows-1-family": "texted",
        "rows-1-parent": "0",
        "rows-1-test": "texted_last_days",
        "rows-1-days": "7",
    }
    page = visit("/segments/new", "sol", **typed, follow=True)
    assert page.headings == ["Spanish choir"]
    assert "In Choir, not texted in the last 7 days" in page.words
    assert "Zoë Hernández" in page.words
    assert "Leo" not in page.words
    assert "include=segment:1" in page.text
    page = visit("/segments", "ada")
    assert "Spanish choir In Choir, not texted in the last 7 days 1 Sol Never" in page.words
    assert "created the segment “Spanish choir”" in visit("/audit", "ada").words
    with app.app_context():
        row = db.session.get(Segment, 1)
        assert row.created_by == "sol"
        assert [reference.kind for reference in db.session.query(SegmentReference)] == ["group"]


def test_conditions_and_groups_are_removed_and_everything_typed_stays(visit, people):
    typed = FRAME | CHOIR_ROW | LANGUAGE_ROW | {"groups-0-join": "any", "rows-1-parent": "0"}
    page = visit("/segments/new", "sol", **typed, do="remove:0")
    fields = page.fields()
    assert fields["rows-0-family"] == "language"
    assert "rows-1-family" not in fields
    page = visit("/segments/new", "sol", **typed, do="remove_group:0")
    assert page.fields()["rows-0-family"] == "group"
    assert "rows-1-family" not in page.fields()
    for button in ("remove:9", "remove_group:x", "add:nowhere", "fly", "show"):
        page = visit("/segments/new", "sol", **typed, do=button)
        assert page.fields()["rows-1-family"] == "language", button


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": " "}, "Give the segment a name."),
        ({"name": "x" * 81}, "A name can have up to 80 characters."),
        ({"rows-0-ref": ""}, "Choose a group."),
        ({"rows-0-ref": "99"}, "Choose a group."),
        ({"rows-0-test": "event_came"}, "Group cannot be asked. Remove it."),
        (LANGUAGE_ROW | {"rows-1-value": "xx"}, "Choose a language."),
        (
            {
                "rows-0-family": "joined",
                "rows-0-test": "joined_before",
                "rows-0-day": "2026-02-30",
            },
            "Enter a date, such as",
        ),
        (
            {"rows-0-family": "texted", "rows-0-test": "texted_last_days", "rows-0-days": "0"},
            "Enter a number of days, from 1 to 3,650.",
        ),
        ({"rows-0-family": "field:7", "rows-0-test": "field_is"}, "It was deleted."),
    ],
)
def test_what_cannot_be_saved_is_said_beside_it_and_kept(app, visit, people, changes, sentence):
    page = visit("/segments/new", "sol", **(FRAME | CHOIR_ROW | {"description": "Tea"} | changes))
    assert page.status_code == 422
    assert sentence in page.words
    assert "Tea" in page.words
    with app.app_context():
        assert db.session.query(Segment).count() == 0


def test_a_segment_needs_a_condition_and_has_a_name_of_its_own(visit, people):
    page = visit("/segments/new", "sol", **FRAME)
    assert "Add a condition." in page.words
    save(visit)
    assert "There is a segment “SPANISH Choir” already." in save(visit, name="SPANISH Choir").words


def test_the_later_of_two_editors_is_told(app, visit, people):
    save(visit)
    form = visit("/segments/1/edit", "sol").fields()
    assert form["rows-0-family"] == "group"
    save(visit, "ada", "/segments/1/edit", name="Altos", seen_at=form["seen_at"])
    page = save(visit, "sol", "/segments/1/edit", name="Basses", seen_at=form["seen_at"])
    assert page.status_code == 422
    assert "Someone else changed this segment while you edited it." in page.words
    seen_at = page.fields()["seen_at"]
    page = save(visit, "sol", "/segments/1/edit", name="Basses", seen_at=seen_at)
    assert page.headings == ["Basses"]
    assert "Saved." in page.words


def test_what_is_deleted_is_said_and_the_segment_matches_no_one_even_if_its_id_comes_again(
    app, visit, people
):
    save(visit)
    with app.app_context(), write() as session:
        session.delete(session.get(ContactGroup, 1))
        session.flush()
        session.add(ContactGroup(id=1, name="Youth"))
        session.flush()
        session.add(GroupMembership(group_id=1, phone=LEO))
    page = visit("/segments/1", "sol")
    assert "In a deleted group" in page.words
    assert "matches no one" in page.words
    assert "Leo" not in page.words
    assert "include=segment:1" not in page.text
    assert "Needs a change" in visit("/segments", "sol").words
    form = visit("/segments/1/edit", "sol")
    assert "In a deleted group" not in form.words
    page = save(visit, "sol", "/segments/1/edit", seen_at=form.fields()["seen_at"])
    assert "In Youth" in page.words
    assert "Leo Brandt" in page.words


def test_a_renamed_group_is_named_anew_and_an_archived_one_is_marked(app, visit, people):
    save(visit)
    with app.app_context(), write() as session:
        session.get(ContactGroup, 1).name = "Chorus"
    assert "In Chorus" in visit("/segments/1", "sol").words
    with app.app_context(), write() as session:
        session.get(ContactGroup, 1).archived_at = session.get(ContactGroup, 1).created_at
    page = visit("/segments/1", "sol")
    assert "In Chorus (archived)" in page.words
    assert "No one matches this segment now." in page.words


def test_a_segment_is_copied_searched_and_deleted_but_not_while_a_blast_uses_it(app, visit, people):
    save(visit)
    page = visit("/segments/new?copy=1", "sol")
    assert page.fields()["name"] == "Spanish choir (copy)"
    assert visit(f"/segments/new?copy={'9' * 30}", "sol").status_code == 404
    assert "Leo" not in visit("/segments/1?search=zoe", "sol").words
    assert "No one in this segment matches that." in visit("/segments/1?search=leo", "sol").words
    assert "Spanish choir" in visit("/search?q=spanish", "sol").words
    with app.app_context(), write() as session:
        part = AudiencePart(PartKind.SEGMENT, 1)
        chosen = ChosenAudience(AudienceRule((part,)), names={part: "Spanish choir"})
        audience_id = store_audience(chosen)
        blast = ScheduledMessage(
            message_body="Hola", target="audience", audience_id=audience_id, name="Ensayo"
        )
        blast.scheduled_at = session.get(Segment, 1).created_at
        session.add(blast)
    page = visit("/segments/1/delete", "ada", go="1", follow=True)
    assert "Not deleted: blasts use this segment (“Ensayo”)" in page.words
    assert "First cancel what is scheduled" in page.words
    with app.app_context(), write() as session:
        session.query(ScheduledMessage).one().status = "cancelled"
    page = visit("/segments/1/delete", "ada", go="1", follow=True)
    assert "Spanish choir was deleted." in page.words
    assert visit("/segments/1", "sol").status_code == 404


def test_the_live_preview_tells_the_sentence_the_count_and_the_first_people(app, visit, people):
    with app.app_context():
        add_opt_out(ZOE)
    page = visit("/segments/preview", "sol", **(FRAME | CHOIR_ROW))
    for words in ("In Choir", "1 person", "0 can be texted", "Zoë Hernández"):
        assert words in page.words
    page = visit("/segments/preview", "sol", **(FRAME | CHOIR_ROW | {"rows-0-ref": ""}))
    assert "Complete the conditions to see whom they mean." in page.words


def test_a_segment_about_a_sensitive_field_is_for_admins(app, visit, people):
    with app.app_context(), write() as session:
        session.add(PersonField(id=1, name="Diagnosis", field_type="text", field_class="sensitive"))
    asked = {
        "rows-0-family": "field:1",
        "rows-0-test": "field_has_value",
        "name": "Patients",
    }
    assert "Diagnosis" not in visit("/segments/new", "sol").words
    assert visit("/segments/new", "sol", **(FRAME | CHOIR_ROW | asked)).status_code == 422
    assert "Diagnosis has a value" in save(visit, "ada", **asked).words
    assert visit("/segments/1", "sol").status_code == 403
    assert "Patients" not in visit("/segments", "sol").words
    assert "Patients" not in visit("/blasts/new", "sol").words
    assert "/segments/1" in visit("/search?q=patie", "ada").text
    assert "/segments/1" not in visit("/search?q=patie", "sol").text
    assert "Patients" in visit("/blasts/new", "ada").words
    # The review would name everyone who is left out.
    without = {"target": "audience", "include": "everybody", "exclude": "segment:1"}
    for door in ("/blasts/new", "/blasts/preview"):
        words = visit(door, "sol", **compose_fields(**without)).words
        assert "Only admins can use this segment: it uses a sensitive field." in words
        assert "Send to" not in words


def test_a_thousand_conditions_are_refused_at_once(visit, people):
    rows = {f"rows-{n}-family": "texts" for n in range(900)}
    groups = {f"groups-{n}-join": "any" for n in range(900)}
    with limit_seconds(3):
        for fields, said in ((rows, "up to 20 conditions"), (groups, "groups of conditions")):
            page = visit("/segments/new", "sol", **(FRAME | CHOIR_ROW | fields))
            assert page.status_code == 422
            assert said in page.words or "not complete" in page.words

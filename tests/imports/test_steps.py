"""The importer of every list: in slices, from files or pasted rows, put right in place, undone."""

import pytest

from app.community.models import CommunityMember
from app.core.db import db, write
from app.events.models import Event, EventRegistration
from app.imports.models import Import
from app.suppression.actions import erased_numbers
from app.suppression.models import ConsentEvent
from app.suppression.queries.sending_permission import find_suppression_reason
from tests.sample_people import LEO, MIA, ZOE
from tests.sample_rows import add_member, add_opt_out

SMALL = "name,phone\nZoë,(303) 555-0142\nLeo,303-555-0143\nTom,123\nZoe,+13035550142\n"


@pytest.fixture
def member_names(app):
    """Who is on the list of members: {phone: name}."""

    def read():
        with app.app_context():
            rows = db.session.execute(db.select(CommunityMember.phone, CommunityMember.name))
            return {phone: name for phone, name in rows}

    return read


@pytest.fixture
def picnic(app):
    """The id of an event."""
    with app.app_context(), write() as session:
        session.add(row := Event(title="Picnic"))
        session.flush()
        return row.id


def test_a_large_file_is_checked_slice_by_slice_and_the_page_goes_on_by_itself(
    visit, send, limit_slices, member_names
):
    limit_slices(2)
    address = send("name,phone\n" + "".join(f"P{n},30355501{n:02}\n" for n in range(5))).location
    page = visit(address, "ada")
    assert "4 of 5 rows are checked." in page.words
    assert '<meta http-equiv="refresh"' in page.text
    assert f'hx-get="{address}"' in page.text
    assert visit.post(f"{address}/confirm", "ada").status_code == 303
    assert member_names() == {}
    page = visit(address, "ada")
    assert "Import 5 people" in page.words
    assert "refresh" not in page.text.split("</head>")[0]


def test_slices_find_repeats_and_names_as_one_look_would(app, visit, send, limit_slices):
    with app.app_context():
        add_member(LEO, "Leonard")
        add_opt_out(MIA)
    limit_slices(1)
    address = send(
        "name,phone\nZoë,3035550142\nLeo,3035550143\nZoe,(303) 555-0142\nMia,3035550144\n,x\n"
    ).location
    while "are checked." in visit(address, "ada").words:
        pass
    assert "Same number as line 2 (Zoë)." in visit(f"{address}?show=repeated", "ada").words
    assert "On the list as “Leonard”." in visit(f"{address}?show=renamed", "ada").words
    assert "Opted out on" in visit(f"{address}?show=left_out", "ada").words
    with app.app_context():
        row = db.session.scalar(db.select(Import))
        assert (
            row.added_count,
            row.renamed_count,
            row.repeated_count,
            row.bad_count,
        ) == (2, 1, 1, 1)
        assert row.checked_rows == row.row_count == 5


def test_a_check_whose_file_is_gone_says_so(app, visit, send, limit_slices):
    limit_slices(1)
    address = send(SMALL).location
    for path in (app.extensions["settings"].database_path.parent / "uploads").iterdir():
        path.unlink()
    assert "This file is no longer stored." in visit(address, "ada", follow=True).words


def test_rows_can_be_pasted(visit, send, member_names):
    page = send(rows="Zoë\t(303) 555-0142\nLeo\t303-555-0143\n")
    assert "Pasted rows" in visit(page.location, "ada").words
    visit.post(f"{page.location}/confirm", "ada")
    assert member_names() == {ZOE: "Zoë", LEO: "Leo"}


def test_a_file_or_rows_but_not_both(send):
    page = send(SMALL, rows="Zoë,3035550142")
    assert page.status_code == 422
    assert "Choose a file or paste rows, not both." in page.words
    page = send(rows="nothing of use")
    assert page.status_code == 422
    assert 'id="rows-error"' in page.text
    assert "nothing of use" in page.text


def test_how_they_said_yes_is_written_down_for_those_who_did_not_say_no(app, visit, send):
    with app.app_context():
        add_opt_out(LEO)
    address = send(SMALL, consent="Signed the list at the picnic").location
    assert "Signed the list at the picnic" in visit(address, "ada").words
    visit.post(f"{address}/confirm", "ada")
    with app.app_context():
        (line,) = db.session.scalars(
            db.select(ConsentEvent).where(ConsentEvent.act == "granted")
        ).all()
        assert (line.phone, line.method, line.evidence, line.actor) == (
            ZOE,
            "import",
            "Signed the list at the picnic",
            "ada",
        )
        assert line.import_id == 1


def test_without_words_no_yes_is_written_down(app, visit, send):
    visit.post(f"{send(SMALL).location}/confirm", "ada")
    with app.app_context():
        assert db.session.scalar(db.select(db.func.count()).select_from(ConsentEvent)) == 0


def test_too_many_words_about_consent_are_said_beside_the_field(send):
    page = send(SMALL, consent="x" * 301)
    assert page.status_code == 422
    assert "Enter at most 300 characters." in page.words


def test_a_row_can_be_put_right_in_place(visit, send, member_names):
    address = send(SMALL).location
    page = visit(f"{address}/line/4", "ada", name="Tom", phone="12")
    assert page.status_code == 422
    assert 'id="line-4-error"' in page.text
    assert 'value="12"' in page.text
    page = visit(f"{address}/line/4", "ada", name="Tom", phone="303 555 0144", follow=True)
    assert "Line 4 is fixed." in page.words
    assert "Import 3 people" in page.words
    assert visit(f"{address}/line/4", "ada", name="Tom", phone="303 555 0145").status_code == 404
    visit.post(f"{address}/confirm", "ada")
    assert member_names() == {ZOE: "Zoë", LEO: "Leo", MIA: "Tom"}


def test_a_row_put_right_is_compared_like_every_other(app, visit, send):
    with app.app_context():
        add_member(MIA, "Mia")
        add_opt_out(MIA)
    address = send(SMALL + "Max,1\n").location
    visit(f"{address}/line/4", "ada", name="Leo", phone="303 555 0143")
    assert "Same number as line 3 (Leo)." in visit(f"{address}?show=repeated", "ada").words
    visit(f"{address}/line/6", "ada", name="Max", phone="303 555 0144")
    assert "On the list as “Mia”." in visit(f"{address}?show=renamed", "ada").words
    assert "Max" in visit(f"{address}?show=left_out", "ada").words


def test_a_column_says_what_speaks_for_it_and_ids_are_never_phones(visit, send):
    rows = "".join(
        f"{3035550000 + n},P{n},{f'720555{n + 100:04}' if n > 1 else 'none'}\n" for n in range(100)
    )
    page = visit(send("member id,name,text to\n" + rows).location, "ada")
    assert "98 of 100 cells can be texted." in page.words
    assert "100 of 100 cells could be names." in page.words
    assert "Needs fixing 2" in page.words
    assert "Import 98 people" in page.words


def test_an_import_is_undone_whole(app, visit, send, member_names):
    with app.app_context():
        add_member(LEO)
        add_member(MIA, "Mia Chen")
    text = "name,phone\nZoë,3035550142\nLeo,3035550143\nMia,3035550144\nMax,3035550145\n"
    address = send(text, consent="By form").location
    visit.post(f"{address}/confirm", "ada", overwrite="1")
    assert member_names()[LEO] == "Leo"
    with app.app_context(), write() as session:
        session.execute(
            db.text("UPDATE community_members SET name = 'Mia C.' WHERE phone = :phone"),
            {"phone": MIA},
        )
    page = visit(f"{address}/undo", "ada", _="", follow=True)
    assert "2 people were removed, 1 name was restored." in page.words
    assert member_names() == {LEO: None, MIA: "Mia C."}
    assert "Undone" in visit("/community/import", "ada").words
    assert "can no longer be undone" in visit(f"{address}/undo", "ada", _="", follow=True).words
    with app.app_context():
        newest = (
            db.select(ConsentEvent.act)
            .where(ConsentEvent.phone == ZOE)
            .order_by(ConsentEvent.id.desc())
        )
        assert db.session.scalar(newest) == "withdrawn"


def test_undo_leaves_alone_who_was_added_again_or_has_another_number(
    app, visit, send, member_names
):
    address = send("phone\n3035550142\n3035550143\n").location
    visit.post(f"{address}/confirm", "ada")
    with app.app_context(), write() as session:
        session.execute(db.text("DELETE FROM community_members WHERE phone = :zoe"), {"zoe": ZOE})
        session.execute(db.text("UPDATE community_members SET phone = :mia"), {"mia": MIA})
    with app.app_context():
        add_member(ZOE, "Zoë")
    assert "0 people were removed" in visit(f"{address}/undo", "ada", _="", follow=True).words
    assert member_names() == {ZOE: "Zoë", MIA: None}


def test_after_thirty_days_nothing_is_undone(app, visit, send, member_names):
    address = send("phone\n3035550142\n").location
    visit.post(f"{address}/confirm", "ada")
    with app.app_context(), write() as session:
        session.execute(db.text("UPDATE imports SET finished_at = datetime('now', '-31 days')"))
    assert "Undo this import" not in visit(address, "ada").words
    assert "can no longer be undone" in visit(f"{address}/undo", "ada", _="", follow=True).words
    assert list(member_names()) == [ZOE]


def test_registrations_of_one_event_are_imported_by_both_roles(
    app, visit, send, picnic, member_names
):
    room = f"/events/{picnic}/import"
    page = send(SMALL, room=room, who="sol")
    assert page.location.startswith(f"{room}/")
    visit.post(f"{page.location}/confirm", "sol")
    with app.app_context():
        rows = db.session.execute(
            db.select(EventRegistration.event_id, EventRegistration.phone)
        ).all()
    assert [tuple(row) for row in rows] == [(picnic, ZOE), (picnic, LEO)]
    assert member_names() == {}
    assert visit(f"{page.location}/undo", "sol", _="").status_code == 403
    assert "Undo this import" not in visit(page.location, "sol").words
    assert (
        "2 people were removed." in visit(f"{page.location}/undo", "ada", _="", follow=True).words
    )
    with app.app_context():
        assert db.session.scalar(db.select(db.func.count()).select_from(EventRegistration)) == 0


def test_an_import_belongs_to_its_event(visit, send, picnic):
    address = send(SMALL, room=f"/events/{picnic}/import").location
    number = address.rpartition("/")[2]
    assert visit(f"/community/import/{number}", "ada").status_code == 404
    assert visit("/events/999/import", "ada").status_code == 404


def test_who_was_erased_after_a_stop_is_not_revived(app, visit, send):
    """An import puts their number back on the do-not-text list, whatever the file says."""
    with app.app_context(), write():
        erased_numbers.record_erased_number(ZOE, said_stop=True, by="ada")
    page = visit(f"{send(SMALL, consent='By form').location}/confirm", "ada", _="", follow=True)
    assert "1 person in this file is on the do-not-text list and stays there." in page.words
    with app.app_context():
        assert find_suppression_reason(ZOE) == "said_stop"
        granted = db.select(ConsentEvent.phone).where(ConsentEvent.act == "granted")
        assert db.session.scalars(granted).all() == [LEO]


def test_nor_as_the_second_number_of_somebody(app, visit, send):
    with app.app_context(), write():
        erased_numbers.record_erased_number(ZOE, said_stop=True, by="ada")
    file = f"Name,Mobile,Second phone\nLeo Park,{LEO},{ZOE}\n".encode()
    visit.post(f"{send(file).location}/confirm", "ada")
    with app.app_context():
        assert find_suppression_reason(ZOE) == "said_stop"


def test_past_imports_stand_on_the_first_page(visit, send):
    visit.post(f"{send(SMALL).location}/confirm", "ada")
    send(SMALL, name="<b>second.csv")
    words = visit("/community/import", "ada").words
    assert "2 added · can be undone" in words
    assert "<b>second.csv" in words
    assert "Not imported yet" in words

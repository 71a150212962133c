"""What a file says against texts: those people go on the do-not-text list, never on the other."""

import pytest

from app.community.models import CommunityMember
from app.core.db import db
from app.imports.models import Import
from app.suppression.models import ConsentEvent, UnsubscribedContact
from tests.sample_people import LEO, MIA, ZOE

STATUS = (
    "First Name,Last Name,Phone,Status,Opt-out date\n"
    "Zoë,Rao,303-555-0142,Subscribed,\n"
    "Leo,Rao,303-555-0143,Unsubscribed,2026-03-01\n"
)


@pytest.fixture
def lists(app):
    """The numbers of the members and those of the do-not-text list."""

    def read():
        with app.app_context():
            members = db.session.scalars(db.select(CommunityMember.phone)).all()
            opted_out = db.session.scalars(db.select(UnsubscribedContact.phone)).all()
            return sorted(members), sorted(opted_out)

    return read


def test_who_is_unsubscribed_goes_on_the_do_not_text_list(app, visit, send, lists):
    address = send(STATUS).location
    words = visit(address, "ada").words
    assert "Add the 1 person who opted out in the file to the do-not-text list" in words
    assert (
        "The file says “Status: Unsubscribed”." in visit(f"{address}?show=opted_out", "ada").words
    )
    visit(f"{address}/confirm", "ada", opt_outs_shown="1", opt_outs="1")
    assert lists() == ([ZOE], [LEO])
    with app.app_context():
        (event,) = db.session.scalars(db.select(ConsentEvent)).all()
        assert (event.phone, event.act, event.method) == (LEO, "withdrawn", "import")
    assert "opted out in the file 1" in visit(address, "ada").words


def test_unticked_they_are_left_out_of_both_lists(visit, send, lists):
    address = send(STATUS).location
    visit(f"{address}/confirm", "ada", opt_outs_shown="1")
    assert lists() == ([ZOE], [])


def test_an_import_without_the_page_takes_the_safe_way(visit, send, lists):
    visit.post(f"{send(STATUS).location}/confirm", "ada")
    assert lists() == ([ZOE], [LEO])


def test_a_file_of_nothing_but_opt_outs_can_be_finished(visit, send, lists):
    address = send("name,phone,Opted out\nZoë,3035550142,yes\nLeo,3035550143,TRUE\n").location
    assert "Finish" in visit(address, "ada").words
    visit.post(f"{address}/confirm", "ada")
    assert lists() == ([], [ZOE, LEO])


def test_no_consent_is_written_for_them(app, visit, send):
    visit.post(f"{send(STATUS, consent='By form').location}/confirm", "ada")
    with app.app_context():
        granted = db.select(ConsentEvent.phone).where(ConsentEvent.act == "granted")
        assert db.session.scalars(granted).all() == [ZOE]


def test_the_do_not_text_list_takes_only_them_from_such_a_file(visit, send, lists):
    address = send(STATUS, room="/suppression/import").location
    words = visit(f"{address}?show=bad", "ada").words
    assert "The file does not say that they want no texts." in words
    visit.post(f"{address}/confirm", "ada")
    assert lists() == ([], [LEO])


def test_the_do_not_text_list_takes_everybody_of_another_file(visit, send, lists):
    """I29: the opt-outs of another system, under “Contact Number”."""
    text = "S.No,Name,Contact Number\n1,Zoë,3035550142\n2,Mia,3035550144\n"
    visit.post(f"{send(text, room='/suppression/import').location}/confirm", "ada")
    assert lists() == ([], [ZOE, MIA])


def test_a_confirmed_import_counts_them(app, visit, send):
    visit.post(f"{send(STATUS).location}/confirm", "ada")
    with app.app_context():
        row = db.session.scalar(db.select(Import))
        assert (row.added_count, row.opted_out_count, row.bad_count) == (1, 1, 0)

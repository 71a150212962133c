"""Ada looks at the page "Do not text"."""

import pytest
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.core.db import db, write
from app.suppression.actions.opt_outs import add_manual_opt_out, record_opt_out
from app.suppression.actions.undeliverable_numbers import mark_number_undeliverable
from app.suppression.models import UnsubscribedContact
from tests import sample_rows
from tests.sample_people import LEO, MAX, MIA, ZOE


@pytest.fixture
def listed(app):
    """Zoë texted STOP, Leo was put there by hand, Max came with an import, Mia's number is dead."""
    with app.app_context(), write():
        record_opt_out(ZOE, source="inbound", reason="Texted STOP", name="Zoë")
        add_manual_opt_out("Leo", LEO, "Asked at the door")
        record_opt_out(MAX, source="import")
        mark_number_undeliverable(MIA, reason="No such number any more")
    return app


def order(page, *phones):
    """Where each number stands on the page."""
    return [page.words.index(f"{phone[2:5]} {phone[5:8]} {phone[8:]}") for phone in phones]


def test_the_page_is_for_admins(visit):
    for address in ("/suppression", "/suppression/add"):
        assert visit(address, "sol").status_code == 403
    assert visit.post("/suppression/unsubscribed/1/delete", "sol").status_code == 403


def test_an_empty_list_says_who_will_appear_here(visit):
    assert "No one has opted out." in visit("/suppression", "ada").words


def test_everybody_is_there_with_the_reason_in_words(visit, listed):
    words = visit("/suppression", "ada").words
    for said in (
        "Opted out Texted STOP",
        "Added by hand · Asked at the door",
        "From an imported list",
        "Invalid number Reported by Twilio · No such number any more",
    ):
        assert said in words


NOT_NARROWED = ["", "?sort=name", "?search=o", "?why=said_stop"]


def test_a_list_that_is_not_narrowed_complains_of_nothing(visit, listed):
    for asked in NOT_NARROWED:
        page = visit(f"/suppression{asked}", "ada")
        assert "Not a valid choice" not in page.words, asked
        assert 'class="err"' not in page.text, asked


def test_only_the_person_can_undo_a_stop(visit, listed):
    page = visit("/suppression", "ada")
    assert "Only they can undo this, by texting START" in page.words
    assert '/suppression/unsubscribed/1/delete"' not in page.text
    done = visit.post("/suppression/unsubscribed/1/delete", "ada")
    assert done.status_code == 303
    assert "Only they can undo this" in visit("/suppression", "ada").words
    with listed.app_context():
        assert db.session.get(UnsubscribedContact, 1) is not None


def test_what_was_put_there_by_hand_is_taken_off_and_audited_without_the_number(visit, listed):
    page = visit.post("/suppression/unsubscribed/2/delete", "ada")
    assert (page.status_code, page.location) == (303, "/suppression")
    assert (
        "+1 303 555 0143 was removed from the list and can be texted again."
        in visit("/suppression", "ada").words
    )
    with listed.app_context():
        event = db.session.scalars(select(AuditEvent)).one()
    assert (event.verb, event.about) == ("suppression.removed", "number ending in 0143")
    assert LEO not in event.details


def test_a_number_on_both_lists_is_still_left_out_after_the_first(visit, listed):
    with listed.app_context():
        sample_rows.add_dead_number(LEO)
    visit.post("/suppression/unsubscribed/2/delete", "ada")
    assert "is still skipped: invalid number." in visit("/suppression", "ada").words


def test_a_row_that_is_gone_is_not_found(visit, listed):
    for address in (
        "/suppression/unsubscribed/99/delete",
        "/suppression/users/1/delete",
    ):
        assert visit.post(address, "ada").status_code == 404


SPELLINGS = ["zoë", "ZOË", "Zo", "(303) 555-0142", "303 555 0142", "0142", "٠١٤٢"]


def test_people_are_found_by_name_or_by_digits_in_any_spelling(visit, listed):
    for search in SPELLINGS:
        page = visit(f"/suppression?search={search}", "ada")
        assert "555 0142" in page.words, search
        assert "555 0143" not in page.words, search


ODD_SEARCHES = ["%25", "_", "\\", "'", "x" * 500, "%00"]


def test_odd_signs_in_the_search_break_nothing(visit, listed):
    for search in ODD_SEARCHES:
        assert visit(f"/suppression?search={search}", "ada").status_code == 200, search


def test_a_search_without_result_says_so(visit, listed):
    assert "No one on the list matches that." in visit("/suppression?search=quux", "ada").words


def test_the_list_is_sorted_both_ways_and_the_nameless_come_last(visit, listed):
    by_phone = visit("/suppression?sort=phone&dir=asc", "ada")
    assert order(by_phone, ZOE, LEO, MIA, MAX) == sorted(order(by_phone, ZOE, LEO, MIA, MAX))
    by_name = visit("/suppression?sort=name&dir=asc", "ada")
    assert order(by_name, LEO, ZOE, MAX) == sorted(order(by_name, LEO, ZOE, MAX))
    backwards = visit("/suppression?sort=name&dir=desc", "ada")
    assert order(backwards, ZOE, LEO, MIA) == sorted(order(backwards, ZOE, LEO, MIA))
    assert (
        visit("/suppression?sort=password_hash&dir=up&page=-1&per_page=1e9", "ada").status_code
        == 200
    )


def test_long_lists_come_in_pages(visit, listed):
    page = visit("/suppression?per_page=3&page=2", "ada")
    assert "4–4 of 4" in page.words


def test_a_number_is_added_in_any_spelling(visit, app):
    page = visit(
        "/suppression/add",
        "ada",
        name=" Zoë ",
        phone="(303) 555-0142",
        reason="By letter",
    )
    assert page.status_code == 303
    assert "+1 303 555 0142 won't get any more texts." in visit("/suppression", "ada").words
    with app.app_context():
        row = db.session.scalars(select(UnsubscribedContact)).one()
        event = db.session.scalars(select(AuditEvent)).one()
    assert (row.phone, row.name, row.reason, row.source) == (
        ZOE,
        "Zoë",
        "By letter",
        "manual",
    )
    assert (event.verb, event.about) == ("suppression.added", "number ending in 0142")


def test_a_number_that_is_there_already_is_said_beside_the_field(visit, listed):
    page = visit("/suppression/add", "ada", name="Z", phone="303.555.0142", reason="again")
    assert page.status_code == 422
    assert "This number is already on the list." in page.words
    for typed in ('value="Z"', 'value="303.555.0142"', 'value="again"'):
        assert typed in page.text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"phone": ""}, "Enter a phone number."),
        ({"phone": "303 555 0142 ext. 5"}, "extension"),
        ({"phone": ZOE, "name": "x" * 101}, "up to 100 characters"),
        ({"phone": ZOE, "reason": "x" * 301}, "at most 300 characters"),
    ],
)
def test_every_mistake_is_said(visit, wrong, said):
    page = visit("/suppression/add", "ada", **({"name": "", "reason": ""} | wrong))
    assert page.status_code == 422
    assert said in page.words


def test_dangerous_names_are_shown_and_not_run(visit, app):
    visit(
        "/suppression/add",
        "ada",
        name="<script>alert(1)</script>",
        phone=ZOE,
        reason="{{7*7}}",
    )
    page = visit("/suppression", "ada")
    assert "<script>alert" not in page.text
    assert "<script>alert(1)</script>" in page.words
    assert "{{7*7}}" in page.words

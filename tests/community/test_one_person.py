"""One number is one person, however it is written and wherever it comes from.

Cases P10, P11, P12.
"""

from io import BytesIO

import pytest

from app.core.db import write
from app.organisation import queries as organisation
from tests.sample_people import ZOE
from tests.sample_rows import add_member
from tests.visit import Visitor

SPELLINGS = (
    "+13035550142",
    "(303) 555-0142",
    "303.555.0142",
    "tel:+1-303-555-0142",
    "٣٠٣٥٥٥٠١٤٢",
)


# case P11
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_member_is_found_again_in_any_spelling(app, visit, on_the_list, spelling):
    """P11: by hand."""
    with app.app_context():
        add_member(ZOE, "Zoe")
    page = visit("/community/add", "ada", name="Zoe again", phone=spelling)
    assert page.status_code == 422
    assert "Someone in the community already has this number." in page.words
    assert on_the_list() == {ZOE: "Zoe"}


# case P11
def test_five_spellings_in_one_file_are_one_member_and_the_others_are_named_by_line(
    app, visit, on_the_list, address_of
):
    """P11: and the sixth is on the list already."""
    with app.app_context():
        add_member(ZOE, "Zoe")
    rows = [f'Zoe {number},"{spelling}"' for number, spelling in enumerate(SPELLINGS)]
    address = address_of("\n".join(["name,phone", *rows]))
    words = visit(f"{address}?show=repeated", "ada").words
    assert words.count("Same number as line 2 (Zoe 0).") == 4
    visit.post(address + "/confirm", "ada")
    assert list(on_the_list()) == [ZOE]


# case P12
def test_another_country_reads_new_numbers_and_leaves_the_stored_ones(app, visit, on_the_list):
    """P12: Ada moves the organisation from the US to Britain."""
    with app.app_context():
        add_member(ZOE, "Zoe")
        with write():
            organisation.get_organisation().region = "GB"
    assert visit("/community/add", "ada", name="Ian", phone="020 7946 0958").status_code == 303
    assert on_the_list() == {ZOE: "Zoe", "+442079460958": "Ian"}


# case P10
def test_our_own_number_is_refused_in_a_file_too(make_app):
    """P10: Twilio refuses to text its own sender; by hand it is in test_members."""
    app = make_app(
        twilio_account_sid="AC1",
        twilio_auth_token="t",
        twilio_from_number="+13035550100",
    )
    sheet = BytesIO(b"name,phone\nUs,303 555 0100\nZoe,303 555 0142\n")
    page = Visitor(app)(
        "/community/import", "ada", files={"file": (sheet, "people.csv")}, follow=True
    )
    assert "the number your texts come from" in page.words


# case P10
def test_twilios_test_number_is_no_persons(visit):
    """P10: also in practice, where the pretend phones are numbers of their own."""
    page = visit("/community/add", "ada", name="Test", phone="+15005550006")
    assert page.status_code == 422
    assert "forwards calls" in page.words

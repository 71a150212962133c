"""Ada and Sol choose columns, narrow the list by filters in its address, and share and save it."""

import re
from datetime import date, timedelta
from html import unescape
from urllib.parse import urlencode

import pytest
from sqlalchemy import update

from app.audiences.queries import page_conditions
from app.community import member_access
from app.core.clock import now
from app.core.db import db, write
from app.delivery.models import Message
from app.domain.profiles.field_types import FieldClass
from app.events.models import Event, EventRegistration
from app.groups.actions.group_editing import GroupInfo, create_group
from app.groups.actions.memberships import add_people_to_group
from app.groups.models import MembershipSource
from app.profiles.models import Person, PersonPhone
from tests.profiles.conftest import add_field, set_value
from tests.sample_people import LEO, MAX, MIA, ZOE
from tests.sample_rows import add_member, add_opt_out

NAMES = ("Leo", "Mia", "Zoë", "Max")
CHOIR = "in_group.1"
QUIET = "!texted_last_days:7"


@pytest.fixture
def town(app):
    """Zoë and Leo sing; Leo was texted; Mia speaks Spanish, is from Oslo, and has a care note."""
    with app.app_context():
        for phone, name in zip((LEO, MIA, ZOE, MAX), NAMES, strict=True):
            add_member(phone, name)
        add_opt_out(ZOE)
        town, note = add_field("Town"), add_field("Care", field_class=FieldClass.SENSITIVE)
        set_value(MIA, town, "Oslo")
        set_value(MIA, note, "Needs a ride")
        with write() as session:
            choir = create_group(GroupInfo("Choir"))
            add_people_to_group(choir.id, [ZOE, LEO], MembershipSource.HAND, "ada")
            session.add(Event(id=1, title="Spring picnic"))
            session.flush()
            session.add(EventRegistration(event_id=1, phone=MAX, name="Max"))
            texted_at = now() - timedelta(days=1)
            text = Message(kind="blast", phone=LEO, body="Hi", status="delivered")
            text.created_at = texted_at
            session.add(text)
            mia = db.select(PersonPhone.person_id).where(PersonPhone.phone == MIA)
            known = {"language": "es", "birthday": date(1980, 5, 3)}
            session.execute(update(Person).where(Person.id.in_(mia)).values(known))


def build_address(*filters, **others):
    return "/community?" + urlencode([("filter", text) for text in filters] + [*others.items()])


def list_names(page):
    return [name for name in NAMES if f"Select {name}" in page.text]


def list_chips(page):
    chips = re.findall(r'aria-label="Remove filter: ([^"]*)"', page.text)
    return [unescape(chip) for chip in chips]


FOUND = (
    ([CHOIR], ["Leo", "Zoë"], "In Choir"),
    ([f"!{CHOIR}"], ["Mia", "Max"], "Not in Choir"),
    ([QUIET], ["Mia", "Zoë", "Max"], "Not texted in the last 7 days"),
    (["language_is:es"], ["Mia"], "Language Spanish"),
    (["field_is.1:oslo"], ["Mia"], "Town is “oslo”"),
    (["!field_has_value.1"], ["Leo", "Zoë", "Max"], "Town has no value"),
    (["event_registered.1"], ["Max"], "Registered for Spring picnic"),
    (["in_group.9"], [], "In a deleted group"),
    (["!in_group.9"], [], "Not in a deleted group"),
    (["nonsense"], [], "A filter that cannot be read"),
    (["texted_last_days:\0"], [], "A filter that cannot be read"),
    ([CHOIR, QUIET], ["Zoë"], "In Choir"),
    ([f"field_is.1:{number}" for number in range(25)], [], "More than 20 filters"),
)


def test_a_filter_is_a_chip_and_narrows_the_list(visit, town):
    for filters, names, chip in FOUND:
        page = visit(build_address(*filters), "sol")
        assert list_names(page) == names, filters
        assert chip in list_chips(page)
        assert bool(names) != ("No one matches that." in page.words)


def test_the_way_to_the_members_does_not_change_who_is_found(visit, town, monkeypatch):
    """In a large community filters walk along the list, and list no one."""
    monkeypatch.setattr(member_access, "MIN_SAMPLE_MATCHES", 0)
    for name in ("MAX_LISTED_PEOPLE", "MAX_LISTED_RECIPIENTS"):
        monkeypatch.setattr(page_conditions, name, 0)
    for filters, names, _chip in FOUND:
        assert list_names(visit(build_address(*filters), "sol")) == names, filters
    for show, names in (("said_stop", ["Zoë"]), ("no_texts", ["Mia", "Zoë", "Max"])):
        assert list_names(visit(build_address(show=show), "sol")) == names


def test_whoever_is_skipped_for_another_number_is_found_by_the_reason(visit, town, app):
    other_phone = "+13035550199"
    with app.app_context():
        add_opt_out(other_phone)
        with write() as session:
            leo = db.select(PersonPhone.person_id).where(PersonPhone.phone == LEO)
            second = update(PersonPhone).where(PersonPhone.phone == other_phone)
            session.execute(second.values(person_id=leo.scalar_subquery(), rank=2))
    assert list_names(visit(build_address(show="said_stop"), "sol")) == ["Leo", "Zoë"]


def test_a_chip_is_removed_and_everything_else_stays(visit, town):
    page = visit(build_address(CHOIR, QUIET, search="o", show="said_stop", sort="phone"), "ada")
    assert list_chips(page) == ["Opted out", "In Choir", "Not texted in the last 7 days"]
    assert list_names(page) == ["Zoë"]
    link = re.search(r'href="([^"]*)"\s+aria-label="Remove filter: In Choir"', page.text)
    address = unescape(link[1])
    assert CHOIR not in address
    assert all(f"{part}" in address for part in ("search=o", "show=said_stop", "sort=phone"))
    assert list_names(visit(address, "ada")) == ["Zoë"]


def test_sol_adds_a_filter_without_scripts(visit, town):
    page = visit(build_address(CHOIR, add="texted"), "sol")
    assert "not texted in the last … days" in page.words
    typed = {"add": "texted", "add-test": "!texted_last_days"}
    refused = visit(build_address(CHOIR, **typed, **{"add-days": "soon"}), "sol")
    assert refused.status_code == 422
    assert "Enter a number of days, from 1 to 3,650." in refused.words
    done = visit(build_address(CHOIR, **typed, **{"add-days": "7"}), "sol", follow=True)
    assert list_chips(done) == ["In Choir", "Not texted in the last 7 days"]
    assert "There are no surveys yet." in visit(build_address(add="survey"), "sol").words
    assert "nothing to filter by" in visit(build_address(add="field:99"), "sol").words
    assert "Opted out" in visit(build_address(add="status"), "sol").words


def test_a_sensitive_field_is_for_admins_only(visit, town):
    address = build_address("field_has_value.2", column="field.2")
    page = visit(address, "ada")
    assert list_names(page) == ["Mia"]
    assert "Needs a ride" in page.words
    page = visit(address, "sol")
    assert list_names(page) == []
    assert list_chips(page) == ["A field that only admins see"]
    assert "Care" not in page.words
    assert "Needs a ride" not in visit("/community?column=field.2", "sol").words
    # Nor do they come with an action on all whom the filter matches.
    everyone = {"everyone": "1", "filter": "field_has_value.2"}
    page = visit("/community/bulk-do-not-text", "sol", **everyone, follow=True)
    assert "Select at least one person first." in page.words


def test_columns_are_chosen_and_kept_in_the_address(visit, town):
    page = visit("/community", "ada")
    assert 'data-l="Groups"' not in page.text
    columns = ("", "groups", "language", "birthday", "texted", "field.1", "nonsense")
    address = "/community?" + urlencode([("column", column) for column in columns])
    page = visit(address, "ada")
    for words in (" Choir ", "Spanish", "May 3, 1980", "Oslo"):
        assert words in page.words, words
    assert page.words.count("Never") == 3
    assert 'data-l="Status"' not in page.text
    assert (
        "column=groups&amp;column=language"
        in re.search(r'href="([^"]*sort=phone[^"]*)', page.text)[1]
    )
    assert 'data-l="Number"' in visit("/community?column=", "ada").text


def test_chosen_columns_are_remembered_for_a_user_until_they_want_the_usual_ones(visit, town):
    assert "Back to the usual columns" not in visit("/community", "ada").words
    chosen = {"column": ["", "groups", "field.2"], "filter": CHOIR, "search": "Zo"}
    answer = visit("/community/columns", "ada", **chosen)
    assert answer.status_code == 303
    assert answer.location == f"/community?search=Zo&filter={CHOIR}"
    page = visit("/community", "ada")
    assert 'data-l="Care"' in page.text
    assert 'data-l="Status"' not in page.text
    # An address that names columns wins, and another user has chosen none.
    assert 'data-l="Groups"' not in visit("/community?column=status", "ada").text
    assert 'data-l="Groups"' not in visit("/community", "sol").text
    # Sol is not shown a field for admins, however it is asked for.
    assert visit("/community/columns", "sol", column="field.2").status_code == 303
    assert 'data-l="Care"' not in visit("/community", "sol").text
    assert "Back to the usual columns" in page.words
    visit("/community/columns", "ada", **chosen, usual="1")
    assert 'data-l="Status"' in visit("/community", "ada").text
    assert "Back to the usual columns" not in visit("/community", "ada").words


def test_actions_and_the_export_are_about_those_who_match(visit, town, on_the_list):
    page = visit(build_address(CHOIR, QUIET), "ada")
    assert "/community/export?filter=in_group.1&amp;filter=!texted_last_days:7" in page.text
    lines = visit("/community/export?" + urlencode({"filter": CHOIR}), "ada").text.splitlines()
    assert [line.split(",")[0].strip('"') for line in lines[1:]] == ["Leo", "Zoë"]
    everyone = {"everyone": "1", "filter": [CHOIR, QUIET]}
    question = visit("/community/bulk-delete", "ada", **everyone)
    assert "Delete 1 person?" in question.words
    assert question.text.count('name="filter"') == 2
    compose = visit("/blasts/new/people", "ada", **everyone, list="community")
    assert "Zoë" in compose.text
    assert "Leo" not in compose.text
    visit("/community/bulk-delete", "ada", **everyone, confirm="1")
    assert ZOE not in on_the_list()


def test_the_filters_become_a_segment_and_a_segment_filters(visit, town):
    page = visit(build_address(CHOIR, QUIET), "sol")
    assert "Save as segment" in page.words
    # A segment has no search: saved, it would mean more people than the list shows.
    narrowed_page = visit(build_address(CHOIR, QUIET) + "&search=zo", "sol")
    assert "Save as segment" not in narrowed_page.words
    builder = visit("/segments/new?" + urlencode({"filter": CHOIR}), "sol")
    assert "In Choir" in builder.words
    assert "2 people" in builder.words
    partly_unknown = visit("/segments/new?" + urlencode({"filter": CHOIR}) + "&filter=no", "sol")
    assert "In Choir" not in partly_unknown.words
    assert "can’t all be in a segment" in partly_unknown.words
    row = {"rows-0-family": "group", "rows-0-test": "in_group", "rows-0-ref": "1"}
    frame = {"name": "Singers", "among": "community", "join": "all", "rows-0-parent": ""}
    saved = visit("/segments/new", "sol", **frame, **row, follow=True)
    assert "Show in community" in saved.words
    assert 'href="/community?filter=in_group.1"' in saved.text

"""Who is in a group: added by hand, pasted, picked from the community; removed, and put back."""

import io
import re

import pytest

from app.community.models import CommunityMember
from app.core.clock import now
from app.core.db import db, write
from app.domain.phones.pasted_numbers import read_pasted_people
from app.events.models import Event, EventRegistration
from app.groups.actions.memberships import (
    add_people_to_group,
    remove_listed_people_from_group,
    undo_removal,
)
from app.groups.models import ContactGroup, GroupMembership, GroupTexters, MembershipSource
from app.people.actions.person_erasure import erase_person_data, find_embedded_mentions
from app.suppression.actions import erased_numbers
from app.suppression.queries.sending_permission import has_opted_out
from tests.sample_people import LEO, MAX, MIA, ZOE
from tests.sample_rows import add_members, make_phone
from tests.select_recorder import record_selects

UMA = "+13035550150"


def find_member_id(app, phone):
    with app.app_context():
        return db.session.scalar(
            db.select(CommunityMember.id).where(CommunityMember.phone == phone)
        )


@pytest.mark.parametrize(
    ("text", "names", "problems"),
    [
        ("Zoë Hernández, 303 555 0142", {ZOE: "Zoë Hernández"}, 0),
        ("3. (303) 555-0143 Leo\n\n303 555 0143", {LEO: "Leo"}, 0),
        ("303 555 0142; 303-555-0143", {ZOE: None, LEO: None}, 0),
        ("hello\n+1 303 555 0142", {ZOE: None}, 1),
        ("303 555", {}, 1),
        ("", {}, 0),
    ],
)
def test_lines_of_names_and_numbers_are_read(text, names, problems):
    people = read_pasted_people(text, "US")
    assert people.names == names
    assert len(people.problems) == problems


def test_ada_pastes_people_and_the_new_ones_are_members_too(app, visit, choir, people_of):
    written = "Uma, 303 555 0150\n303 555 0142\nMia 303 555 0144"
    page = visit(f"/groups/{choir}/people", "ada", written=written, follow=True)
    assert "2 people were added to Choir. 1 was in it already." in page.words
    assert "1 person is new to the community." in page.words
    assert people_of(choir) == [ZOE, LEO, UMA, MIA]
    assert "added Uma, Mia to the group “Choir”" in visit("/audit", "ada").words
    with app.app_context():
        assert (
            db.session.scalar(db.select(CommunityMember.name).where(CommunityMember.phone == UMA))
            == "Uma"
        )


def test_sol_adds_people_to_a_group_but_not_to_the_community(app, visit, choir, people_of):
    visit(f"/groups/{choir}/people", "sol", written="Uma, 303 555 0150")
    assert people_of(choir) == [ZOE, LEO, UMA]
    assert find_member_id(app, UMA) is None


def test_a_line_that_cannot_be_read_keeps_all_and_says_why(visit, choir, people_of):
    page = visit(f"/groups/{choir}/people", "ada", written="Mia 303 555 0144\nMax 12")
    assert page.status_code == 422
    assert "“Max 12”:" in page.words
    assert "Mia 303 555 0144" in page.text
    assert people_of(choir) == [ZOE, LEO]
    page = visit(f"/groups/{choir}/people", "ada", written=" ")
    assert "Write at least one phone number." in page.words


def find_undo(page):
    """Return the fields of the Undo button of a group's page."""
    return dict(re.findall(r'name="(added|removed)" value="([^"]+)"', page.text))


def test_a_removal_is_undone(app, visit, choir, people_of):
    with app.app_context():
        leo = db.session.scalar(db.select(GroupMembership.id).where(GroupMembership.phone == LEO))
    of_choir = {"list": "group", "list_id": str(choir), "membership_ids": str(leo)}
    page = visit(
        "/groups/people", "sol", change="remove", group_id=str(choir), follow=True, **of_choir
    )
    assert "1 person was removed from Choir." in page.words
    assert people_of(choir) == [ZOE]
    undo = find_undo(page)
    # Twice, as a double click does.
    for count in ("1 person is", "0 people are"):
        page = visit(f"/groups/{choir}/undo", "sol", follow=True, **undo)
        assert f"{count} in Choir again." in page.words
        assert people_of(choir) == [ZOE, LEO]
    assert "removed Leo from the group “Choir”" in visit("/audit", "ada").words
    assert visit(f"/groups/{choir}/undo", "sol", added="yesterday").status_code == 303


def test_the_selected_members_are_put_into_a_group_that_is_chosen(app, visit, choir, people_of):
    ids = [find_member_id(app, MIA), find_member_id(app, ZOE)]
    chosen = {"list": "community", "member_ids": ids, "change": "add"}
    page = visit("/groups/people", "sol", **chosen)
    assert page.headings == ["Add 2 people to a group"]
    assert "Choir 2 people, 1 of these" in page.words
    assert "A new group" not in page.words
    page = visit("/groups/people", "sol", group_id=str(choir), follow=True, **chosen)
    assert "1 person was added to Choir. 1 was in it already." in page.words
    assert people_of(choir) == [ZOE, LEO, MIA]
    page = visit(f"/groups/{choir}/undo", "sol", follow=True, **find_undo(page))
    assert "1 person was removed from Choir." in page.words
    assert people_of(choir) == [ZOE, LEO]


def test_the_whole_list_becomes_a_new_group(visit, choir, people_of):
    chosen = {"list": "community", "everyone": "1", "group_id": "new"}
    page = visit("/groups/people", "ada", name="", follow=True, **chosen)
    assert page.status_code == 422
    assert "Give the group a name." in page.words
    page = visit("/groups/people", "ada", name="All of us", follow=True, **chosen)
    assert "4 people were added to All of us." in page.words
    assert people_of(2) == [ZOE, LEO, MIA, MAX]
    page = visit("/groups/people", "ada", list="community", everyone="1", change="remove")
    assert "All of us 4 of these 4 people Choir 2 of these 4 people" in page.words


def test_what_cannot_be_is_said_and_changes_no_group(visit, choir, people_of):
    for fields, sentence in [
        ({"list": "community"}, "Select at least one person first."),
        ({"list": "community", "everyone": "1", "group_id": "99"}, "Choose a group."),
        ({"list": "community", "everyone": "1", "group_id": "new"}, "Choose a group."),
        ({"list": "people"}, "Page not found"),
        ({"list": "event", "list_id": "99"}, "Page not found"),
        ({"list": "survey", "list_id": "x"}, "Page not found"),
    ]:
        page = visit("/groups/people", "sol", follow=True, **fields)
        assert sentence in page.words, fields
        assert people_of(choir) == [ZOE, LEO], fields


def test_only_admins_change_a_group_that_only_admins_text(app, visit, choir, people_of):
    with app.app_context(), write():
        db.session.execute(db.update(ContactGroup).values(who_may_text=GroupTexters.ADMINS))
    page = visit(f"/groups/{choir}", "sol")
    assert "Only admins text it and change its people" in page.words
    assert "Add people" not in page.words
    assert "Remove" not in page.words
    everyone = {"list": "community", "everyone": "1"}
    of_choir = {"list": "group", "list_id": str(choir), "everyone": "1"}
    for fields in ({**everyone, "group_id": str(choir)}, of_choir):
        assert visit("/groups/people", "sol", **fields).status_code == 403
    assert "Choir" not in visit("/groups/people", "sol", **everyone).words
    assert visit(f"/groups/{choir}/people", "sol", written="303 555 0150").status_code == 403
    assert people_of(choir) == [ZOE, LEO]
    page = visit("/groups/people", "ada", group_id=str(choir), follow=True, **everyone)
    assert "2 people were added to Choir. 2 were in it already." in page.words


def test_people_are_picked_for_a_group_on_the_list(visit, choir):
    page = visit(f"/community?to_group={choir}", "ada")
    assert "Select people, then press “Add to Choir ”." in page.words
    assert f'name="group_id" value="{choir}"' in page.text


def test_the_list_is_narrowed_to_a_group(visit, choir):
    page = visit(f"/community?group={choir}", "ada")
    assert "2 people found" in page.words.lower()
    assert "Mia" not in page.words
    assert "no one matches" in visit("/community?group=99", "ada").words.lower()


def test_the_page_of_a_person_shows_their_groups(visit, choir, people_of):
    page = visit(f"/people/{MIA[1:]}", "ada", follow=True)
    assert "In no group." in page.words
    page = visit(f"/people/{MIA[1:]}/groups", "sol", group_id=str(choir), follow=True)
    assert "They are in Choir now." in page.words
    assert people_of(choir) == [ZOE, LEO, MIA]
    page = visit(f"/people/{MIA[1:]}/groups/{choir}/remove", "ada", _="", follow=True)
    assert "They are not in Choir anymore." in page.words
    assert people_of(choir) == [ZOE, LEO]


def test_someone_known_from_an_event_only_is_named_and_found(app, visit, choir):
    with app.app_context(), write() as session:
        session.add(event := Event(title="Picnic"))
        session.flush()
        session.add(EventRegistration(event_id=event.id, name="Uma Rao", phone=UMA))
    visit(f"/people/{UMA[1:]}/groups", "sol", group_id=str(choir))
    words = visit(f"/groups/{choir}?search=uma", "sol").words
    assert "Uma Rao" in words
    assert "1 person" in words
    assert "Leo" in visit(f"/groups/{choir}?search=leo", "sol").words
    assert "No one in this group matches" in visit(f"/groups/{choir}?search=zzz", "sol").words


def test_a_new_number_takes_the_groups_along(app, visit, choir, people_of):
    leo = find_member_id(app, LEO)
    visit(f"/community/{leo}/edit", "ada", name="Leo", phone="303 555 0150")
    assert people_of(choir) == [ZOE, UMA]


def test_a_removal_that_is_undone_after_a_change_of_number_is_about_the_new_number(
    app, visit, choir, people_of
):
    """Otherwise the number that Leo gave up, perhaps a stranger's now, would be texted."""
    leo = find_member_id(app, LEO)
    with app.app_context(), write():
        add_people_to_group(choir, [UMA], MembershipSource.HAND, "ada")
        both = db.select(GroupMembership.phone).where(GroupMembership.phone.in_([LEO, UMA]))
        moment = remove_listed_people_from_group(choir, both).moment
    visit(f"/community/{leo}/edit", "ada", name="Leo", phone="303 555 0150")
    with app.app_context(), write():
        assert undo_removal(choir, moment) == 1
    assert people_of(choir) == [ZOE, UMA]


def test_whoever_is_deleted_from_the_community_is_in_no_group(app, visit, choir, people_of):
    visit.post(f"/community/{find_member_id(app, LEO)}/delete", "ada")
    assert people_of(choir) == [ZOE]


def test_an_erased_person_is_in_no_group_and_still_opted_out_when_back(
    app, visit, choir, people_of
):
    with app.app_context():
        mentions = find_embedded_mentions(LEO)
        db.session.rollback()
        with write():
            assert erase_person_data(LEO, mentions, "ada", now()).row_counts["group_members"] == 1
            erased_numbers.record_erased_number(LEO, said_stop=True, by="ada")
    assert people_of(choir) == [ZOE]
    visit(f"/groups/{choir}/people", "sol", written="303 555 0143")
    with app.app_context():
        assert has_opted_out(LEO)


def test_no_page_reads_more_than_eight_times(app, visit, choir):
    """The user with the organisation, the layout, and six of its own."""
    with app.app_context():
        add_members(60, start=200)
        with write() as session:
            for number in range(2, 20):
                session.add(ContactGroup(id=number, name=f"Group {number}"))
            session.execute(
                db.text(
                    "INSERT INTO group_members (group_id, phone) SELECT g.id, m.phone "
                    "FROM groups g, community_members m WHERE g.id > 1"
                )
            )
    for address in ("/groups", "/groups/5", "/groups/5?search=person", "/groups/5?sort=added"):
        visit(address, "ada")
        with record_selects(app) as selects:
            assert visit(address, "ada").status_code == 200
        assert len(selects) <= 8, (address, selects)
    assert re.search("Person 000200", visit("/groups/5", "ada").words)


def test_an_import_puts_its_people_into_a_group_and_its_undo_takes_them_out(
    app, visit, choir, people_of
):
    files = {
        "file": (
            io.BytesIO(b"name,phone\nUma,303 555 0150\nMia,303 555 0144\nZ,303 555 0142"),
            "people.csv",
        )
    }
    with app.app_context(), write() as session:
        session.add(ContactGroup(id=2, name="Youth"))
    check = visit("/community/import", "ada", files=files).location
    page = visit(check, "ada")
    assert "Put them into a group" in page.words
    visit(f"{check}/confirm", "ada", group_id=str(choir), agreed="form")
    assert people_of(choir) == [ZOE, LEO, UMA, MIA]
    assert "Put into groups: Choir (2 people)" in visit(check, "ada").words
    visit.post(f"/people/{UMA[1:]}/groups", "ada", group_id="2")
    visit.post(f"{check}/undo", "ada")
    assert people_of(choir) == [ZOE, LEO]
    assert people_of(2) == []
    assert find_member_id(app, UMA) is None
    assert find_member_id(app, MIA) is not None


@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_the_pages_of_a_group_hold_everybody_once_in_order(app, visit, choir, people_of, direction):
    with app.app_context():
        add_members(50, start=200)
        with write():
            phones = [make_phone(number) for number in range(200, 250)]
            add_people_to_group(choir, [*phones, MAX, UMA], MembershipSource.BULK, "ada")
    names = []
    for number in range(1, 5):
        page = visit(f"/groups/{choir}?per_page=15&page={number}&dir={direction}", "sol")
        names += re.findall(r"(Person \d+|Leo|Zoë|No name) ?\+1", page.words)
    expected = ["Leo", *(f"Person {number:06}" for number in range(200, 250)), "Zoë"]
    expected += ["No name", "No name"]
    assert len(people_of(choir)) == 54
    assert sorted(names) == sorted(expected)
    assert names == (expected if direction == "asc" else expected[::-1])


def test_a_column_of_a_file_names_groups_and_missing_ones_are_made(app, visit, choir, people_of):
    rows = (
        b"name,phone,groups\nUma,303 555 0150,choir; Youth\nMia,303 555 0144,Youth\n"
        b"Mia,303 555 0144,Council\nZ,303 555 0142,\n"
    )
    files = {"file": (io.BytesIO(rows), "people.csv")}
    check = visit("/community/import", "ada", files=files).location
    words = visit(check, "ada").words
    assert "The file puts people into Choir ." in words
    assert "Create the 2 groups that the file names: Council, Youth" in words
    visit(f"{check}/confirm", "ada", create_groups="1", agreed="form")
    assert people_of(choir) == [ZOE, LEO, UMA]
    assert people_of(2) == [MIA]
    assert sorted(people_of(3)) == [MIA, UMA]
    visit.post(f"{check}/undo", "ada")
    assert (people_of(choir), people_of(2), people_of(3)) == ([ZOE, LEO], [], [])
    visit.post("/groups/3/delete", "ada")
    files = {"file": (io.BytesIO(rows), "people.csv")}
    check = visit("/community/import", "ada", files=files).location
    visit(f"{check}/confirm", "ada", agreed="form")
    assert people_of(choir) == [ZOE, LEO, UMA]
    with app.app_context():
        names = db.session.scalars(db.select(ContactGroup.name).order_by(ContactGroup.id))
        assert list(names) == ["Choir", "Council"]


def test_a_group_is_exported_with_those_who_are_no_members(app, visit, choir, people_of):
    with app.app_context(), write() as session:
        session.add(Event(id=1, title="Picnic"))
        session.add(EventRegistration(event_id=1, phone=UMA, name="Uma"))
        add_people_to_group(choir, [UMA, make_phone(151)], MembershipSource.HAND, "ada")
    assert visit(f"/groups/{choir}/export", "sol").status_code == 403
    assert f'href="/groups/{choir}/export"' in visit(f"/groups/{choir}", "ada").text
    page = visit(f"/groups/{choir}/export", "ada")
    assert page.response.headers["Content-Disposition"].startswith('attachment; filename="Choir-')
    rows = ["name,phone,groups", f'"Zoë","{ZOE}","Choir"', f'"Leo","{LEO}","Choir"']
    rows += [f'"Uma","{UMA}","Choir"', f'"","{make_phone(151)}","Choir"', ""]
    assert page.text.removeprefix("\ufeff").split("\r\n") == rows
    assert "exported the group “Choir”" in visit("/audit", "ada").words
    # Where every group is archived, too.
    visit.post(f"/groups/{choir}/archive", "ada")
    assert visit(f"/groups/{choir}/export", "ada").text == page.text


def test_an_export_names_the_groups_and_comes_back(app, visit, choir, people_of):
    with app.app_context(), write() as session:
        session.add(ContactGroup(id=2, name="Youth"))
        add_people_to_group(2, [ZOE, MIA], MembershipSource.HAND, "ada")
    exported = visit.browser("ada").get("/community/export").data
    assert "name,phone,groups" in exported.decode()
    assert '"Zoë","+13035550142","Choir; Youth"' in exported.decode()
    some = visit("/community/bulk-export", "ada", member_ids=str(find_member_id(app, MIA)))
    assert some.text.endswith('"Mia","+13035550144","Youth"\r\n')
    visit("/community/bulk-delete", "ada", everyone="1", confirm="1")
    assert (people_of(choir), people_of(2)) == ([], [])
    files = {"file": (io.BytesIO(exported), "community.csv")}
    check = visit("/community/import", "ada", files=files).location
    visit(f"{check}/confirm", "ada", agreed="form")
    assert (sorted(people_of(choir)), sorted(people_of(2))) == ([ZOE, LEO], [ZOE, MIA])

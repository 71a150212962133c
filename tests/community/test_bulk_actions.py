"""Ada and Sol narrow the list, and act on many members at once."""

from datetime import timedelta

import pytest

from app.community.models import CommunityMember
from app.core.clock import now
from app.core.db import db, write
from app.delivery.models import Message
from app.events.models import Event, EventRegistration
from app.groups.models import ContactGroup, GroupMembership
from app.organisation.models import Organisation
from app.suppression.queries.sending_permission import has_opted_out
from tests.sample_people import LEO, MAX, MIA, ZOE
from tests.sample_rows import add_dead_number, add_member, add_members, add_opt_out


@pytest.fixture
def four(app):
    """Zoë opted out, Leo's number is dead, Mia was texted, Max has no name and is new."""
    with app.app_context():
        for phone, name in ((ZOE, "Zoë"), (LEO, "Leo"), (MIA, "Mia"), (MAX, None)):
            add_member(phone, name)
        add_opt_out(ZOE)
        add_dead_number(LEO)
        with write() as session:
            session.add(Message(kind="blast", phone=MIA, body="Hi", status="delivered"))
            rows = session.query(CommunityMember).filter(CommunityMember.phone != MAX)
            rows.update({"created_at": now() - timedelta(days=40)})
    return app


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("show=skipped", ["Leo", "Zoë"]),
        ("show=said_stop", ["Zoë"]),
        ("show=number_dead", ["Leo"]),
        ("show=maybe_stop", []),
        ("show=no_consent", []),
        ("show=no_name", ["No name"]),
        ("show=no_texts&search=leo", ["Leo"]),
        # What acts on all follows the list: a word that is unknown means no one.
        ("show=__class__", []),
        ("since=yesterday", []),
        ("group=choir", []),
    ],
)
def test_ada_sees_only_the_people_she_asks_for(visit, four, query, names):
    words = visit(f"/community?{query}", "ada").words
    assert [name for name in ("Leo", "Mia", "Zoë", "No name") if f" {name} " in words] == names


def test_where_consent_is_demanded_everyone_without_it_is_skipped(visit, four):
    with four.app_context(), write() as session:
        session.get(Organisation, 1).consent_required = True
    words = visit("/community?show=no_consent", "ada").words
    assert "Mia" in words
    assert "4 people found" in visit("/community?show=skipped", "ada").words.lower()


def test_added_since_and_the_number_of_matches(visit, four):
    page = visit(f"/community?since={now() - timedelta(days=7):%Y-%m-%d}", "ada")
    assert "1 person found." in page.words
    assert "Mia" not in page.words


def test_the_filter_stays_in_the_address_of_orders_and_of_the_export(visit, four):
    page = visit("/community?show=skipped", "ada")
    assert "/community/export?show=skipped" in page.text
    assert "show=skipped&amp;sort=phone" in page.text
    lines = visit("/community/export?show=skipped", "ada").text.splitlines()
    assert len(lines) == 3


def test_sol_puts_the_selected_people_on_the_do_not_text_list(visit, four, id_of):
    ids = [str(id_of(MIA)), str(id_of(ZOE))]
    page = visit("/community/bulk-do-not-text", "sol", member_ids=ids, follow=True)
    assert "1 person is now on the do-not-text list. 1 already were." in page.words
    with four.app_context():
        assert has_opted_out(MIA)


def test_everyone_who_matches_is_asked_about_before_anything_happens(visit, four, on_the_list):
    page = visit("/community/bulk-delete", "ada", everyone="1", show="skipped")
    assert "Delete 2 people?" in page.words
    assert len(on_the_list()) == 4
    visit("/community/bulk-delete", "ada", everyone="1", show="skipped", confirm="1")
    assert set(on_the_list()) == {MIA, MAX}


def test_ada_exports_the_selected_people(visit, four, id_of):
    text = visit("/community/bulk-export", "ada", member_ids=[str(id_of(MIA))]).text
    assert "Mia" in text
    assert "Leo" not in text


def test_sol_adds_the_selected_people_to_an_event(visit, four, id_of):
    with four.app_context(), write() as session:
        session.add(event := Event(title="Spring picnic"))
        session.flush()
        session.add(EventRegistration(event_id=event.id, phone=LEO, name="Leo"))
        event_id = event.id
    ids = [str(id_of(phone)) for phone in (MIA, LEO)]
    page = visit("/events/register-members", "sol", member_ids=ids)
    assert "Add 2 people to an event" in page.words
    assert "Spring picnic" in page.words
    done = visit(
        "/events/register-members", "sol", member_ids=ids, event_id=str(event_id), follow=True
    )
    assert "1 person is registered for Spring picnic. 1 already were." in done.words
    with four.app_context():
        assert db.session.query(EventRegistration).count() == 2


def test_the_people_of_a_group_for_admins_are_registered_by_admins_only(visit, four):
    with four.app_context(), write() as session:
        group = ContactGroup(name="Choir", who_may_text="admins")
        session.add_all([group, event := Event(title="Spring picnic")])
        session.flush()
        session.add(GroupMembership(group_id=group.id, phone=MIA))
        form = {"event_id": str(event.id), "everyone": "1", "filter": f"in_group.{group.id}"}
    assert visit("/events/register-members", "sol", **form).status_code == 403
    assert visit("/events/register-members", "ada", **form).status_code == 303


def test_a_whole_list_is_offered_where_it_has_several_pages(app, visit):
    with app.app_context():
        add_members(60)
    assert "Select all 60" in visit("/community", "ada").words
    assert "Select all 60 that match" in visit("/community?search=person", "ada").words

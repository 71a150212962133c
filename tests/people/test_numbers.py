"""A person has another number, or several: lists follow, opt-outs are not lost, texts stay."""

from datetime import date

import pytest

from app.audit.models import AuditEvent
from app.community.models import CommunityMember
from app.core.clock import now
from app.core.db import db, write
from app.domain.profiles.field_types import FieldClass
from app.domain.profiles.field_values import ValueContext
from app.domain.time.pause_days import compute_pause_end
from app.events.models import Event, EventAnswer, EventRegistration
from app.groups.models import ContactGroup, GroupMembership
from app.organisation.models import Organisation
from app.people.models import PersonNote
from app.profiles.actions.field_editing import FieldInfo, create_field
from app.profiles.actions.value_storing import set_person_values
from app.profiles.models import PersonPhone
from app.profiles.queries.person_lookup import find_person_of_phone
from app.profiles.queries.person_values import load_field_texts
from app.suppression.actions import erased_numbers
from app.suppression.actions.consent_events import grant_consent
from app.suppression.actions.pauses import NewPause, set_pause
from app.suppression.actions.stop_questions import open_stop_question
from app.suppression.models import ConsentMethod, SuppressedContact, UnsubscribedContact
from app.suppression.queries.consent_history import list_consent_history
from app.suppression.queries.sending_permission import find_suppression_reason
from app.suppression.queries.stop_questions import find_open_stop_question
from tests import sample_rows
from tests.profiles.conftest import add_field, set_value
from tests.sample_people import LEO, MIA, ZOE

NEW = "+13035550199"


@pytest.fixture
def zoe(app):
    """Zoë is in the community, at a picnic and in the choir, with a note and a text."""
    with app.app_context():
        sample_rows.add_member(ZOE, "Zoë Hernández")
        with write() as session:
            session.add_all([Event(title="Picnic"), ContactGroup(name="Choir")])
            session.flush()
            session.add(EventRegistration(event_id=1, phone=ZOE, name="Zoë"))
            session.add(GroupMembership(group_id=1, phone=ZOE))
            session.add(PersonNote(phone=ZOE, body="Sings alto", created_by="sol"))
        sample_rows.add_inbound_text(ZOE, "See you there")
    return app


def change(visit, new=NEW, who="ada", **more):
    """Change Zoë's number on her page."""
    address = visit.find_person_page(ZOE)
    return visit(f"{address}/number", who, new_phone=new, **more)


def phones_of(model):
    return sorted(db.session.scalars(db.select(model.phone)))


def test_lists_and_notes_go_to_the_new_number_and_texts_stay(visit, zoe):
    address = visit.find_person_page(ZOE)
    assert change(visit).location == address == visit.find_person_page(NEW)
    with zoe.app_context():
        for model in (CommunityMember, EventRegistration, GroupMembership, PersonNote):
            assert phones_of(model) == [NEW], model
        numbers = [(row.phone, row.until is None) for row in find_person_of_phone(NEW).phones]
        assert numbers == [(NEW, True), (ZOE, False)]
        event = db.session.scalar(db.select(AuditEvent).order_by(AuditEvent.id.desc()))
        assert event.verb == "person.number_changed"
        assert "555" not in str(event.details)
    words = visit(address, "sol").words
    for said in ("+1 303 555 0199", "+1 303 555 0142 until", "See you there", "Sings alto"):
        assert said in words
    conversation = visit.post(address.replace("/people/", "/inbox/with/"), "sol").location
    assert "See you there" in visit(conversation, "sol").words


def test_where_the_new_number_is_already_nothing_is_there_twice(visit, zoe):
    with zoe.app_context(), write() as session:
        session.add(EventRegistration(event_id=1, phone=NEW))
        session.add(GroupMembership(group_id=1, phone=NEW))
        is_hers = EventRegistration.phone == ZOE
        session.scalars(db.select(EventRegistration).where(is_hers)).one().answer = "not_coming"
    assert change(visit).status_code == 303
    with zoe.app_context():
        assert phones_of(EventRegistration) == [NEW]
        # Who said by the old number that they are not coming gets no reminders by the new one.
        assert db.session.scalar(db.select(EventRegistration.answer)) is EventAnswer.NOT_COMING
        is_open = GroupMembership.until.is_(None)
        assert db.session.scalars(db.select(GroupMembership.phone).where(is_open)).all() == [NEW]
        assert db.session.scalar(db.select(ContactGroup.member_count)) == 1
        assert len(find_person_of_phone(NEW).phones) == 2


@pytest.mark.parametrize("kind", ["opt-out", "question"])
def test_an_opt_out_of_the_old_number_is_asked_about_and_a_yes_is_not_carried_over(
    visit, zoe, kind
):
    with zoe.app_context():
        with write():
            grant_consent(ZOE, ConsentMethod.FORM, "Signed", "sol")
            if kind == "question":
                open_stop_question(ZOE, None, "no more please", now())
        if kind == "opt-out":
            sample_rows.add_opt_out(ZOE)
    change(visit)
    assert "decide in their conversation" in visit("/community", "ada").words
    with zoe.app_context():
        assert find_open_stop_question(NEW)
        assert find_suppression_reason(NEW) == "maybe_stop"
        assert list_consent_history(NEW) == []
        assert bool(find_suppression_reason(ZOE)) == (kind == "opt-out")
    assert "Zoë" in visit("/inbox", "sol").words


def test_somebody_elses_number_is_only_taken_when_it_is_the_same_person(visit, zoe):
    with zoe.app_context():
        sample_rows.add_member(LEO, "Leo")
    page = change(visit, LEO)
    assert page.status_code == 422
    assert "Leo has this number. If this is the same person" in page.words
    assert change(visit, LEO, is_same="y").status_code == 303
    with zoe.app_context():
        members = db.session.execute(db.select(CommunityMember.name, CommunityMember.phone)).all()
        assert members == [("Leo", LEO)]


def test_a_number_that_cannot_be_is_said_beside_the_field(visit, zoe):
    for typed, said in [
        (ZOE, "This is already their number."),
        ("12", "short code"),
        ("", "Enter a phone number"),
    ]:
        page = change(visit, typed)
        assert page.status_code == 422, typed
        assert said in page.words, typed


def test_editing_the_member_does_the_same(visit, zoe):
    with zoe.app_context():
        sample_rows.add_opt_out(ZOE)
    visit("/community/1/edit", "ada", name="Zoë Hernández", phone=NEW)
    with zoe.app_context():
        for model in (CommunityMember, EventRegistration, GroupMembership, PersonNote):
            assert phones_of(model) == [NEW], model
        assert find_suppression_reason(NEW) == "maybe_stop"
        assert len(find_person_of_phone(NEW).phones) == 2


def test_a_way_back_to_the_earlier_number(visit, zoe):
    change(visit)
    change(visit, ZOE)
    with zoe.app_context():
        numbers = [(row.phone, row.until is None) for row in find_person_of_phone(ZOE).phones]
        assert numbers == [(ZOE, True), (NEW, False)]
        assert phones_of(CommunityMember) == [ZOE]


def test_a_number_that_was_given_up_is_a_stranger_when_it_is_added(visit, zoe):
    """Carriers give it to somebody else, who must not be taken for Zoë."""
    with zoe.app_context(), write():
        field = create_field(FieldInfo("Town", field_class=FieldClass.PUBLIC))
        zoe_id, values = find_person_of_phone(ZOE).id, {field.id: "Boulder"}
        set_person_values(zoe_id, [field], values, ValueContext("US", date(2026, 1, 1)))
    change(visit)
    with zoe.app_context():
        assert load_field_texts([ZOE, NEW], [1]) == {NEW: ("Boulder",)}
    assert (
        "Sam was added" in visit("/community/add", "ada", name="Sam", phone=ZOE, follow=True).words
    )
    with zoe.app_context():
        assert find_person_of_phone(ZOE).numbers == [ZOE]
        assert find_person_of_phone(NEW).numbers == [NEW]
    words = visit(visit.find_person_page(ZOE), "ada").words
    assert "Sam" in words
    for said in ("Boulder", "0199", "Sings alto"):
        assert said not in words


def test_a_number_that_somebody_without_a_name_gave_up_joins_no_one(visit, zoe):
    """Otherwise Leo's texts would follow to the new number of Zoë, who is in no list any more."""
    change(visit)
    with zoe.app_context():
        sample_rows.add_member(LEO, "Leo")
        with write() as session:
            for model in (CommunityMember, EventRegistration):
                session.execute(db.delete(model).where(model.phone == NEW))
    address = visit.find_person_page(LEO)
    visit(f"{address}/numbers", "ada", added_phone=ZOE, kind="mobile")
    with zoe.app_context():
        assert find_person_of_phone(LEO).numbers == [LEO, ZOE]
        assert find_person_of_phone(NEW).numbers == [NEW]
    visit(f"{address}/numbers/remove", "ada", phone=ZOE, follow=True)
    visit(f"{address}/number", "ada", new_phone=ZOE)
    with zoe.app_context():
        assert find_person_of_phone(ZOE).numbers == [ZOE, LEO]


def test_a_second_number_is_added_texted_first_and_removed(visit, zoe):
    address = visit.find_person_page(ZOE)
    visit(f"{address}/numbers", "ada", added_phone=MIA, kind="landline")
    words = visit(address, "sol").words
    assert "Mobile, texted first" in words
    assert "Landline, texted if the first fails" in words
    visit(f"{address}/numbers/first", "ada", phone=MIA)
    with zoe.app_context():
        assert [row.phone for row in find_person_of_phone(ZOE).phones] == [MIA, ZOE]
        assert phones_of(CommunityMember) == [MIA]
    page = visit(f"{address}/numbers/remove", "ada", phone=MIA, follow=True)
    assert "Text another one first, then remove it." in page.words
    visit(f"{address}/numbers/remove", "ada", phone=ZOE)
    with zoe.app_context():
        assert [row.phone for row in find_person_of_phone(MIA).phones] == [MIA]
        # Her text stays, so the number has a page of its own.
        assert find_person_of_phone(ZOE).phones[0].rank == 1


def test_each_number_of_a_person_is_judged_and_named(visit, zoe):
    address = visit.find_person_page(ZOE)
    visit(f"{address}/numbers", "ada", added_phone=MIA, kind="mobile")
    words = visit(address, "sol").words
    assert "+1 303 555 0142 Can be texted +1 303 555 0144 Can be texted" in words
    with zoe.app_context():
        sample_rows.add_dead_number(ZOE)
    words = visit(address, "ada").words
    assert "Not at +1 303 555 0142 . Invalid number. +1 303 555 0144 can be texted." in words
    assert "+1 303 555 0142 Invalid number +1 303 555 0144 Can be texted" in words
    with zoe.app_context():
        with write() as session:
            session.execute(db.delete(SuppressedContact))
        sample_rows.add_opt_out(MIA)
    words = visit(address, "sol").words
    assert "No. Opted out. Only they can undo this, by texting START to" in words
    assert "from +1 303 555 0144 ." in words


def test_a_number_that_nothing_else_knows_is_forgotten_when_removed(visit, zoe):
    address = visit.find_person_page(ZOE)
    visit(f"{address}/numbers", "ada", added_phone=MIA, kind="mobile")
    visit(f"{address}/numbers/remove", "ada", phone=MIA)
    with zoe.app_context():
        assert phones_of(PersonPhone) == [ZOE]


@pytest.mark.parametrize("kind", ["opt-out", "question", "pause"])
def test_what_a_number_said_about_texts_outlives_its_removal(visit, zoe, kind):
    """A STOP of one number stops them all: taking that number away makes it a question."""
    address = visit.find_person_page(ZOE)
    visit(f"{address}/numbers", "ada", added_phone=MIA, kind="mobile")
    with zoe.app_context():
        if kind == "opt-out":
            sample_rows.add_opt_out(MIA)
        with write():
            if kind == "question":
                open_stop_question(MIA, None, "no more please", now())
            if kind == "pause":
                end = compute_pause_end(now(), 30, "UTC")
                set_pause(NewPause(MIA, end), now())
    visit(f"{address}/numbers/remove", "ada", phone=MIA)
    with zoe.app_context():
        wanted = "paused" if kind == "pause" else "maybe_stop"
        assert find_suppression_reason(ZOE) == wanted
        assert find_suppression_reason(MIA)


def test_an_erased_person_who_had_opted_out_is_no_ones_second_number(visit, zoe):
    with zoe.app_context(), write():
        erased_numbers.record_erased_number(MIA, said_stop=True, by="ada")
    visit(f"{visit.find_person_page(ZOE)}/numbers", "ada", added_phone=MIA, kind="mobile")
    with zoe.app_context():
        assert phones_of(UnsubscribedContact) == [MIA]
        assert find_suppression_reason(MIA) == "said_stop"


def test_two_of_one_name_are_joined_or_kept_apart(visit, zoe):
    with zoe.app_context():
        sample_rows.add_member(LEO, "Zoe Hernandez")
        sample_rows.add_member(MIA, "Zoë Hernández")
        sample_rows.add_opt_out(LEO)
    address = visit.find_person_page(ZOE)
    words = visit(address, "ada").words
    assert "Is this the same person?" in words
    assert "also has +1 303 555 0143" in words
    assert "Is this the same person?" not in visit(address, "sol").words
    ids = {phone: visit.find_person_page(phone).rpartition("/")[2] for phone in (LEO, MIA)}
    visit.post(f"{address}/apart/{ids[MIA]}", "ada")
    page = visit(f"{address}/join/{ids[LEO]}", "ada")
    assert "They become one person with both numbers." in page.words
    assert visit.post(f"{address}/join/{ids[LEO]}", "ada").location == address
    assert "Is this the same person?" not in visit(address, "ada").words
    with zoe.app_context():
        assert [row.phone for row in find_person_of_phone(LEO).phones] == [ZOE, LEO]
        assert phones_of(CommunityMember) == [ZOE, MIA]
        # Whoever said STOP from one number gets no texts on the other.
        assert phones_of(UnsubscribedContact) == [LEO]
        assert find_suppression_reason(ZOE)


def test_erasing_a_person_erases_all_their_numbers(visit, zoe):
    address = visit.find_person_page(ZOE)
    change(visit)
    visit(f"{address}/numbers", "ada", added_phone=MIA, kind="mobile")
    visit.post(f"{address}/erase", "ada")
    with zoe.app_context():
        assert phones_of(PersonPhone) == []
        assert db.session.scalar(db.text("SELECT count(*) FROM people")) == 0


@pytest.mark.parametrize("kind", ["opt-out", "pause"])
def test_what_one_number_said_is_kept_for_all_that_are_erased(visit, zoe, kind):
    """Whoever said STOP by one phone, and is imported again by the other, gets no texts."""
    address = visit.find_person_page(ZOE)
    visit(f"{address}/numbers", "ada", added_phone=MIA, kind="mobile")
    with zoe.app_context():
        if kind == "opt-out":
            sample_rows.add_opt_out(MIA)
        else:
            with write():
                set_pause(NewPause(MIA, compute_pause_end(now(), 30, "UTC")), now())
    visit.post(f"{address}/erase", "ada")
    with zoe.app_context():
        assert erased_numbers.filter_erased_opt_outs([ZOE, MIA]) == [ZOE, MIA]


def test_consent_is_recorded_for_the_number_that_they_gave(visit, zoe):
    with zoe.app_context(), write() as session:
        session.get(Organisation, 1).consent_required = True
        grant_consent(ZOE, ConsentMethod.FORM, "Signed", "sol")
    address = visit.find_person_page(ZOE)
    visit(f"{address}/numbers", "ada", added_phone=MIA, kind="mobile", number_agreed="none")
    page = visit(address, "sol").words
    assert "texted if the first fails Has not agreed to texts" in page
    assert "Record consent for +1 303 555 0144" in page
    visit(f"{address}/consent", "sol", phone=MIA, agreed="written", evidence="Card of May 3")
    assert "Has not agreed to texts" not in visit(address, "sol").words
    change(visit, number_agreed="verbal")
    with zoe.app_context():
        for phone in (MIA, NEW):
            assert find_suppression_reason(phone) is None
            assert list_consent_history(phone)[0].act_label == "Agreed to texts"


def test_numbers_are_for_admins(visit, zoe):
    for door in ["number", "numbers", "numbers/first", "numbers/remove"]:
        assert visit.post(f"{visit.find_person_page(ZOE)}/{door}", "sol").status_code == 403, door


def test_a_second_name_is_added_to_a_number_that_two_share(visit, zoe):
    typed = {"name": "Ben Hernández", "phone": ZOE}
    page = visit("/community/add", "ada", **typed)
    assert page.status_code == 422
    assert "If they share the phone with Zoë Hernández, check the box" in page.words
    page = visit("/community/add", "ada", **typed, is_shared="y")
    assert page.location == visit.find_person_page(ZOE)
    assert "Zoë and Ben Hernández" in visit(page.location, "sol").words
    with zoe.app_context():
        assert phones_of(CommunityMember) == [ZOE]


def test_what_is_typed_beside_a_second_name_fills_what_is_blank(visit, zoe):
    with zoe.app_context():
        town, voice = add_field("Town"), add_field("Voice")
        set_value(ZOE, town, "Oslo")
    details = {"language": "es", f"field_{town}": "Rome", f"field_{voice}": "Alto"}
    typed = {"name": "Ben Hernández", "phone": ZOE, "is_shared": "y", "agreed": "written"}
    page = visit("/community/add", "ada", **typed, **details, follow=True)
    assert "Not changed, as this number has something else there already: Town." in page.words
    with zoe.app_context():
        person = find_person_of_phone(ZOE)
        assert person.language == "es"
        assert load_field_texts([ZOE], [town, voice])[ZOE] == ("Oslo", "Alto")
        assert list_consent_history(ZOE)[0].act_label == "Agreed to texts"


def test_contacts_of_one_name_are_asked_about_too(visit, zoe):
    """Who registered by another phone is no member; each sees the other on their page."""
    with zoe.app_context(), write() as session:
        session.add(Event(title="Concert"))
        for event_id, phone, name in ((2, MIA, "zoe hernandez"), (1, LEO, "Zoë")):
            session.add(EventRegistration(event_id=event_id, phone=phone, name=name))
    members_page, contacts_page = visit.find_person_page(ZOE), visit.find_person_page(MIA)
    for address, other in ((members_page, MIA), (contacts_page, ZOE)):
        page = visit(address, "ada")
        assert "Is this the same person?" in page.words
        other_id = visit.find_person_page(other).rsplit("/", 1)[1]
        assert f"{address}/join/{other_id}" in page.text
    assert "Is this the same person?" not in visit(visit.find_person_page(LEO), "ada").words
    with zoe.app_context():
        plan = db.session.execute(
            db.text(
                "EXPLAIN QUERY PLAN SELECT min(name), phone FROM event_registrations WHERE "
                "name IS NOT NULL AND (name COLLATE NOCASE) IN ('a', 'b') GROUP BY phone"
            )
        ).all()
        assert any("ix_event_registrations_name" in row[3] for row in plan)

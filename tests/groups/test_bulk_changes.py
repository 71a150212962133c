"""People of an event and of a blast are put into a group and taken out, ticked ones or all."""

import io
import re

import pytest

from app.core.db import db, write
from app.delivery.models import Message, MessageLog
from app.domain.sequences.sequence_states import SequenceTrigger
from app.events.models import Event, EventAnswer, EventRegistration
from app.groups.models import ContactGroup, GroupTexters
from app.sequences.actions.sequence_editing import TriggerValues
from tests.sample_people import LEO, MAX, MIA, ZOE
from tests.select_recorder import record_selects
from tests.sequences.steps import make_sequence

UMA = "+13035550150"


@pytest.fixture
def picnic(app):
    """An event: Zoë and Uma are coming (Uma only said nothing), Max may, Mia is not."""
    answers = {
        ZOE: EventAnswer.COMING,
        UMA: None,
        MAX: EventAnswer.MAYBE,
        MIA: EventAnswer.NOT_COMING,
    }
    with app.app_context(), write() as session:
        session.add(event := Event(title="Picnic"))
        session.flush()
        for phone, answer in answers.items():
            session.add(EventRegistration(event_id=event.id, phone=phone, answer=answer))
        return event.id


def find_registration_id(app, phone):
    with app.app_context():
        row = EventRegistration
        return db.session.scalar(db.select(row.id).where(row.phone == phone))


@pytest.mark.parametrize(
    ("filters", "new_people"),
    [
        ({}, [UMA, MAX, MIA]),
        ({"answer": "coming"}, [UMA]),
        ({"answer": "maybe"}, [MAX]),
        ({"answer": "not_coming"}, [MIA]),
        ({"search": "0150"}, [UMA]),
    ],
)
def test_all_of_an_event_whom_its_filter_shows_are_added(
    visit, choir, people_of, picnic, filters, new_people
):
    of_event = {"list": "event", "list_id": str(picnic), "everyone": "1", **filters}
    page = visit("/groups/people", "sol", group_id=str(choir), follow=True, **of_event)
    people = "1 person was" if len(new_people) == 1 else f"{len(new_people)} people were"
    assert f"{people} added to Choir." in page.words
    assert sorted(people_of(choir)[2:]) == sorted(new_people)


def test_ticked_people_of_an_event_are_added_and_removed(app, visit, choir, people_of, picnic):
    page = visit(f"/events/{picnic}?answer=coming", "sol")
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    assert fields["list"] == "event"
    assert fields["answer"] == "coming"
    assert "Add to a group Remove from a group" in page.words
    ids = [str(find_registration_id(app, phone)) for phone in (MAX, ZOE)]
    of_event = {"list": "event", "list_id": str(picnic), "ids": ids}
    visit("/groups/people", "sol", change="add", group_id=str(choir), **of_event)
    assert people_of(choir) == [ZOE, LEO, MAX]
    page = visit("/groups/people", "sol", change="remove", **of_event)
    assert page.headings == ["Remove 2 people from a group"]
    page = visit(
        "/groups/people", "sol", change="remove", group_id=str(choir), follow=True, **of_event
    )
    assert "2 people were removed from Choir." in page.words
    assert people_of(choir) == [LEO]


@pytest.fixture
def rehearsal(app):
    """A finished blast, by each person's status."""
    statuses = {ZOE: "delivered", LEO: "failed", MIA: "skipped", MAX: "delivered"}
    with app.app_context(), write() as session:
        log = MessageLog(message_body="Rehearsal?", target="community", status="sent")
        session.add(log)
        session.flush()
        for phone, status in statuses.items():
            session.add(
                Message(
                    message_log_id=log.id,
                    direction="outbound",
                    kind="blast",
                    phone=phone,
                    body="Rehearsal?",
                    status=status,
                )
            )
        return log.id


@pytest.mark.parametrize(
    ("state", "new_people"),
    [
        ("", [MIA, MAX]),
        ("delivered", [MAX]),
        ("failed", []),
        ("left_out", [MIA]),
        ("no_reply", [MAX]),
    ],
)
def test_each_outcome_of_a_blast_is_put_into_a_group(
    visit, choir, people_of, rehearsal, state, new_people
):
    of_blast = {"list": "blast", "list_id": str(rehearsal), "state": state}
    page = visit("/groups/people", "sol", group_id=str(choir), follow=True, **of_blast)
    assert sorted(people_of(choir)[2:]) == sorted(new_people)
    assert "added to Choir" in page.words


def test_the_list_of_a_blast_leads_to_the_choice_of_a_group(app, visit, choir, rehearsal):
    page = visit(f"/blasts/logs/{rehearsal}?state=delivered", "sol")
    assert "Add all 2 to a group" in page.words
    address = f"/groups/people?list=blast&list_id={rehearsal}&change=add&state=delivered"
    assert address in page.text.replace("&amp;", "&")
    page = visit(address, "sol")
    assert page.headings == ["Add 2 people to a group"]
    with app.app_context(), write():
        restricted = {"who_may_text": GroupTexters.ADMINS}
        db.session.execute(db.update(ContactGroup).values(restricted))
    assert "There are no groups yet." in visit(address, "sol").words


def test_people_whom_the_search_found_are_added(visit, choir, people_of):
    page = visit("/search?q=mia", "sol")
    assert f'value="{MIA}"' in page.text
    assert "Add to a group" in page.words
    ticked = {"list": "search", "phones": [MIA, "+13035559999", "everyone"], "change": "add"}
    page = visit("/groups/people", "sol", **ticked)
    assert page.headings == ["Add 1 person to a group"]
    visit("/groups/people", "sol", group_id=str(choir), **ticked)
    assert people_of(choir) == [ZOE, LEO, MIA]


def test_a_group_that_starts_a_sequence_says_so_before_people_are_put_into_it(app, visit, choir):
    ticked = {"list": "search", "phones": [MIA], "change": "add"}
    assert "No one is texted now." in visit("/groups/people", "sol", **ticked).words
    with app.app_context():
        trigger = TriggerValues(SequenceTrigger.GROUP, group_id=choir)
        make_sequence(trigger, name="First weeks")
    words = visit("/groups/people", "sol", **ticked).words
    assert "Starts “First weeks”" in words
    assert "No one is texted now." not in words
    files = {"file": (io.BytesIO(b"name,phone,groups\nUma,303 555 0150,choir\n"), "people.csv")}
    words = visit(visit("/community/import", "ada", files=files).location, "ada").words
    assert "People who are put into Choir get the texts of “First weeks” ." in words
    assert "Choir (starts “First weeks”)" in words


def test_many_people_are_added_by_the_same_few_statements(app, visit, choir, people_of, picnic):
    of_event = {"list": "event", "list_id": str(picnic), "everyone": "1", "group_id": str(choir)}
    counts = []
    for start, extra in ((1000, 30), (2000, 300)):
        with app.app_context(), write() as session:
            for number in range(extra):
                phone = f"+1303555{start + number}"
                session.add(EventRegistration(event_id=picnic, phone=phone))
        with record_selects(app) as statements:
            visit("/groups/people", "sol", **of_event)
        counts.append(len(statements))
    assert counts[1] <= counts[0] <= 10
    assert len(people_of(choir)) == 335

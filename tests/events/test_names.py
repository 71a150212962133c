"""The name of a number when the community and the events disagree."""

from datetime import date, timedelta

from app.core.clock import now
from app.core.db import write
from app.events.models import Event, EventRegistration
from app.events.queries.contact_names import find_display_names
from tests.sample_people import LEO, MAX, MIA, ZOE
from tests.sample_rows import add_member


def register(phone, name, days_ago):
    """A registration for an event of its own."""
    with write() as session:
        session.add(event := Event(title="Picnic", date=date(2026, 6, 1)))
        session.flush()
        at = now() - timedelta(days=days_ago)
        session.add(EventRegistration(event_id=event.id, phone=phone, name=name, created_at=at))


def test_the_communitys_name_comes_first_then_the_newest_registrations(shop):
    add_member(ZOE, "Zoe Example")
    add_member(LEO)
    for phone, name, days in (
        (ZOE, "Zo", 1),
        (LEO, "Leo", 9),
        (LEO, "Leonard", 3),
        (MIA, None, 2),
    ):
        register(phone, name, days)
    assert find_display_names([ZOE, LEO, MIA, MAX]) == {
        ZOE: "Zoe Example",
        LEO: "Leonard",
        MIA: None,
    }


def test_the_practice_phone_of_somebody_who_only_registered_has_their_name(app, visit):
    with app.app_context():
        register(MIA, "Mia", 2)
    assert "Mia" in visit(f"/sandbox/{MIA[1:]}", "ada").words


def test_who_texts_stop_stands_on_the_list_under_that_name(app, visit):
    with app.app_context():
        register(MIA, "Mia from the choir", 2)
    visit(f"/sandbox/{MIA[1:]}/text", "ada", body="STOP")
    assert "Mia from the choir" in visit("/suppression", "ada").words

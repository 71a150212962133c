"""Names are found and sorted whatever keyboard typed them, on every list that has names."""

import pytest

from app.community.actions import create_member
from app.core.db import db, write
from app.events.models import Event, EventRegistration
from app.suppression.actions.opt_outs import record_opt_out

NAMES = [
    "Álvaro Núñez",
    "Zoë Quist",
    "Łukasz Żak",
    "John Smith",
    "O’Brien Sean",
    "Sinéad O'Connor",
    "José Peña",
    "Anne-Marie Weiß",
    "Lars Ærø",
    "Bea Lund",
    "Jürgen Müller",
    "Soeren Bach",
]
SEARCHES = [
    ("alvaro", "Álvaro Núñez"),
    ("nunez", "Álvaro Núñez"),
    ("NÚÑEZ alvaro", "Álvaro Núñez"),
    ("zoe", "Zoë Quist"),
    ("Zoë", "Zoë Quist"),
    ("lukasz", "Łukasz Żak"),
    ("smith john", "John Smith"),
    ("Smith, John", "John Smith"),
    ("O'Brien", "O’Brien Sean"),
    ("o’connor", "Sinéad O'Connor"),
    ("oconnor", "Sinéad O'Connor"),
    ("José", "José Peña"),
    ("Jose\u0301", "José Peña"),
    ("pena", "José Peña"),
    ("anne marie", "Anne-Marie Weiß"),
    ("weiss", "Anne-Marie Weiß"),
    ("aero", "Lars Ærø"),
    ("mueller juergen", "Jürgen Müller"),
    ("Sören", "Soeren Bach"),
    ("ze zz", None),
]


@pytest.fixture
def everywhere(app):
    """The same people on the community list, at an event and on the do-not-text list."""
    with app.app_context(), write() as session:
        event = Event(title="Fête d’été")
        session.add(event)
        session.flush()
        for number, name in enumerate(NAMES):
            phone = f"+1303555{1000 + number}"
            create_member(name, phone)
            session.add(EventRegistration(event_id=event.id, name=name, phone=phone))
            record_opt_out(phone, source="manual", name=name)
        return event.id


@pytest.mark.usefixtures("everywhere")
@pytest.mark.parametrize("address", ["/community", "/events/1", "/suppression"])
def test_every_list_finds_names_without_their_accents(visit, address):
    for search, found in SEARCHES:
        page = visit(f"{address}?search={search}", "ada").words
        shown = [name for name in NAMES if name in page]
        assert shown == ([found] if found else []), search


@pytest.mark.usefixtures("everywhere")
@pytest.mark.parametrize("address", ["/community", "/events/1", "/suppression"])
def test_names_with_accents_stand_among_their_letters(visit, address):
    page = visit(f"{address}?sort=name&dir=asc", "ada").words
    order = sorted((page.index(name), name) for name in ("Bea Lund", "Álvaro Núñez", "Łukasz Żak"))
    assert [name for _, name in order] == ["Álvaro Núñez", "Bea Lund", "Łukasz Żak"]


@pytest.mark.usefixtures("everywhere")
def test_titles_of_events_are_found_too(visit):
    assert "Fête d’été" in visit("/events?search=fete ete", "ada").words


def test_a_name_that_a_mac_spelt_is_stored_composed(app, visit):
    visit("/community/add", "ada", name="Jose\u0301 Pen\u0303a", phone="303 555 0142")
    with app.app_context():
        stored = db.session.execute(db.text("SELECT name, folded_name FROM community_members"))
        assert stored.all() == [("José Peña", "jose pena")]


def test_what_another_program_writes_is_found_too(app, visit):
    with app.app_context(), write() as session:
        for table in ("community_members", "unsubscribed_contacts"):
            session.execute(
                db.text(f"INSERT INTO {table} (name, phone) VALUES ('Zoe Example', '+13035550142')")
            )
    for address in ("/community?search=example zoe", "/suppression?search=EXAMPLE"):
        assert "Zoe Example" in visit(address, "ada").words
    visit("/community/1/edit", "ada", name="Leo", phone="+13035550142")
    assert "Leo" in visit("/community?search=leo", "ada").words
    assert "Leo" not in visit("/community?search=example", "ada").words

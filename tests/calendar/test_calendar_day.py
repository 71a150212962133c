"""One day of the calendar: who gets how many texts of blasts, series, reminders and sequences."""

from datetime import date, timedelta

from app.core.db import db, write
from app.delivery.models import Message, MessageLog
from app.events.models import Event, EventRegistration, EventReminder
from app.sequences.models import Sequence, SequenceStep
from app.sequences.progress_models import SequencePerson
from tests.calendar.planned_rows import add, find, in_denver, make_blast
from tests.sample_people import LEO, MIA, ZOE
from tests.sample_rows import add_member, add_opt_out
from tests.series.helpers import START, start_sunday_series

SUNDAY = date(2026, 11, 29)
PAGE = "/calendar/days/2026-11-29"
NOON = in_denver(SUNDAY, 12)


def read_counts(page):
    """Texts of each person to people, as the table of the page has them."""
    rows = find(page, "//section[@id='texts-per-person']//tbody/tr")
    return {row[0].text_content().strip(): row[1].text_content().strip() for row in rows}


def add_three_members(app):
    with app.app_context():
        for phone, name in ((ZOE, "Zoë"), (LEO, "Leo"), (MIA, "Mia")):
            add_member(phone, name)


def add_steps(app, *phones, moment=NOON):
    """Let a sequence have its next step for each phone at a moment; return its id."""
    with app.app_context(), write() as session:
        sequence = Sequence(name="Welcome", trigger_kind="hand", state="active", carrier="sandbox")
        session.add(sequence)
        session.flush()
        session.add(step := SequenceStep(sequence_id=sequence.id, position=1, body="Hi"))
        session.flush()
        for number, phone in enumerate(phones):
            due = {"step_id": step.id, "next_at": moment + timedelta(minutes=number)}
            key = {"sequence_id": sequence.id, "start_key": f"hand:{number}"}
            session.add(SequencePerson(phone=phone, **key, **due))
        return sequence.id


def test_the_texts_of_everything_are_counted_for_each_person(app, visit):
    add_three_members(app)
    with app.app_context():
        add_opt_out(MIA)
        start_sunday_series()
    event_id = add(app, Event(title="Picnic", date=SUNDAY))
    step = EventReminder(event_id=event_id, days=0, time_of_day="09:00", body="See you")
    step_id = add(app, EventRegistration(event_id=event_id, phone=LEO), step)
    reminder = {"target": "event", "event_id": event_id, "event_reminder_id": step_id}
    log_id = add(app, MessageLog(message_body="Snow", target="community"))
    held = {"status": "queued", "direction": "outbound", "kind": "blast", "body": "Snow"}
    held |= {"held_until": NOON, "held_why": "quiet_hours", "carrier": "sandbox"}
    add(
        app,
        make_blast(NOON),
        make_blast(NOON + timedelta(hours=4), "Again"),
        make_blast(NOON, "Grown", held_reason="More people than you confirmed."),
        make_blast(NOON, "Only me", test_mode=True),
        make_blast(in_denver(SUNDAY, 9), "{event_title}", confirmed_count=None, **reminder),
        Message(message_log_id=log_id, phone=ZOE, **held),
    )
    add_steps(app, ZOE)
    page = visit(PAGE, "ada")
    # Both members get two blasts and the series; Leo the reminder, Zoë a held text and a step.
    assert read_counts(page) == {"5 texts": "1", "4 texts": "1"}
    assert "2 people get 3 texts or more on this day." in page.words
    assert "Zoë 5 Leo 4" in page.words
    assert find(page, "//section[@id='busy-people']//a[starts-with(@href, '/people/')]")
    for name in ("Again", "Worship is at ten.", "Picnic", "Snow", "Welcome", "Grown"):
        assert name in page.words
    words = visit(PAGE, "sol").words
    assert "2 people get 3 texts or more" in words
    assert "Zoë 5" not in words


def test_steps_of_sequences_are_counted_by_day(app, visit):
    sequence_id = add_steps(app, ZOE, LEO)
    for page in (visit("/calendar", "sol"), visit("/calendar/list", "sol"), visit(PAGE, "sol")):
        assert "12:00 PM Sequence Welcome 2 people" in page.words
        assert find(page, f"//a[@href='/sequences/{sequence_id}']")
    assert read_counts(visit(PAGE, "sol")) == {"1 text": "2"}
    with app.app_context(), write():
        db.session.get(Sequence, sequence_id).state = "paused"
    assert "Welcome" not in visit("/calendar/list", "sol").words


def test_a_day_is_reached_from_the_month_and_the_list(app, visit):
    add(app, make_blast(NOON))
    for address in ("/calendar", "/calendar/list"):
        assert find(visit(address, "sol"), f"//main//a[@href='{PAGE}']"), address
    page = visit(PAGE, "sol")
    assert page.headings == ["Sun, Nov 29"]
    assert find(page, "//a[@rel='prev']/@href") == ["/calendar/days/2026-11-28"]
    assert find(page, "//a[@rel='next']/@href") == ["/calendar/days/2026-11-30"]
    assert "No one gets a text on this day." in page.words


def test_a_day_without_texts_and_days_that_cannot_be_shown(visit):
    assert "No texts are planned for this day." in visit(PAGE, "sol").words
    page = visit("/calendar/days/2026-11-27", "sol")
    assert page.location == f"/calendar/days/{START:%Y-%m-%d}"
    for odd in ("soon", "20261129", "2026-W48-7", "2026-02-30", "2099-01-01", "0001-01-01"):
        assert visit(f"/calendar/days/{odd}", "sol").status_code in (302, 404), odd


def test_a_group_that_is_gone_breaks_no_page(app, visit):
    event_id = add(app, Event(title="Picnic"))
    add(app, make_blast(NOON, target="event", event_id=event_id))
    with app.app_context(), write() as session:
        session.delete(session.get(Event, event_id))
    page = visit(PAGE, "sol")
    assert page.status_code == 200
    assert read_counts(page) == {}


def test_days_on_which_much_is_sent_lead_to_the_texts_of_each_person(app, visit):
    blasts = [make_blast(NOON + timedelta(hours=2 * n), f"Blast {n}") for n in range(2)]
    add(app, *blasts, make_blast(NOON, "Me", test_mode=True), make_blast(NOON, held_reason="Grown"))
    note = "reminders or sequences on one day. See how many texts each person gets:"
    assert note not in visit("/calendar/list", "sol").words
    add_steps(app, ZOE)
    for address in ("/calendar/list", "/calendar"):
        page = visit(address, "sol")
        assert f"{note} Sun, Nov 29" in page.words
        assert find(page, f"//div[contains(@class, 'note')]//a[@href='{PAGE}']")
    assert note not in visit(PAGE, "sol").words

"""The pages of sequences: Sol writes one, switches it on, adds people and follows them."""

import re

from lxml import html

from app.core.clock import now
from app.core.db import write
from app.groups.models import ContactGroup
from app.profiles.field_models import PersonField
from app.sequences.actions.sequence_running import run_sequences
from app.sequences.actions.sequence_seeding import store_missing_sequences
from app.sequences.actions.starts_by_hand import start_by_hand
from app.sequences.models import Sequence
from tests.sample_rows import add_members, add_opt_out, make_phone

WELCOME = "Welcome{if first_name}, {first_name}{end}!"


def fields(name="Welcome", kind="hand", steps=(WELCOME,), **more):
    """The posted form of a sequence whose steps have these texts."""
    posted = {"name": name, "trigger_kind": kind, "include_unsubscribe": "y", "revision": "1"}
    for place, body in enumerate(steps):
        step = {
            "step_id": "",
            "delay": str(place * 3),
            "time_of_day": "10:00" if place else "",
            "body": body,
            "is_on": "y",
        }
        posted |= {f"steps-{place}-{key}": value for key, value in step.items()}
    return posted | more


def add(visit, who="sol", **written):
    """Add a sequence and return its id."""
    answer = visit("/sequences/add", who, **fields(**written))
    assert answer.status_code == 303, answer.words
    return int(re.search(r"/sequences/(\d+)$", answer.location)[1])


def test_sol_writes_a_sequence_and_switches_it_on(visit):
    sequence_id = add(visit, steps=(WELCOME, "Any questions, {first_name|friend}?"))
    page = visit(f"/sequences/{sequence_id}", "sol")
    assert "Someone is added by hand Off" in page.words
    assert "1. At once" in page.words
    assert "2. 3 days later at 10:00 AM" in page.words
    assert "Welcome, Maria!" in page.words
    page = visit(f"/sequences/{sequence_id}/on", "sol", follow=True, _="")
    assert "It’s on." in page.words
    assert "Welcome" in visit("/sequences", "ada").words
    assert "switched on the sequence “Welcome”" in visit("/audit", "ada").words


def test_people_are_added_by_hand_once(app, visit):
    sequence_id = add(visit)
    with app.app_context():
        add_members(3)
    address = f"/sequences/{sequence_id}/people"
    typed = "\n".join(f"Person {n}, {make_phone(n)}" for n in range(3))
    check = visit(address, "sol", source="numbers", written=typed, start_name="abc")
    assert "3 people get the first step" in check.words
    posted = check.fields() | {"step": "add", "written": typed}
    assert "3 people were added." in visit(address, "sol", follow=True, **posted).words
    assert "0 people were added." in visit(address, "sol", follow=True, **posted).words
    page = visit(f"/sequences/{sequence_id}", "sol")
    assert "In progress 3" in page.words
    assert "Person 000001" in page.words
    page = visit(f"/sequences/{sequence_id}/people/1/pause", "sol", follow=True, _="")
    assert "Paused for this person." in page.words
    assert "In progress 2" in page.words
    page = visit(f"/sequences/{sequence_id}/people/1/end", "sol", follow=True, _="")
    assert "Ended early 1" in page.words
    page = visit(f"/sequences/{sequence_id}/end", "sol", follow=True, _="")
    assert "Ended for 2 people." in page.words


def read_form(page):
    """Return what a browser would send for the form of a sequence."""
    form = html.document_fromstring(page.text).get_element_by_id("sequence")
    # A browser leaves out the line break that a textarea begins with.
    return {name: value.removeprefix("\n") for name, value in form.form_values()}


def edit(visit, sequence_id, who="sol", **changes):
    """Post the form of a sequence as its page shows it, with these changes."""
    address = f"/sequences/{sequence_id}/edit"
    posted = read_form(visit(address, who)) | changes
    return visit(address, who, follow=True, **posted)


def test_each_step_is_written_in_several_languages(app, visit):
    sequence_id = add(visit)
    page = edit(visit, sequence_id, **{"steps-0-new_language": "es", "steps-0-add_language": "1"})
    assert "Spanish text" in page.words
    page = edit(visit, sequence_id, **{"steps-0-translation-es": "Hola, {first_name}."})
    assert "Hola, Maria." in page.words
    page = edit(visit, sequence_id, add_step="1")
    assert "Days after step 1" in page.words
    page = edit(visit, sequence_id, **{"steps-0-remove_language": "es"})
    assert "Spanish text" not in page.words
    assert "Hola, Maria." in visit(f"/sequences/{sequence_id}", "ada").words


def test_steps_ask_for_conditions_and_repeat(visit, app):
    with app.app_context(), write() as session:
        session.add(ContactGroup(name="Choir"))
    sequence_id = add(visit)
    asked = {
        "steps-0-condition": "not_in_group",
        "steps-0-repeat": "3",
        "steps-0-until": "in_group",
    }
    page = edit(visit, sequence_id, **asked)
    assert page.status_code == 422
    assert page.words.count("Choose a group.") == 4
    asked |= {"steps-0-condition_ref": "group:1", "steps-0-until_ref": "group:1"}
    page = edit(visit, sequence_id, **asked)
    assert "At once, then every 3 days until they are in “Choir”" in page.words
    assert "Only if they are not in “Choir”." in page.words
    page = edit(visit, sequence_id, **{"steps-0-condition": "event_coming"})
    assert "no event starts this sequence" in page.words
    page = edit(visit, sequence_id, **{"steps-0-remove": "y"})
    assert "Write the text of at least one step." in page.words


def test_a_step_is_moved_up_with_its_texts(visit):
    sequence_id = add(visit, steps=("First.", "Second."))
    page = edit(visit, sequence_id, **{"steps-1-translation-es": "Segundo.", "move_up": "1"})
    moved = read_form(page)
    assert (moved["steps-0-body"], moved["steps-0-translation-es"]) == ("Second.", "Segundo.")
    assert "steps-1-translation-es" not in moved
    words = visit(f"/sequences/{sequence_id}/edit", "sol", follow=True, **moved).words
    assert words.index("Segundo.") < words.index("First.")


def test_people_enter_a_sequence_of_any_event_by_events_only(visit):
    sequence_id = add(visit, kind="missed", event="any")
    page = visit(f"/sequences/{sequence_id}/people", "ada", follow=True)
    assert "People enter this sequence by an event" in page.words
    assert "Add people" not in visit(f"/sequences/{sequence_id}", "ada").words


def test_the_page_that_deletes_a_group_names_its_sequences(app, visit):
    with app.app_context(), write() as session:
        session.add(ContactGroup(name="Choir"))
    add(visit, kind="group", group="1")
    asks = {"steps-0-condition": "in_group", "steps-0-condition_ref": "group:1"}
    add(visit, name="Concert", **asks)
    page = visit("/groups/1/delete", "ada")
    assert page.words.count("pauses until you edit it.") == 2


def test_what_cannot_be_saved_is_said_and_stays_typed(visit):
    add(visit)
    for wrong, sentence in (
        ({"name": " "}, "Enter a name."),
        ({"name": "WELCOME"}, "Another sequence has this name."),
        ({"name": "B", "kind": "group"}, "Choose a group."),
        ({"name": "B", "kind": "missed"}, "Choose an event, or any event."),
        ({"name": "B", "kind": "party"}, "Choose what starts it."),
        (
            {"name": "B", "kind": "birthday", "days": "many"},
            "Enter a number of days from 0 to 365.",
        ),
        ({"name": "B", "kind": "streak", "count": "0"}, "Enter a number of days from 1 to 1,000."),
        ({"name": "B", "steps": (" ",)}, "Write the text of at least one step."),
        ({"name": "B", "steps": ("Hi {frist_name}",)}, "Did you mean {first_name}?"),
        ({"name": "B", "steps": ("At {event_place}",)}, "can only be filled in"),
        ({"name": "B", "steps-0-delay": "x"}, "Enter a number of days from 0 to 730."),
        ({"name": "B", "steps-0-time_of_day": "noonish"}, "Enter a time, such as"),
        ({"name": "B", "steps-0-repeat": "0"}, "or leave it blank."),
    ):
        page = visit("/sequences/add", "sol", **fields(**wrong))
        assert (page.status_code, sentence in page.words) == (422, True), (wrong, page.words)


def test_of_two_people_who_edit_at_once_the_second_is_told(visit):
    sequence_id = add(visit)
    first = read_form(visit(f"/sequences/{sequence_id}/edit", "ada"))
    edit(visit, sequence_id, description="For families")
    page = visit(f"/sequences/{sequence_id}/edit", "ada", **(first | {"name": "Hello"}))
    assert "Someone changed this sequence while you were editing it." in page.words
    again = read_form(page)
    assert again["name"] == "Hello"
    page = visit(f"/sequences/{sequence_id}/edit", "ada", follow=True, **again)
    assert "Saved." in page.words


def test_social_managers_leave_what_is_for_admins(app, visit):
    with app.app_context(), write() as session:
        session.add(ContactGroup(name="Board", who_may_text="admins"))
        session.add(PersonField(name="Due", field_type="date", field_class="sensitive"))
    board = add(visit, "ada", kind="group", group="1")
    due = add(visit, "ada", name="Due", kind="date_field", date_field="1", days="0")
    for sequence_id in (board, due):
        page = visit(f"/sequences/{sequence_id}/on", "sol", follow=True, _="")
        assert "Only admins can" in page.words
        assert "Switch on" not in page.words
        page = visit(f"/sequences/{sequence_id}/edit", "sol", follow=True)
        assert "Only admins can" in page.words
        assert visit(f"/sequences/{sequence_id}/people", "sol").status_code == 303
    page = visit("/sequences/add", "sol", **fields(name="Mine", kind="group", group="1"))
    assert "Only admins can text this group." in page.words
    page = visit(f"/sequences/{board}/archive", "sol", follow=True, _="")
    assert "Archived. Nothing more of it is sent." in page.words


def test_a_sequence_whose_start_is_not_chosen_cannot_be_switched_on(app, visit):
    with app.app_context():
        store_missing_sequences()
    page = visit("/sequences?search=overdue", "sol")
    sequence_id = int(re.search(r"/sequences/(\d+)\"", page.text)[1])
    page = visit(f"/sequences/{sequence_id}", "sol")
    assert "Choose the field with the date. Then switch it on." in page.words
    page = visit(f"/sequences/{sequence_id}/on", "sol", follow=True, _="")
    assert "Overdue reminder" in page.words
    assert "It’s on." not in page.words


def test_what_a_step_sent_and_skipped_is_listed(app, visit):
    sequence_id = add(visit)
    visit.post(f"/sequences/{sequence_id}/on", "sol")
    with app.app_context():
        add_members(2)
        add_opt_out(make_phone(0))
        with write():
            start_by_hand(sequence_id, [make_phone(0), make_phone(1)], "x", "sol", now())
        run_sequences(now())
    page = visit(f"/sequences/{sequence_id}/history", "sol")
    assert "Person 000001" in page.words
    assert "Waiting" in page.words
    page = visit(visit.find_person_page(make_phone(0)), "sol")
    assert "Welcome Ended early" in page.words
    assert visit(f"/sequences/{sequence_id}?people=stopped", "ada").words.count("Opted out, ") == 1


def test_who_entered_in_practice_gets_no_real_texts(app, visit):
    sequence_id = add(visit)
    with app.app_context():
        add_members(1)
        with write():
            start_by_hand(sequence_id, [make_phone(0)], "x", "sol", now())
        with write() as session:
            session.get(Sequence, sequence_id).carrier = "twilio"
    page = visit(f"/sequences/{sequence_id}/on", "sol", follow=True, _="")
    assert "End it for everyone first." in page.words
    visit.post(f"/sequences/{sequence_id}/end", "sol")
    page = visit(f"/sequences/{sequence_id}/on", "sol", follow=True, _="")
    assert "It’s on." in page.words

"""The pages of sequences: Sol writes one, switches it on, adds people and follows them."""

import re

from tests.sample_rows import add_members, make_phone

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
    assert "Started by hand Off" in page.words
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
    assert "Add 3 people" in check.words
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

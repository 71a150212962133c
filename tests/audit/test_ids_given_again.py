"""What is added after something was deleted is not taken for it: neither a thing nor a person."""

import re

from app.community.models import CommunityMember
from app.core.db import db, write
from tests.sample_people import LEO, ZOE


def test_a_deleted_event_keeps_its_name_and_the_next_one_has_a_page_of_its_own(visit):
    picnic = visit("/events/add", "ada", title="Picnic").location
    visit.post(f"{picnic}/delete", "ada")
    choir = visit("/events/add", "ada", title="Choir night").location
    assert choir != picnic
    page = visit("/audit", "ada")
    assert "deleted the event Picnic" in page.words
    assert "added the event Picnic" in page.words
    assert f'href="{choir}"' in page.text
    assert f'href="{picnic}"' not in page.text


def test_a_group_is_named_as_it_was_called_then_with_a_link_to_it(visit):
    visit("/groups/add", "ada", name="Choir", visibility="everyone")
    fields = visit("/groups/1/edit", "ada").fields()
    visit("/groups/1/edit", "ada", **fields | {"name": "Singers"})
    page = visit("/audit", "ada")
    for name in ("Choir", "Singers"):
        assert re.search(rf'href="/groups/1"[^>]*>\s*“{name}”', page.text), name


def test_a_person_with_the_number_of_a_deleted_entry_is_not_taken_for_the_other(app, visit):
    visit("/community/add", "ada", name="Zoe Hernández", phone=ZOE)
    with app.app_context(), write():
        db.session.execute(db.delete(CommunityMember))
    visit("/community/add", "ada", name="Leo Costa", phone=LEO)
    with app.app_context():
        assert db.session.scalar(db.select(CommunityMember.id)) == 1
    words = visit("/audit", "ada").words
    assert "added Leo Costa" in words
    assert "added Zoe Hernández" in words

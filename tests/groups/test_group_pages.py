"""Ada makes groups, renames, archives and deletes them; Sol sees them and adds people."""

import json
import re
from datetime import timedelta

from app.audiences.segment_models import Segment, SegmentReference
from app.core.clock import now
from app.core.db import db, write
from app.delivery.actions.audience_storage import store_audience
from app.delivery.models import MessageLog
from app.delivery.queries.admin_audiences import find_audience_sentences
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.accounts.roles import Role
from app.groups.models import ContactGroup
from app.keywords.models import KeywordRule
from app.surveys.models import SurveyFlow
from tests.audiences.audience_helpers import to_group
from tests.sample_people import LEO, ZOE
from tests.sample_rows import add_opt_out

TO_GROUP = {"target": "audience", "audience_id": 1}


def test_ada_makes_a_group_and_reads_how_to_fill_it(visit):
    assert "Text just the choir" in visit("/groups", "ada").words
    assert "An admin can add them" in visit("/groups", "sol").words
    page = visit(
        "/groups/add",
        "ada",
        name="  Choir  ",
        description="Sundays",
        color="blue",
        who_may_text="admins",
        owner_id="2",
        follow=True,
    )
    assert page.headings == ["CChoir"]
    for words in (
        "Choir was created. Now add people.",
        "Sundays",
        "Sol is the owner",
        "Only admins text it",
        "No one is in this group yet",
    ):
        assert words in page.words
    assert "created the group “Choir”" in visit("/audit", "ada").words


def test_a_name_that_cannot_be_is_said_beside_it(visit, choir):
    for name, sentence in [
        ("", "Give the group a name."),
        ("CHOÏR", "There is a group “Choir” already."),
        ("x" * 81, "A name can have up to 80 characters."),
    ]:
        page = visit(
            "/groups/add",
            "ada",
            name=name,
            description="Mondays",
            color="teal",
            who_may_text="everyone",
            owner_id="",
        )
        assert page.status_code == 422, name
        assert sentence in page.words, name
        assert "Mondays" in page.text, name


def test_an_archived_group_gets_no_blasts_and_keeps_its_name(visit, choir):
    page = visit(f"/groups/{choir}/archive", "ada", _="", follow=True)
    assert "It gets no blasts until you restore it" in page.words
    assert "New blast to this group" not in page.words
    assert "All groups are archived." in visit("/groups", "ada").words
    assert "Choir" in visit("/groups?archived=1", "ada").words
    page = visit(
        "/groups/add", "ada", name="choir", color="teal", who_may_text="everyone", owner_id=""
    )
    assert "The archived group “Choir” has this name." in page.words
    page = visit(f"/groups/{choir}/restore", "ada", _="", follow=True)
    assert "Choir was restored." in page.words


def test_a_group_is_renamed_whatever_its_capitals(visit, choir):
    values = {"color": "amber", "who_may_text": "everyone", "owner_id": ""}
    page = visit(f"/groups/{choir}/edit", "ada", name="CHOIR", follow=True, **values)
    assert page.headings == ["CCHOIR"]


def test_the_later_of_two_admins_is_told_what_the_earlier_one_saved(app, visit, choir):
    page = visit(f"/groups/{choir}/edit", "ada")
    seen = re.search(r'name="seen" type="hidden" value="([^"]+)"', page.text)[1]
    values = {"color": "teal", "owner_id": "", "description": "", "seen": seen}
    band = values | {"name": "Band", "who_may_text": "admins"}
    assert visit(f"/groups/{choir}/edit", "ada", **band).status_code == 303
    voices = values | {"name": "Voices", "who_may_text": "everyone"}
    page = visit(f"/groups/{choir}/edit", "ada", **voices)
    assert page.status_code == 422
    assert "Another admin changed this group while you were editing it." in page.words
    assert "Name: “Band”" in page.words
    assert "“Only admins”" in page.words
    assert 'value="Voices"' in page.text
    again = re.search(r'name="seen" type="hidden" value="([^"]+)"', page.text)[1]
    assert again != seen
    assert visit(f"/groups/{choir}/edit", "ada", **voices | {"seen": again}).status_code == 303
    assert visit(f"/groups/{choir}", "sol").headings == ["VVoices"]


def test_a_group_is_not_deleted_while_a_blast_waits_or_runs(app, visit, choir, people_of):
    with app.app_context(), write() as session:
        store_audience(to_group(choir, "Choir"))
        session.add(
            ScheduledMessage(
                scheduled_at=now() + timedelta(hours=1),
                name="Rehearsal",
                message_body="Hi",
                **TO_GROUP,
            )
        )
        session.add(MessageLog(message_body="Sing!", status="paused", **TO_GROUP))
    question = visit(f"/groups/{choir}/delete", "ada")
    reason = "there are blasts to this group (“Rehearsal”, “Sing!”)."
    assert f"It can't be deleted yet: {reason}" in question.words
    assert "Delete group" not in question.words
    page = visit(f"/groups/{choir}/delete", "ada", _="", follow=True)
    assert f"Not deleted: {reason}" in page.words
    assert "First cancel what is scheduled and stop what is being sent" in page.words
    with app.app_context(), write() as session:
        session.execute(db.update(ScheduledMessage).values(status="cancelled"))
        session.execute(db.update(MessageLog).values(status="sent"))
    page = visit(f"/groups/{choir}/delete", "ada", _="", follow=True)
    assert "Choir was deleted. Its people stay in the community." in page.words
    assert people_of(choir) == []
    with app.app_context():
        assert find_audience_sentences([1], Role.ADMIN) == {1: "Group: Choir"}
    assert "deleted the group Choir" in visit("/audit", "ada").words


def test_before_a_group_is_deleted_the_page_names_what_uses_it(app, visit, choir):
    with app.app_context(), write() as session:
        for word, reply in (("SING", "Welcome!"), ("QUIET", None)):
            session.add(
                KeywordRule(keyword=word, response_body=reply, action="join_group", group_id=choir)
            )
        by_answer = [{"prompt": "Sing?", "type": "yes_no", "groups": {"yes": choir}}]
        for name, questions, group_id in (("Helpers", [], choir), ("Voices", by_answer, None)):
            session.add(
                SurveyFlow(
                    name=name,
                    trigger_keyword=name.upper(),
                    questions_json=json.dumps(questions),
                    group_id=group_id,
                )
            )
        session.add(segment := Segment(name="Singers", rule="{}"))
        session.flush()
        reference = {"segment_id": segment.id, "kind": "group", "ref_id": choir}
        session.execute(db.insert(SegmentReference).values(reference))
    page = visit(f"/groups/{choir}/delete", "ada")
    for words in (
        "The 2 people in it stay in the community.",
        "Keyword SING only replies.",
        "Keyword QUIET does nothing. Texts go to your inbox.",
        "Survey Helpers continues, and adds no one to this group.",
        "Survey Voices continues, and adds no one to this group.",
        "Segment Singers says that its group was deleted, and has no people until you edit it.",
    ):
        assert words in page.words
    visit.post(f"/groups/{choir}/delete", "ada")
    assert "a group that was deleted" in visit("/keywords", "sol").words


def test_the_list_counts_people_and_those_who_get_texts(app, visit, choir):
    with app.app_context():
        add_opt_out(LEO)
        with write() as session:
            store_audience(to_group(choir))
            session.add(MessageLog(message_body="Sing!", created_at=now(), **TO_GROUP))
    words = visit("/groups", "sol").words
    assert "Choir 2 1 today" in words.replace(" C Choir", " Choir")
    assert "Add group" not in words
    words = visit(f"/groups/{choir}", "sol").words
    assert "2 people, 1 can be texted" in words
    assert "Opted out" in words
    assert "Delete group" not in words


def test_a_change_by_hand_is_noticed_and_the_count_repaired(app, choir, people_of):
    with app.app_context():
        with write() as session:
            before = session.get(ContactGroup, choir).updated_at
            session.execute(db.text("UPDATE groups SET name = 'Chor'"))
            session.execute(db.text("DELETE FROM group_members WHERE phone = :p"), {"p": ZOE})
        group = db.session.get(ContactGroup, choir, populate_existing=True)
        assert group.updated_at > before
    assert people_of(choir) == [LEO]


def test_the_search_over_everything_finds_groups(visit, choir):
    page = visit("/search?q=chöir", "sol")
    assert "Groups Choir" in page.words
    assert f'href="/groups/{choir}"' in page.text

"""A save that arrives late, after its draft was sent or deleted, and fields no browser sends."""

from datetime import timedelta
from itertools import cycle

import pytest
import time_machine

from app.audiences.actions.segment_editing import SegmentInfo, create_segment
from app.core.db import write
from app.domain.audiences.conditions import Condition, ConditionKind
from app.domain.audiences.segment_rules import Joiner, SegmentRule
from app.domain.profiles.field_types import FieldClass
from app.groups.models import ContactGroup
from tests.blasts.helpers import (
    AT_NOON,
    LATER,
    compose_fields,
    get_form_fields,
    get_review_fields,
    list_messages,
    list_scheduled_blasts,
    release_blasts,
    send_blast,
)
from tests.blasts.test_drafts import DRAFTS, list_drafts, send, start, type_again
from tests.blasts.test_scheduled_edits import edit
from tests.profiles.conftest import add_field
from tests.sample_people import LEO, ZOE
from tests.sample_rows import add_member


@pytest.fixture(autouse=True)
def noon(app):
    with time_machine.travel(AT_NOON, tick=False):
        with app.app_context():
            add_member(ZOE, "Zoë")
        yield


def test_a_late_save_of_a_sent_draft_stores_nothing(app, visit):
    draft = start(visit)
    page = get_form_fields(visit(draft, "sol"), "compose")
    late = type_again(visit, draft, client_token=page["client_token"], message_body="Late")
    send(visit, draft)
    for extra in ({}, {"leaving": "1"}, {"draft_id": ""}):
        assert visit(f"{DRAFTS}/save", "sol", **late | extra).status_code == 410
    assert list_drafts(app) == []
    release_blasts(app, timedelta(minutes=5))
    assert ["Late" in message.body for message in list_messages(app)] == [False]


def test_a_late_save_of_sent_changes_is_no_new_blast(app, visit):
    blast = send_blast(visit, "ada", **LATER)
    draft = edit(visit, blast)
    page = get_form_fields(visit(draft, "sol"), "compose")
    late = type_again(visit, draft, client_token=page["client_token"], message_body="Late")
    send(visit, draft)
    for extra in ({}, {"leaving": "1"}, {"draft_id": ""}):
        visit(f"{DRAFTS}/save", "sol", **late | extra)
        assert [row.scheduled_id for row in list_drafts(app)] == [blast]
    # It is reviewed as changes of that blast: never a second one.
    send(visit, f"{DRAFTS}/1")
    assert [row.id for row in list_scheduled_blasts(app)] == [blast]
    (changed,) = list_scheduled_blasts(app)
    assert (changed.message_body, list_drafts(app)) == ("Late", [])


def test_a_key_that_names_anothers_blast_opens_nothing(app, visit):
    with app.app_context(), write() as session:
        session.add(group := ContactGroup(name="Board", who_may_text="admins"))
        session.flush()
        people = {"target": "audience", "include": f"group:{group.id}", "people": f"Leo {LEO}"}
    blast = send_blast(visit, "ada", **LATER, **people)
    visit(f"/blasts/scheduled/{blast}/edit", "ada", _="")
    token = f"changes.{blast}.abc"
    typed = compose_fields(client_token=token)
    assert visit(f"{DRAFTS}/save", "sol", **typed).status_code == 200
    assert [row.scheduled_id for row in list_drafts(app)] == [blast, None]


# Each field gets two of them; all of them take four times as long.
ODD_VALUES = ("abc", "-1", "²", "9" * 30, "\x00", "\u202eab😀" * 3000)


def test_odd_values_are_no_server_errors(app, visit):
    draft = start(visit)
    review = get_review_fields(visit(f"{draft}/review", "sol"))
    typed = type_again(visit, draft)
    answers = []
    values = cycle(ODD_VALUES)
    for name in sorted(review.keys() - {"csrf_token"}):
        for end in ("review", "send"):
            fields = review | {name: next(values), "plain": "1"}
            answers.append((name, visit(f"{draft}/{end}", "sol", **fields)))
    for name in sorted(typed.keys() - {"csrf_token"}):
        for url in (f"{DRAFTS}/save", draft):
            answers.append((name, visit(url, "sol", **typed | {name: next(values)})))
    assert [(name, page.words) for name, page in answers if page.status_code >= 500] == []
    assert len(list_scheduled_blasts(app)) <= 1


def test_sol_does_not_see_a_hidden_segment(app, visit):
    with app.app_context():
        field_id = add_field("Care", field_class=FieldClass.SENSITIVE)
        rule = SegmentRule(Joiner.ALL, (Condition(ConditionKind.FIELD_HAS_VALUE, field_id),))
        with write():
            segment = create_segment(SegmentInfo("Rides", None, rule, "Care has a value"), "ada")
            include = f"segment:{segment.id}"
    blast = send_blast(visit, "ada", **LATER)
    draft = visit(f"/blasts/scheduled/{blast}/edit", "sol", _="").location
    edit(visit, blast, "ada", target="audience", include=include, people=f"Leo {LEO}")
    for url in (DRAFTS, "/", draft, f"{draft}/review", "/blasts/scheduled"):
        page = visit(url, "sol")
        assert "Rides" not in page.text, url
    assert "Rides" in visit(DRAFTS, "ada").words

"""A word of a form or an address that the app does not know never means everyone of a list."""

import pytest

from app.core.db import db, write
from app.delivery.models import Message, MessageLog
from app.domain.profiles.field_types import FieldType
from app.domain.surveys.survey_state_machine import SurveySessionStatus
from app.events.models import Event, EventAnswer, EventRegistration
from app.surveys.models import SurveyFlow, SurveySession
from tests.blasts.helpers import compose_fields
from tests.profiles.conftest import add_field
from tests.sample_people import LEO, ZOE
from tests.sample_rows import add_member


@pytest.fixture
def lists(app):
    """Zoë and Leo are members, registered for an event, in a blast and in a survey."""
    with app.app_context():
        add_member(ZOE, "Zoë")
        add_member(LEO, "Leo")
        with write() as session:
            session.add(event := Event(title="Picnic"))
            session.add(log := MessageLog(message_body="Hi", target="community", status="sent"))
            session.add(
                survey := SurveyFlow(name="Food", trigger_keyword="FOOD", questions_json="[]")
            )
            session.flush()
            for phone in (ZOE, LEO):
                answer = EventAnswer.NOT_COMING
                row = EventRegistration(event_id=event.id, phone=phone, answer=answer)
                text = Message(kind="blast", phone=phone, body="Hi", status="delivered")
                text.message_log_id = log.id
                status = SurveySessionStatus.COMPLETED
                answers = SurveySession(survey_id=survey.id, phone=phone, status=status)
                answers.questions_json = "[]"
                session.add_all([row, text, answers])
            return {"event": event.id, "blast": log.id, "survey": survey.id}


UNKNOWN = [
    ("event", {"answer": "goign"}),
    ("blast", {"state": "faild"}),
    ("survey", {"status": "complete"}),
    ("survey", {"since": "yesterday"}),
    ("survey", {"since": "2026-02-02", "until": "2026-02-01"}),
]


def test_an_unknown_filter_selects_no_one(app, visit, lists):
    for list_, words in UNKNOWN:
        fields = {"list": list_, "list_id": str(lists[list_]), "everyone": "1"}
        assert visit("/blasts/new/people", "sol", **fields).status_code == 200, list_
        assert visit("/blasts/new/people", "sol", **fields, **words).status_code == 400, list_
        assert visit("/groups/people", "sol", **fields, **words).status_code == 400, list_


def test_an_unknown_filter_of_the_community_selects_no_one(app, visit, lists):
    for words in [
        {"show": "skiped"},
        {"since": "soon"},
        {"group": "choir"},
        {"filter": "in_choir"},
    ]:
        fields = {"list": "community", "everyone": "1"}
        assert "Zoë" in visit("/blasts/new/people", "sol", **fields).text, words
        chosen = visit("/blasts/new/people", "sol", **fields, **words, follow=True)
        assert "Select at least one person first." in chosen.words, words
        deleted = visit(
            "/community/bulk-delete", "ada", **fields, **words, confirm="1", follow=True
        )
        assert "Select at least one person first." in deleted.words, words
        query = "&".join(f"{name}={word}" for name, word in words.items())
        assert "A filter that cannot be read" in visit(f"/community?{query}", "sol").words, words
        exported = visit(f"/community/export?{query}", "ada")
        assert "Zoë" not in exported.text, words


@pytest.mark.parametrize("test", ["field_is", "!field_is"])
def test_what_is_no_value_of_a_field_selects_no_one(app, visit, lists, test):
    with app.app_context():
        field_id = add_field("Age", FieldType.NUMBER)
    assert "Zoë" not in visit(f"/community?filter={test}.{field_id}:abc", "ada").words
    is_shown = "Zoë" in visit(f"/community?filter={test}.{field_id}:7", "ada").words
    assert is_shown == test.startswith("!")


def test_an_unknown_list_or_change_changes_nothing(app, visit, lists):
    assert visit("/blasts/new/people", "sol", list="members", everyone="1").status_code == 404
    fields = {"list": "community", "everyone": "1", "change": "drop"}
    assert visit("/groups/people", "ada", **fields, group_id="new", name="Choir").status_code == 400


def test_an_unknown_answer_leaves_registrations_as_they_are(app, visit, lists):
    event_url = f"/events/{lists['event']}"
    fields = {"everyone": "1", "attendance": "came", "answer": "cmoing"}
    assert visit(f"{event_url}/attendance", "sol", **fields).status_code == 400
    answered = visit(f"{event_url}/registrations/1/answer", "sol", answer="cmoing")
    assert answered.status_code == 400
    with app.app_context():
        rows = db.session.query(EventRegistration).all()
        assert {row.answer for row in rows} == {EventAnswer.NOT_COMING}
        assert {row.attended_at for row in rows} == {None}


def test_unknown_audiences_of_a_blast_are_refused(app, visit, lists):
    results = {"audience": "results", "log_id": str(lists["blast"]), "outcome": "no_answer"}
    for audience in (
        {"target": "everyone"},
        {"target": "audience", "include": "choir:1"},
        {"target": "audience", "include": "everybody", "exclude": "group:x"},
        {"target": "community", **results},
    ):
        page = visit("/blasts/new", "sol", **compose_fields(**audience))
        assert page.status_code == 422, audience

"""The machine on its rows: whatever is texted, in whatever order and however fast, nothing is
lost.
"""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.db import db, write
from app.domain.surveys.question_definitions import QuestionType, SurveyQuestion
from app.surveys.models import SurveyAnswer, SurveyFlow, SurveySession
from tests.sample_people import LEO, ZOE

WORDS = [
    "picnic",
    "lunch",
    "yes",
    "no",
    "4",
    "done",
    "skip",
    "back",
    "banana",
    "👍",
    "Zoë",
]
TEXTS = st.lists(
    st.tuples(
        st.sampled_from([ZOE, LEO]),
        st.sampled_from(WORDS),
        st.sampled_from([1, 60, 90_000]),
    ),
    max_size=12,
)
SURVEY_WORDS = {"done", "back", "picnic", "lunch"}


@pytest.fixture
def two_surveys(make_survey):
    make_survey(
        SurveyQuestion("Coming?", QuestionType.YES_NO, branches={"no": 3}),
        SurveyQuestion("How many?", QuestionType.NUMBER, required=True),
        SurveyQuestion("Your name?", QuestionType.NAME),
    )
    make_survey(
        SurveyQuestion("Why?"),
        SurveyQuestion("Cake?", QuestionType.YES_NO),
        word="LUNCH",
    )


@settings(max_examples=15)
@given(TEXTS)
def test_any_texts_leave_legal_rows(app, two_surveys, text, texts):
    """Property: at most one active session a number; every text that was taken is a row or one
    of our words; the counters are the rows; an answer stands under a question of its
    session.
    """
    for phone, body, seconds in texts:
        text(phone, body, seconds=seconds)
    with app.app_context():
        sessions = db.session.scalars(db.select(SurveySession)).all()
        answers = db.session.scalars(db.select(SurveyAnswer)).all()
        active = [row.phone for row in sessions if row.status == "active"]
        assert len(active) == len(set(active))
        assert all((row.ended_at is None) == (row.status == "active") for row in sessions)
        flows = db.session.scalars(db.select(SurveyFlow)).all()
        for flow in flows:
            own_sessions = [row for row in sessions if row.survey_id == flow.id]
            assert flow.start_count == len(own_sessions)
            assert flow.completion_count == sum(row.status == "completed" for row in own_sessions)
        assert all(row.prompt for row in answers)
        stored_ids = {row.message_id for row in answers}
        lost = [
            body
            for message, body in text.handled_texts
            if message not in stored_ids and body not in SURVEY_WORDS
        ]
        # what is answered anew after BACK takes the place of what was said before
        assert lost == [] or "back" in {body for _, body in text.handled_texts}
    text.handled_texts.clear()
    with app.app_context(), write() as session:
        for kind in (SurveyAnswer, SurveySession):
            session.execute(db.delete(kind))
        session.execute(db.update(SurveyFlow).values(start_count=0, completion_count=0))
    text.moment += timedelta(days=30)

"""A prepared statement is the same statement: the same rows, the same kinds of values, without
SQLAlchemy's way.
"""

from datetime import UTC, datetime

import pytest
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.core.db import UniqueViolation, raw_connection, write
from app.core.prepared_statements import PreparedStatement
from app.domain.surveys.survey_state_machine import SurveySessionStatus
from app.suppression.models import (
    ConsentAct,
    ConsentMethod,
    consent_events,
    erased_numbers,
)
from app.surveys.models import survey_flows, survey_sessions

ZOE, NOON = "+13035550142", datetime(2026, 7, 1, 12, tzinfo=UTC)
L, S, F = consent_events.c, survey_sessions.c, survey_flows.c
NOTE = PreparedStatement(
    insert(consent_events).returning(L.id, L.at), "phone", "act", "method", "at"
)
LINES = select(L.phone, L.act, L.at, L.evidence).where(L.phone == bindparam("b_phone"))


@pytest.fixture
def inside(app):
    with app.app_context():
        yield


def note(act=ConsentAct.GRANTED):
    return NOTE.fetch_first_row(phone=ZOE, act=act, method=ConsentMethod.FORM, at=NOON)


def test_words_and_moments_go_in_and_come_out_as_the_columns_say(inside):
    with write():
        made = note()
    assert made[1] == NOON
    assert PreparedStatement(LINES).fetch_rows(b_phone=ZOE) == [
        (ZOE, ConsentAct.GRANTED, NOON, None)
    ]
    assert PreparedStatement(LINES).fetch_first_row(b_phone=ZOE)[1] is ConsentAct.GRANTED
    assert PreparedStatement(LINES).fetch_value(b_phone=ZOE) == ZOE
    assert PreparedStatement(LINES).fetch_first_row(b_phone="+13035550199") is None
    assert PreparedStatement(LINES).fetch_value(b_phone="+13035550199") is None


def test_it_says_how_many_rows_it_changed(inside):
    change = PreparedStatement(
        update(survey_flows).where(F.name == bindparam("b_name")).values(updated_at=F.updated_at)
    )
    with write():
        assert change.execute(b_name="nobody's") == 0


def test_what_is_written_in_the_statement_is_written_out_so_that_a_partial_index_fits(
    inside,
):
    active = PreparedStatement(
        select(S.id).where(S.phone == bindparam("b_phone"), S.status == SurveySessionStatus.ACTIVE)
    )
    assert "survey_sessions.status = 'active'" in active.sql
    with write():
        plan = (
            raw_connection()
            .execute(f"EXPLAIN QUERY PLAN {active.sql}", {"b_phone": ZOE})
            .fetchall()
        )
    assert "uq_survey_sessions" in plan[0][3]


def test_words_of_the_statement_cannot_break_out_of_it(inside):
    quoted = PreparedStatement(select(L.id).where(L.evidence == "it's :b_phone, 100 %"))
    assert quoted.fetch_rows() == []


def test_a_default_that_python_would_make_must_be_given(inside):
    with write(), pytest.raises(TypeError, match=r"consent_events\.at must be given"):
        PreparedStatement(insert(consent_events), "phone", "act", "method").execute(
            phone=ZOE, act=ConsentAct.GRANTED, method=ConsentMethod.FORM
        )
    with (
        write(),
        pytest.raises(TypeError, match=r"survey_flows\.updated_at must be given"),
    ):
        PreparedStatement(update(survey_flows).values(start_count=1)).execute()


def test_a_default_that_is_a_value_is_used(inside):
    row = PreparedStatement(
        insert(survey_flows).returning(F.is_active, F.start_count),
        *("name", "trigger_keyword", "questions_json", "created_at", "updated_at"),
    )
    with write():
        made = row.fetch_first_row(
            name="Picnic",
            trigger_keyword="picnic",
            questions_json="[]",
            created_at=NOON,
            updated_at=NOON,
        )
    assert made[1] == 0


def test_a_word_that_the_column_does_not_know_is_refused(inside):
    with pytest.raises(IntegrityError), write():
        note("shrugged")


def test_a_value_that_is_there_already_is_taken(inside):
    remembered = PreparedStatement(insert(erased_numbers), "phone_hash", "erased_by", "erased_at")
    with write():
        remembered.execute(phone_hash="a", erased_by="ada", erased_at=NOON)
    with pytest.raises(UniqueViolation) as refused, write():
        remembered.execute(phone_hash="a", erased_by="ada", erased_at=NOON)
    assert refused.value.column == "erased_numbers.phone_hash"


def test_a_value_that_the_statement_does_not_ask_for_is_a_mistake(inside):
    with pytest.raises(KeyError):
        PreparedStatement(LINES).fetch_rows(b_phone=ZOE, b_name="Zoe")

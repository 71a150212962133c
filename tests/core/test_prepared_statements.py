"""A prepared statement gives the same rows, with the same types of values, as SQLAlchemy."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.core.db import UniqueViolation, write
from app.core.prepared_statements import PreparedStatement
from app.domain.surveys.survey_state_machine import SurveySessionStatus
from app.suppression.models import (
    ConsentAct,
    ConsentMethod,
    consent_events,
    erased_numbers,
)
from app.surveys.models import survey_flows, survey_sessions

ZOE = "+13035550142"
NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
EVENTS = consent_events.c
SESSIONS = survey_sessions.c
FLOWS = survey_flows.c
INSERT_EVENT = PreparedStatement(
    insert(consent_events).returning(EVENTS.id, EVENTS.at), "phone", "act", "method", "at"
)
SELECT_EVENTS = select(EVENTS.phone, EVENTS.act, EVENTS.at, EVENTS.evidence).where(
    EVENTS.phone == bindparam("b_phone")
)


@pytest.fixture
def app_context(app):
    with app.app_context():
        yield


def insert_event(act=ConsentAct.GRANTED):
    return INSERT_EVENT.fetch_first_row(phone=ZOE, act=act, method=ConsentMethod.FORM, at=NOON)


def test_values_are_converted_by_the_types_of_the_columns(app_context):
    with write():
        event = insert_event()
    assert event[1] == NOON
    assert PreparedStatement(SELECT_EVENTS).fetch_rows(b_phone=ZOE) == [
        (ZOE, ConsentAct.GRANTED, NOON, None)
    ]
    assert PreparedStatement(SELECT_EVENTS).fetch_first_row(b_phone=ZOE)[1] is ConsentAct.GRANTED
    assert PreparedStatement(SELECT_EVENTS).fetch_value(b_phone=ZOE) == ZOE
    assert PreparedStatement(SELECT_EVENTS).fetch_first_row(b_phone="+13035550199") is None
    assert PreparedStatement(SELECT_EVENTS).fetch_value(b_phone="+13035550199") is None


def test_execute_returns_the_number_of_changed_rows(app_context):
    change = PreparedStatement(
        update(survey_flows)
        .where(FLOWS.name == bindparam("b_name"))
        .values(updated_at=FLOWS.updated_at)
    )
    with write():
        assert change.execute(b_name="nobody's") == 0


def test_constants_are_literals_so_that_a_partial_index_fits(app_context):
    active = PreparedStatement(
        select(SESSIONS.id).where(
            SESSIONS.phone == bindparam("b_phone"), SESSIONS.status == SurveySessionStatus.ACTIVE
        )
    )
    assert "survey_sessions.status = 'active'" in active.sql
    with write():
        explain = PreparedStatement(f"EXPLAIN QUERY PLAN {active.sql}")
        plan = explain.fetch_rows(b_phone=ZOE)
    assert "uq_survey_sessions" in plan[0][3]


def test_literals_are_quoted(app_context):
    quoted = PreparedStatement(select(EVENTS.id).where(EVENTS.evidence == "it's :b_phone, 100 %"))
    assert quoted.fetch_rows() == []


def test_a_default_that_python_computes_must_be_passed(app_context):
    with write(), pytest.raises(TypeError, match=r"consent_events\.at must be given"):
        PreparedStatement(insert(consent_events), "phone", "act", "method").execute(
            phone=ZOE, act=ConsentAct.GRANTED, method=ConsentMethod.FORM
        )
    with (
        write(),
        pytest.raises(TypeError, match=r"survey_flows\.updated_at must be given"),
    ):
        PreparedStatement(update(survey_flows).values(start_count=1)).execute()


def test_a_default_that_is_a_value_is_used(app_context):
    insert_flow = PreparedStatement(
        insert(survey_flows).returning(FLOWS.is_active, FLOWS.start_count),
        *("name", "trigger_keyword", "questions_json", "created_at", "updated_at"),
    )
    with write():
        defaults = insert_flow.fetch_first_row(
            name="Picnic",
            trigger_keyword="picnic",
            questions_json="[]",
            created_at=NOON,
            updated_at=NOON,
        )
    assert defaults[1] == 0


def test_a_value_that_is_no_member_of_the_enum_is_refused(app_context):
    with pytest.raises(IntegrityError), write():
        insert_event("shrugged")


def test_a_duplicate_value_raises_unique_violation(app_context):
    insert_number = PreparedStatement(
        insert(erased_numbers), "phone_hash", "erased_by", "erased_at"
    )
    with write():
        insert_number.execute(phone_hash="a", erased_by="ada", erased_at=NOON)
    with pytest.raises(UniqueViolation) as error, write():
        insert_number.execute(phone_hash="a", erased_by="ada", erased_at=NOON)
    assert error.value.column == "erased_numbers.phone_hash"


def test_a_value_that_the_statement_does_not_have_raises_key_error(app_context):
    with pytest.raises(KeyError):
        PreparedStatement(SELECT_EVENTS).fetch_rows(b_phone=ZOE, b_name="Zoe")

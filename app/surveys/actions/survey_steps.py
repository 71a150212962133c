"""Storing where a step of the survey machine leads. Inside write()."""

from datetime import datetime

from app.check_ins.actions.check_in_recording import CheckInSource, record_check_in
from app.domain.surveys.answer_groups import list_answer_groups
from app.domain.surveys.guest_counts import find_guest_count
from app.domain.surveys.survey_state_machine import (
    SurveySessionStatus,
    SurveyStep,
    find_given_name,
)
from app.domain.texts.message_templates import build_name_values, fill_placeholders
from app.domain.texts.segments import MAX_MESSAGE_CHARACTERS
from app.domain.texts.template_fields import STREAK_FIELD
from app.events.actions import registrations
from app.events.models import EventAnswer
from app.events.queries.contact_names import find_display_names
from app.groups.actions.text_memberships import join_group_by_text
from app.groups.models import MembershipSource
from app.organisation import queries as organisation
from app.suppression.actions.consent_events import build_event_scope, grant_missing_consent
from app.suppression.models import SURVEY_SCOPE_PREFIX, ConsentMethod
from app.surveys import sql
from app.surveys.actions import survey_sessions
from app.surveys.queries.session_snapshots import SessionSnapshot

FINISHED_EVIDENCE = "Finished a survey"


def apply_survey_step(session: SessionSnapshot, step: SurveyStep, moment: datetime) -> list[str]:
    """Store where a step leads and return what is to be texted.

    Whoever finished is counted, and registered for the survey's event and put into its group if
    the step says so, and into the groups of their answers.
    """
    given_name = find_given_name(step.state)
    streak_days = 0
    survey_sessions.save_session_state(session, step.state, moment, given_name)
    if step.state.status is SurveySessionStatus.COMPLETED:
        sql.INCREMENT_COMPLETION_COUNT.execute(b_survey_id=session.survey_id)
        is_registered = step.registers_for_event and session.event_id is not None
        if session.event_id is not None:
            if is_registered:
                _register_for_event(session, session.event_id, given_name)
            _record_event_answer(session, step, session.event_id)
        _join_groups(session, step)
        _grant_consent(session, session.event_id if is_registered else None)
        streak_days = _check_in(session, moment)
    name = given_name or session.name
    return [fill_survey_reply(reply, name, streak_days) for reply in step.replies]


def _check_in(session: SessionSnapshot, moment: datetime) -> int:
    """Record a check-in where the survey counts as one; return the days of their streak, or 0."""
    name = sql.SELECT_CHECK_IN_NAME.fetch_value(b_survey_id=session.survey_id)
    if name is None:
        return 0
    source = CheckInSource(name, survey_id=session.survey_id)
    return record_check_in(source, session.phone, moment)


def _register_for_event(session: SessionSnapshot, event_id: int, given_name: str | None) -> None:
    # The name that they gave to a question, else the one they had at the start, else a list's.
    name = given_name or session.name or find_display_names([session.phone]).get(session.phone)
    registrations.register_for_event_by_text(
        event_id, name, session.phone, is_own_name=given_name is not None
    )


def _record_event_answer(session: SessionSnapshot, step: SurveyStep, event_id: int) -> None:
    answer, guests = EventAnswer.NOT_COMING, None
    if step.registers_for_event:
        answer, guests = EventAnswer.COMING, find_guest_count(step.state)
    registrations.record_survey_answer(event_id, session.phone, answer, guests)


def _join_groups(session: SessionSnapshot, step: SurveyStep) -> None:
    """Put whoever finished into the survey's group and those of their answers, each once."""
    group_ids = list_answer_groups(step.state)
    if step.registers_for_event and session.group_id is not None:
        group_ids.insert(0, session.group_id)
    for group_id in dict.fromkeys(group_ids):
        join_group_by_text(group_id, session.phone, MembershipSource.SURVEY)


def _grant_consent(session: SessionSnapshot, event_id: int | None) -> None:
    """Record that whoever finished agreed to texts about the survey, or about its event."""
    scope = f"{SURVEY_SCOPE_PREFIX}{session.survey_id}"
    if event_id is not None:
        scope = build_event_scope(event_id)
    grant_missing_consent(session.phone, ConsentMethod.TEXT, FINISHED_EVIDENCE, None, scope)


def fill_survey_reply(template: str, name: str | None, streak_days: int = 0) -> str:
    """Fill in a survey's text: the name, and the days of a streak where there is one.

    With a long name it is cut to the longest text.
    """
    values = organisation.get_text_values_for(template) | build_name_values(name)
    if streak_days:
        values[STREAK_FIELD] = str(streak_days)
    return fill_placeholders(template, values, (STREAK_FIELD,))[:MAX_MESSAGE_CHARACTERS]

"""A text from a person meets a survey: it begins one, answers a question, or is none of its
business.
"""

import json
from datetime import datetime, timedelta

from app.core.db import raw_connection
from app.domain.surveys.answer_dates import DateContext
from app.domain.surveys.question_definitions import (
    FREE_TEXT_TYPES,
    QuestionType,
    SurveyQuestion,
    build_opening_text,
    parse_questions,
)
from app.domain.surveys.survey_state_machine import (
    REPEATED_TEXT_WINDOW,
    AnswerRecord,
    AnswerState,
    SurveySessionStatus,
    SurveyState,
    SurveyStep,
    apply_unclear_answer,
    find_given_name,
    list_keyword_spellings,
    process_survey_text,
)
from app.domain.texts import message_templates
from app.domain.texts.inbound_text import HandlerResult, InboundText
from app.domain.texts.segments import MAX_MESSAGE_CHARACTERS
from app.domain.time import local_times
from app.events.actions import registrations
from app.events.queries.contact_names import find_display_names
from app.organisation import queries as organisation
from app.suppression.queries import find_suppression_reason
from app.surveys.actions import survey_sessions
from app.surveys.actions.survey_sessions import (
    RESUME_WINDOW,
    SessionSnapshot,
    SurveyDefinition,
)
from app.surveys.queries.survey_invitations import (
    SurveyInvitation,
    find_survey_invitation,
)

MONTH_FIRST_REGIONS = frozenset({"US", "PR", "GU", "VI", "AS", "MP", "FM", "MH", "PW"})
RESTART_NOTICE, RESUME_NOTICE = (
    "Starting again.",
    "Welcome back. This is where you were.",
)
REPEATED_VERDICT = "survey_repeated"
SURVEYS_OF_TRIGGER_WORDS_SQL = """
    SELECT json_group_array(survey_id) FROM trigger_words WHERE word IN (SELECT value FROM json_each(:words))
"""
VERDICT_BY_STATUS = {
    SurveySessionStatus.COMPLETED: "survey_finished",
    SurveySessionStatus.LEFT: "survey_left",
    SurveySessionStatus.HANDED_OVER: "survey_needs_person",
}


def handle_survey_answer(
    heard: InboundText, *, only_valid: bool, doubtful: bool = False
) -> HandlerResult | None:
    """The person's active survey takes the text as an answer, or leaves it (None).

    Inside write().

    `only_valid`: take only what is a valid answer or one of the survey's own words (SKIP, BACK,
    DONE); otherwise a text that fits nothing is taken as not understood. `doubtful`: the text
    may mean STOP, so it has to be nothing but an answer, and no question for free words takes
    it. Without an active survey, the answer to a blast that asks one begins it.
    """
    if not heard.may_answer_survey:
        return None
    session = survey_sessions.find_active_session(heard.phone)
    if session and session.is_timed_out(heard.moment):
        survey_sessions.end_session(session.id, SurveySessionStatus.TIMED_OUT, heard.moment)
        session = None
    if session is None:
        return _handle_repeat_after_end(heard) or _start_by_blast_answer(
            heard, only_valid=only_valid, doubtful=doubtful
        )
    if session.is_repeat(heard.body, heard.moment):
        return _store_repeated_text(session, heard)
    step = _compute_step(session.state, heard, only_valid=only_valid, doubtful=doubtful)
    return _apply_answer(session, step, heard) if step else None


def start_survey_by_keyword(heard: InboundText) -> HandlerResult | None:
    """The text is the keyword of an active survey: begin it, or begin it again. Inside write().

    Whoever answered no more within the last week goes on where they were, unless the questions
    have changed since.
    """
    survey_id = _find_survey_of_word(heard.body) if heard.may_use_trigger_words else None
    return start_survey(survey_id, heard) if survey_id is not None else None


def start_survey(survey_id: int, heard: InboundText) -> HandlerResult | None:
    """Begin this survey with this person, as a keyword's action. Inside write().

    None when it is not active, or when they would not get its questions: then a person has to look.
    """
    flow = survey_sessions.find_open_survey_definition(survey_id)
    if (
        flow is None
        or not parse_questions(flow.questions_json)
        or find_suppression_reason(heard.phone)
    ):
        return None
    before = survey_sessions.find_latest_session(heard.phone, survey_id)
    if before and _is_just_started(before, heard):
        return HandlerResult(REPEATED_VERDICT)
    if before and _may_resume(before, flow, heard.moment):
        return _resume_survey(before, heard)
    again = before is not None and before.state.status is SurveySessionStatus.ACTIVE
    session = survey_sessions.start_session(flow, heard.phone, heard.name, heard.moment)
    first = build_opening_text(flow.intro_message or "", session.state.question.message_text)
    return HandlerResult(
        "survey_started",
        [_fill_reply(f"{RESTART_NOTICE}\n{first}" if again else first, heard.name)],
    )


def stop_surveys_of_phone(phone: str, moment: datetime) -> None:
    """The person said STOP: whatever they were answering has ended. Inside write()."""
    survey_sessions.stop_sessions_of_phone(phone, moment)


def apply_survey_step(session: SessionSnapshot, step: SurveyStep, moment: datetime) -> list[str]:
    """Keep where a step led; gives what is to be texted.

    Whoever finished is counted, and registered for the event.
    """
    given = find_given_name(step.state)
    survey_sessions.save_session_state(session, step.state, moment, given)
    if step.state.status is SurveySessionStatus.COMPLETED:
        survey_sessions.increment_completion_count(session.survey_id)
        if step.registers_for_event and session.event_id is not None:
            _register_for_event(session, session.event_id, given)
    return [_fill_reply(reply, given or session.name) for reply in step.replies]


def build_answer_calendar(question: SurveyQuestion, moment: datetime) -> DateContext:
    """How the organisation reads days; asked for only where a day is."""
    if question.question_type is not QuestionType.DATE:
        return DateContext(moment.date())
    ours = organisation.get_organisation()
    return DateContext(
        local_times.get_local_date(ours.timezone, moment),
        ours.region in MONTH_FIRST_REGIONS,
    )


def _compute_step(
    state: SurveyState, heard: InboundText, *, only_valid: bool, doubtful: bool
) -> SurveyStep | None:
    """Words that start something are no free words, as long as what they start may take them."""
    only_bare = doubtful
    if not doubtful and only_valid and state.question.question_type in FREE_TEXT_TYPES:
        only_bare = heard.may_use_trigger_words and _has_trigger_word(heard.body)
    step = process_survey_text(
        state,
        heard.body,
        build_answer_calendar(state.question, heard.moment),
        only_bare=only_bare,
    )
    if step is None and not only_valid and not doubtful:
        return apply_unclear_answer(state)
    return step


def _apply_answer(session: SessionSnapshot, step: SurveyStep, heard: InboundText) -> HandlerResult:
    if step.record:
        survey_sessions.store_survey_answer(
            session, step.record, heard.body, heard.message_id, heard.moment
        )
    replies = apply_survey_step(session, step, heard.moment)
    unclear = step.record is not None and step.record.state is AnswerState.UNCLEAR
    usual = "survey_unclear" if unclear else "survey_answered"
    return HandlerResult(
        VERDICT_BY_STATUS.get(step.state.status, usual), replies, step.needs_person
    )


def _register_for_event(session: SessionSnapshot, event_id: int, given: str | None) -> None:
    name = given or session.name or find_display_names([session.phone]).get(session.phone)
    registrations.register_for_event_by_text(
        event_id, name, session.phone, theirs=given is not None
    )


def _fill_reply(words: str, name: str | None) -> str:
    return message_templates.fill_template(words, name)[:MAX_MESSAGE_CHARACTERS]


def _store_repeated_text(session: SessionSnapshot, heard: InboundText) -> HandlerResult:
    """The same text a moment later is no answer to the next question: kept, and not answered."""
    record = AnswerRecord(session.state.position, AnswerState.REPEATED)
    survey_sessions.store_survey_answer(session, record, heard.body, heard.message_id, heard.moment)
    return HandlerResult(REPEATED_VERDICT)


def _handle_repeat_after_end(heard: InboundText) -> HandlerResult | None:
    """Nor is it something new when it was the last answer."""
    last = survey_sessions.find_latest_session(heard.phone)
    over = (
        last is not None
        and last.ended_at is not None
        and heard.moment - last.ended_at <= REPEATED_TEXT_WINDOW
    )
    answered = last is not None and last.state.status in (
        SurveySessionStatus.COMPLETED,
        SurveySessionStatus.HANDED_OVER,
    )
    return (
        _store_repeated_text(last, heard)
        if last and over and answered and last.is_repeat(heard.body, heard.moment)
        else None
    )


def _start_by_blast_answer(
    heard: InboundText, *, only_valid: bool, doubtful: bool
) -> HandlerResult | None:
    asking = find_survey_invitation(heard.phone, heard.moment)
    flow = survey_sessions.find_open_survey_definition(asking.survey_id) if asking else None
    questions = parse_questions(flow.questions_json) if flow else ()
    if (
        asking is None
        or flow is None
        or not questions
        or not _is_answer_in_time(asking, questions[0], flow, heard.moment)
    ):
        return None
    state = SurveyState(questions, flow.completion_message or "")
    step = _compute_step(state, heard, only_valid=only_valid, doubtful=doubtful)
    if step is None:
        return None
    session = survey_sessions.start_session(
        flow, heard.phone, heard.name, heard.moment, asking.log_id
    )
    return _apply_answer(session, step, heard)


def _is_answer_in_time(
    asking: SurveyInvitation,
    question: SurveyQuestion,
    flow: SurveyDefinition,
    moment: datetime,
) -> bool:
    """In time; and for free words, which could be about anything, nothing may have been texted
    to them since.
    """
    in_time = moment - asking.asked_at <= timedelta(hours=flow.timeout_hours)
    return in_time and (asking.is_newest or question.question_type not in FREE_TEXT_TYPES)


def _find_survey_of_word(body: str) -> int | None:
    return next(
        (survey_id for survey_id in _find_trigger_word_owners(body) if survey_id is not None),
        None,
    )


def _has_trigger_word(body: str) -> bool:
    return bool(_find_trigger_word_owners(body))


def _find_trigger_word_owners(body: str) -> list[int | None]:
    """The surveys that a text's words start; None for a keyword's.

    Every text that comes in is asked for.
    """
    words = json.dumps([*list_keyword_spellings(body)])
    found: list[int | None] = json.loads(
        raw_connection().execute(SURVEYS_OF_TRIGGER_WORDS_SQL, {"words": words}).fetchone()[0]
    )
    return found


def _is_just_started(session: SessionSnapshot, heard: InboundText) -> bool:
    fresh = session.state.status is SurveySessionStatus.ACTIVE and session.last_text_at is None
    return fresh and abs(heard.moment - session.started_at) <= REPEATED_TEXT_WINDOW


def _may_resume(session: SessionSnapshot, flow: SurveyDefinition, moment: datetime) -> bool:
    timed_out = (
        session.state.status is SurveySessionStatus.TIMED_OUT and session.ended_at is not None
    )
    recent = timed_out and moment - (session.ended_at or moment) <= RESUME_WINDOW
    return (
        recent
        and bool(session.state.values)
        and session.state.questions == parse_questions(flow.questions_json)
    )


def _resume_survey(session: SessionSnapshot, heard: InboundText) -> HandlerResult:
    session = survey_sessions.resume_session(session, heard.moment)
    return HandlerResult(
        "survey_resumed",
        [_fill_reply(f"{RESUME_NOTICE}\n{session.state.question.message_text}", session.name)],
    )

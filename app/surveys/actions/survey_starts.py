"""Starting a survey with one person, by its keyword or as a keyword's action. Inside write()."""

from datetime import datetime, timedelta

from app.domain.surveys.question_definitions import build_opening_text, parse_questions
from app.domain.surveys.survey_state_machine import REPEATED_TEXT_WINDOW, SurveySessionStatus
from app.domain.surveys.survey_words import SurveyPhrase, say
from app.domain.texts.inbound_text import HandlerResult, InboundText
from app.suppression.queries.sending_permission import (
    PermissionPurpose,
    find_suppression_reason,
)
from app.surveys.actions import survey_sessions
from app.surveys.actions.survey_steps import fill_survey_reply
from app.surveys.queries import session_snapshots
from app.surveys.queries.reader_surveys import ReaderTexts, load_reader_texts
from app.surveys.queries.session_snapshots import SessionSnapshot
from app.surveys.sql import SurveyDefinition

RESTART_NOTICE = say(SurveyPhrase.STARTING_AGAIN)
REPEATED_VERDICT = "survey_repeated"
# So long after a time-out the keyword leads back to where they were (docs/decisions/0011).
RESUME_WINDOW = timedelta(days=7)


def start_survey(survey_id: int, text: InboundText) -> HandlerResult | None:
    """Start this survey, start it again, or resume it after a time-out.

    None when it is closed, or when they would not get its questions: then a person has to look.
    """
    survey = session_snapshots.find_open_survey_definition(survey_id)
    if survey is None or not parse_questions(survey.questions_json):
        return None
    # Whoever would not get the questions has not started it (docs/decisions/0011-surveys.md).
    if find_suppression_reason(text.phone, PermissionPurpose.ANSWERING):
        return None
    before = session_snapshots.find_latest_session_of_survey(text.phone, survey_id)
    if before and _is_just_started(before, text.moment):
        return HandlerResult(REPEATED_VERDICT)
    if before and _may_resume(before, survey, text.moment):
        return _resume_survey(before, text.moment)
    is_restart = before is not None and before.state.status is SurveySessionStatus.ACTIVE
    return _start_session(survey, text, is_restart=is_restart)


def _start_session(
    survey: SurveyDefinition, text: InboundText, *, is_restart: bool
) -> HandlerResult:
    session = survey_sessions.start_session(survey, text.phone, text.name, text.moment)
    texts = load_reader_texts(text.phone, session.state.questions[:1], survey.intro_message)
    question = texts.translate_question(session.state.question)
    intro = texts.translate(survey.intro_message or "")
    opening = build_opening_text(intro, question.message_text, question.language)
    if is_restart:
        opening = f"{say(SurveyPhrase.STARTING_AGAIN, question.language)}\n{opening}"
    return _answer("survey_started", opening, text.name, texts)


def _is_just_started(session: SessionSnapshot, moment: datetime) -> bool:
    """Whether the keyword came twice within ten seconds."""
    if session.state.status is not SurveySessionStatus.ACTIVE or session.last_text_at is not None:
        return False
    return abs(moment - session.started_at) <= REPEATED_TEXT_WINDOW


def _may_resume(session: SessionSnapshot, survey: SurveyDefinition, moment: datetime) -> bool:
    """Whether they timed out within the last week, and the questions are still the same."""
    if session.state.status is not SurveySessionStatus.TIMED_OUT or session.ended_at is None:
        return False
    # Without an answer so far there is nothing to go on with: it starts again.
    if moment - session.ended_at > RESUME_WINDOW or not session.state.values:
        return False
    return session.state.questions == parse_questions(survey.questions_json)


def _resume_survey(session: SessionSnapshot, moment: datetime) -> HandlerResult:
    session = survey_sessions.resume_session(session, moment)
    texts = load_reader_texts(session.phone, [session.state.question])
    question = texts.translate_question(session.state.question)
    reply = f"{say(SurveyPhrase.WELCOME_BACK, question.language)}\n{question.message_text}"
    return _answer("survey_resumed", reply, session.name, texts)


def _answer(verdict: str, words: str, name: str | None, texts: ReaderTexts) -> HandlerResult:
    reply = fill_survey_reply(words, name)
    versions = texts.find_versions({reply: words})
    return HandlerResult(verdict, [reply], template_versions=versions)

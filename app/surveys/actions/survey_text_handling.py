"""What surveys do with a text: it answers a question, starts a survey, or is left to others.

The router asks three times (app/webhooks/pipeline/inbound_routing.py): for a valid answer, for a
survey's keyword, and at the end for anything that may have been meant as an answer. The functions
stand in the order in which a text passes them. All run inside write().
"""

from datetime import datetime, timedelta

from app.domain.surveys.answer_folding import fold_answer
from app.domain.surveys.question_definitions import (
    FREE_TEXT_TYPES,
    SurveyQuestion,
    parse_questions,
)
from app.domain.surveys.survey_commands import SURVEY_COMMANDS
from app.domain.surveys.survey_state_machine import (
    REPEATED_TEXT_WINDOW,
    AnswerRecord,
    AnswerState,
    SurveySessionStatus,
    SurveyState,
)
from app.domain.texts.inbound_text import HandlerResult, InboundText
from app.surveys import sql
from app.surveys.actions import survey_sessions
from app.surveys.actions.reader_steps import ReaderStep, compute_reader_step
from app.surveys.actions.survey_starts import REPEATED_VERDICT, start_survey
from app.surveys.actions.survey_steps import apply_survey_step
from app.surveys.queries import session_snapshots, trigger_words
from app.surveys.queries.newest_question import (
    QuestionSource,
    find_newest_question,
    is_asked_since,
)
from app.surveys.queries.session_snapshots import SessionSnapshot
from app.surveys.queries.survey_invitations import SurveyInvitation, find_survey_invitation
from app.surveys.sql import SurveyDefinition

IN_DOUBT_VERDICT = "survey_in_doubt"
VERDICT_BY_STATUS = {
    SurveySessionStatus.COMPLETED: "survey_finished",
    SurveySessionStatus.LEFT: "survey_left",
    SurveySessionStatus.HANDED_OVER: "survey_needs_person",
}
REPEATABLE_END_STATUSES = (SurveySessionStatus.COMPLETED, SurveySessionStatus.HANDED_OVER)


def handle_survey_answer(
    text: InboundText, *, only_valid: bool, doubtful: bool = False
) -> HandlerResult | None:
    """Take the text as an answer to the person's active survey, or leave it (None).

    `only_valid`: take only what is a valid answer or one of the survey's own words (SKIP, BACK,
    DONE); otherwise a text that fits nothing is taken as not understood. `doubtful`: the text
    may mean STOP, so it has to be nothing but an answer, and no question for free words takes
    it. Without an active survey, the answer to a blast that asks one starts it; so does one to a
    blast that asked later than the active survey, which then ends.
    """
    # Most texts are no survey's business; whoever took the text in has found that out already.
    if not text.may_answer_survey:
        return None
    session = _find_open_session(text)
    if session is None:
        return _handle_text_without_session(text, only_valid=only_valid, doubtful=doubtful)
    invitation = find_survey_invitation(text.phone, text.moment)
    newest = find_newest_question(session, invitation)
    if not newest.has_left and session.is_repeat(text.words, text.moment):
        return _store_repeated_text(session, text)
    is_command = fold_answer(text.words) in SURVEY_COMMANDS
    if newest.source is QuestionSource.INVITATION:
        answer = _start_by_blast_answer(text, invitation, only_valid=True, doubtful=doubtful)
        return answer or _leave_to_person(session, text, only_valid=only_valid or doubtful)
    if newest.source is QuestionSource.OTHER_TEXT and not is_command:
        return _leave_to_person(session, text, only_valid=only_valid or doubtful)
    step = compute_reader_step(
        session.state, session.survey_id, text, only_valid=only_valid, doubtful=doubtful
    )
    return _store_step(session, step, text) if step else None


def _handle_text_without_session(
    text: InboundText, *, only_valid: bool, doubtful: bool
) -> HandlerResult | None:
    invitation = find_survey_invitation(text.phone, text.moment)
    # The last answer may come twice after the survey has ended: that starts nothing new.
    repeat = _handle_repeated_last_answer(text, invitation)
    return repeat or _start_by_blast_answer(
        text, invitation, only_valid=only_valid, doubtful=doubtful
    )


def _leave_to_person(
    session: SessionSnapshot, text: InboundText, *, only_valid: bool
) -> HandlerResult | None:
    """Keep a text for a person that may answer something else than the session's question.

    Something newer was asked, and nobody knows which of the two it answers: stored under the
    wrong question an answer is worse than none. Nothing is replied, and the session waits.
    """
    if only_valid:
        return None
    record = AnswerRecord(session.state.position, AnswerState.UNCLEAR)
    survey_sessions.store_survey_answer(session, record, text.words, text.message_id, text.moment)
    return HandlerResult(IN_DOUBT_VERDICT, needs_person="unclear")


def _find_open_session(text: InboundText) -> SessionSnapshot | None:
    """Return the active session, after ending one that has timed out."""
    session = session_snapshots.find_active_session(text.phone)
    # The job that ends sessions runs once a minute: the text may come before it.
    if session and session.is_timed_out(text.moment):
        survey_sessions.end_session(session.id, SurveySessionStatus.TIMED_OUT, text.moment)
        return None
    return session


def _handle_repeated_last_answer(
    text: InboundText, invitation: SurveyInvitation | None
) -> HandlerResult | None:
    """Keep the last answer when it comes once more, within ten seconds after the end.

    Not when something was asked since: then it is the answer to that.
    """
    session = session_snapshots.find_latest_session(text.phone)
    if session is None or session.ended_at is None:
        return None
    if session.state.status not in REPEATABLE_END_STATUSES:
        return None
    if text.moment - session.ended_at > REPEATED_TEXT_WINDOW:
        return None
    if invitation and invitation.asked_at > session.ended_at:
        return None
    if not session.is_repeat(text.words, text.moment):
        return None
    return _store_repeated_text(session, text)


def _store_repeated_text(session: SessionSnapshot, text: InboundText) -> HandlerResult:
    """Keep the same text a moment later unanswered: it is no answer to the next question."""
    record = AnswerRecord(session.state.position, AnswerState.REPEATED)
    survey_sessions.store_survey_answer(session, record, text.words, text.message_id, text.moment)
    return HandlerResult(REPEATED_VERDICT)


def _start_by_blast_answer(
    text: InboundText,
    invitation: SurveyInvitation | None,
    *,
    only_valid: bool,
    doubtful: bool,
) -> HandlerResult | None:
    """Start the survey that a blast asked, at its second question, if the text answers the first.

    No session exists before: releasing a blast to 100,000 people makes none.
    """
    if invitation is None:
        return None
    survey = session_snapshots.find_open_survey_definition(invitation.survey_id)
    questions = parse_questions(survey.questions_json) if survey else ()
    if survey is None or not questions:
        return None
    if not _is_answer_in_time(invitation, questions[0], survey, text.moment):
        return None
    if not invitation.is_newest and is_asked_since(
        text.phone, invitation.asked_at, invitation.log_id
    ):
        return None
    # The session is made only when the text is an answer: else nobody has started the survey.
    state = SurveyState(questions, survey.completion_message or "")
    step = compute_reader_step(state, survey.id, text, only_valid=only_valid, doubtful=doubtful)
    if step is None:
        return None
    session = survey_sessions.start_session(
        survey, text.phone, text.name, text.moment, invitation.log_id
    )
    return _store_step(session, step, text)


def _is_answer_in_time(
    invitation: SurveyInvitation,
    question: SurveyQuestion,
    survey: SurveyDefinition,
    moment: datetime,
) -> bool:
    """Whether a text may answer the blast.

    Free words could be about anything: they may not when something was texted to them since.
    """
    if moment - invitation.asked_at > timedelta(hours=survey.timeout_hours):
        return False
    return invitation.is_newest or question.question_type not in FREE_TEXT_TYPES


def _store_step(
    session: SessionSnapshot, reader_step: ReaderStep, text: InboundText
) -> HandlerResult:
    step = reader_step.step
    record = step.record
    verdict = "survey_answered"
    if record:
        survey_sessions.store_survey_answer(
            session, record, text.words, text.message_id, text.moment
        )
        if record.state is AnswerState.UNCLEAR:
            verdict = "survey_unclear"
    verdict = VERDICT_BY_STATUS.get(step.state.status, verdict)
    replies = apply_survey_step(session, step, text.moment)
    # A reply is filled in from the words at the same place of the step.
    versions = reader_step.texts.find_versions(dict(zip(replies, step.replies, strict=True)))
    return HandlerResult(verdict, replies, step.needs_person, versions)


def start_survey_by_keyword(text: InboundText) -> HandlerResult | None:
    """Start the survey whose keyword the whole text is, or start it again.

    Whoever timed out within the last week goes on where they were, unless the questions have
    changed since.
    """
    if not text.may_use_trigger_words:
        return None
    survey_id = trigger_words.find_survey_of_text(text.words)
    return None if survey_id is None else start_survey(survey_id, text)


def stop_surveys_of_phone(phone: str, moment: datetime) -> None:
    """End what this phone is answering: the person said STOP."""
    sql.STOP_SESSION.execute(b_phone=phone, b_moment=moment)

"""One person's way through a survey: what they answered, and putting an answer right."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.core.access import current_username, parse_local_path, permission_required
from app.core.clock import now
from app.domain.accounts.permissions import Permission
from app.domain.surveys.question_definitions import SurveyQuestion, parse_questions
from app.domain.surveys.survey_hints import build_default_hint
from app.domain.surveys.survey_state_machine import AnswerState
from app.domain.texts.whole_numbers import parse_whole_number
from app.surveys.actions import answer_corrections
from app.surveys.actions.answer_corrections import InvalidAnswer, StaleCorrection
from app.surveys.models import UNDERSTOOD_STATES, SurveyAnswer, SurveyFlow, SurveySession
from app.surveys.queries.session_snapshots import find_session_snapshot
from app.surveys.queries.survey_answers import find_session_answers
from app.surveys.queries.survey_sessions import find_survey_session
from app.surveys.queries.unclear_answers import guess_listed_answer
from app.surveys.views.blueprint import bp, get_survey_or_404

MAX_POSITION_DIGITS = 3
INVALID_ANSWER_ERROR = "That does not answer the question. {hint}"
STALE_CORRECTION_ERROR = "They have replied again, or someone saved an answer. Check once more."


@dataclass(frozen=True)
class SessionQuestion:
    """One question of a session: what was understood (or None), and the texts that were not.

    `guess`: what those may mean, "" where that cannot be guessed. `is_current`: they are on it.
    """

    position: int
    question: SurveyQuestion
    answer: SurveyAnswer | None
    other_texts: list[SurveyAnswer]
    guess: str
    is_current: bool


class RejectedCorrection(NamedTuple):
    """A correction that does not answer the question at `position`, and where it came from."""

    position: int
    typed: str
    error: str
    return_url: str


NO_REJECTED_CORRECTION = RejectedCorrection(-1, "", "", "")


@bp.get("/<int:survey_id>/sessions/<int:session_id>")
@permission_required(Permission.SEE_REPLIES)
def show_survey_session(survey_id: int, session_id: int) -> ResponseReturnValue:
    """Show what one person answered, question by question."""
    survey = get_survey_or_404(survey_id)
    return _render_session_page(survey, _get_session_or_404(survey_id, session_id))


def _get_session_or_404(survey_id: int, session_id: int) -> SurveySession:
    return find_survey_session(survey_id, session_id) or abort(404)


def _render_session_page(
    survey: SurveyFlow,
    session: SurveySession,
    rejected: RejectedCorrection = NO_REJECTED_CORRECTION,
) -> str:
    return render_template(
        "surveys/session.html",
        survey=survey,
        session=session,
        questions=_build_session_questions(session),
        rejected=rejected,
    )


def _build_session_questions(session: SurveySession) -> list[SessionQuestion]:
    texts = find_session_answers(session.id)
    session_questions = []
    for position, question in enumerate(parse_questions(session.questions_json)):
        own_texts = [text for text in texts if text.position == position]
        is_current = position == session.position
        session_questions.append(
            _build_session_question(position, question, own_texts, is_current=is_current)
        )
    return session_questions


def _build_session_question(
    position: int, question: SurveyQuestion, texts: Sequence[SurveyAnswer], *, is_current: bool
) -> SessionQuestion:
    answer = None
    other_texts = []
    for text in texts:
        if text.state not in UNDERSTOOD_STATES:
            other_texts.append(text)
        elif answer is None:
            answer = text
    guess = "" if answer else _guess_newest_text(question, other_texts)
    return SessionQuestion(position, question, answer, other_texts, guess, is_current)


def _guess_newest_text(question: SurveyQuestion, texts: Sequence[SurveyAnswer]) -> str:
    """Return what the newest text that can be guessed may mean, else ""."""
    for text in reversed(texts):
        if text.state is AnswerState.UNCLEAR:
            guess = guess_listed_answer([question], text, now())
            if guess:
                return guess
    return ""


@bp.post("/<int:survey_id>/sessions/<int:session_id>/answer")
@permission_required(Permission.MANAGE_REPLIES)
def record_answer_correction(survey_id: int, session_id: int) -> ResponseReturnValue:
    """Count `value` as the answer to the question at `position` (else where they are).

    With `text`, only while this is still the text that the survey did not understand.
    """
    survey = get_survey_or_404(survey_id)
    session = _get_session_or_404(survey_id, session_id)
    position, question = _get_question_or_404(session)
    typed = request.form.get("value", "")
    return_url = parse_local_path(request.form.get("next")) or ""
    try:
        goes_on = _save_correction(survey_id, session_id, position, typed)
    except InvalidAnswer:
        error = INVALID_ANSWER_ERROR.format(hint=build_default_hint(question))
        rejected = RejectedCorrection(position, typed, error, return_url)
        return _render_session_page(survey, session, rejected), 422
    except StaleCorrection:
        flash(STALE_CORRECTION_ERROR, "error")
    else:
        flash("Saved. The survey continues." if goes_on else "Counted.", "success")
    if not return_url:
        return_url = url_for(
            "surveys.show_survey_session", survey_id=survey_id, session_id=session_id
        )
    return redirect(return_url, 303)


def _get_question_or_404(session: SurveySession) -> tuple[int, SurveyQuestion]:
    """Return the position that was posted and its question."""
    typed = request.form.get("position", str(session.position))
    position = parse_whole_number(typed, MAX_POSITION_DIGITS)
    questions = parse_questions(session.questions_json)
    if position is None or position >= len(questions):
        abort(404)
    return position, questions[position]


def _save_correction(
    survey_id: int,
    session_id: int,
    position: int,
    typed: str,
) -> bool:
    username = current_username()
    with audited_write("survey.answer_corrected", username) as trace:
        trace.about = f"survey {survey_id}, session {session_id}, question {position + 1}"
        session = find_session_snapshot(session_id) or abort(404)
        if "text" in request.form:
            answer_corrections.ensure_answer_still_unclear(session, request.form["text"])
        goes_on = answer_corrections.correct_survey_answer(
            session, position, typed, username, now()
        )
        trace.details = {"goes_on": goes_on}
    return goes_on

"""One person's way through a survey: what they said, and what a person puts right."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.core.access import (
    ALL_ROLES,
    current_username,
    parse_local_path,
    roles_required,
)
from app.core.clock import now
from app.domain.surveys.answer_guessing import guess_answer
from app.domain.surveys.question_definitions import SurveyQuestion, parse_questions
from app.domain.surveys.survey_state_machine import AnswerState, build_default_hint
from app.events import queries as events
from app.surveys.actions import answer_corrections, survey_sessions
from app.surveys.actions.answer_corrections import InvalidAnswer, StaleCorrection
from app.surveys.actions.survey_text_handling import build_answer_calendar
from app.surveys.models import SurveyAnswer, SurveyFlow, SurveySession
from app.surveys.queries import survey_results as queries
from app.surveys.queries import unclear_answers
from app.surveys.queries.survey_results import UNDERSTOOD_STATES
from app.surveys.queries.unclear_answers import UnclearAnswer
from app.surveys.views.blueprint import bp, get_survey_or_404

MAX_SESSIONS_SHOWN = 10
INVALID_ANSWER_ERROR = "That does not answer the question. {hint}"


@dataclass(frozen=True)
class SessionQuestion:
    """One question of a session: what was understood (or None), the texts that were not, and
    where the session is.
    """

    position: int
    question: SurveyQuestion
    answer: SurveyAnswer | None
    other_texts: list[SurveyAnswer]
    is_current: bool


class RejectedCorrection(NamedTuple):
    """A correction that could not be taken: to which question, what was typed, the sentence,
    and where it came from.
    """

    position: int
    typed: str
    error: str
    return_url: str


NO_REJECTED_CORRECTION = RejectedCorrection(-1, "", "", "")


@bp.app_template_global()
def get_survey_sessions_of_phone(phone: str) -> list[tuple[SurveySession, str]]:
    """For a person's page: the surveys they have answered or are answering, the newest first."""
    return queries.find_survey_sessions_of_phone(phone, MAX_SESSIONS_SHOWN)


@bp.app_template_global()
def get_unclear_answer(phone: str) -> UnclearAnswer | None:
    """For a conversation: the text of theirs that a survey waits for a person to read."""
    return unclear_answers.find_unclear_answer(phone)


@bp.app_template_global()
def guess_unclear_answer(text: UnclearAnswer) -> str | None:
    """What it may mean, where that can be guessed."""
    return guess_answer(text.question, text.body, build_answer_calendar(text.question, now()))


@bp.app_template_global()
def guess_listed_answer(questions: Sequence[SurveyQuestion], text: SurveyAnswer) -> str | None:
    """The same for a text in a list, as far as its question is still among `questions`."""
    question = next((each for each in questions if each.prompt == text.prompt), None)
    return (
        guess_answer(question, text.body, build_answer_calendar(question, now()))
        if question
        else None
    )


@bp.get("/<int:survey_id>/sessions/<int:session_id>")
@roles_required(*ALL_ROLES)
def show_survey_session(survey_id: int, session_id: int) -> ResponseReturnValue:
    """What one person said."""
    return _render_session_page(
        get_survey_or_404(survey_id), _get_session_or_404(survey_id, session_id)
    )


def _get_session_or_404(survey_id: int, session_id: int) -> SurveySession:
    return queries.find_survey_session(survey_id, session_id) or abort(404)


def _render_session_page(
    survey: SurveyFlow,
    row: SurveySession,
    wrong: RejectedCorrection = NO_REJECTED_CORRECTION,
) -> str:
    """`wrong`: a correction that could not be taken."""
    texts = queries.find_session_answers(row.id)
    lines = [
        SessionQuestion(
            place,
            question,
            next(
                (
                    text
                    for text in texts
                    if text.position == place and text.state in UNDERSTOOD_STATES
                ),
                None,
            ),
            [
                text
                for text in texts
                if text.position == place and text.state not in UNDERSTOOD_STATES
            ],
            place == row.position,
        )
        for place, question in enumerate(parse_questions(row.questions_json))
    ]
    event = events.find_event(survey.linked_event_id)
    return render_template(
        "surveys/session.html",
        survey=survey,
        row=row,
        lines=lines,
        wrong=wrong,
        event=event,
        states=AnswerState,
    )


@bp.post("/<int:survey_id>/sessions/<int:session_id>/answer")
@roles_required(*ALL_ROLES)
def record_answer_correction(survey_id: int, session_id: int) -> ResponseReturnValue:
    """Count something as the answer to the question at `position` (else where they are), as if
    they had texted it.

    `text`: only while this is still the text that the survey did not understand.
    """
    survey, row = (
        get_survey_or_404(survey_id),
        _get_session_or_404(survey_id, session_id),
    )
    typed, place = (
        request.form.get("value", ""),
        request.form.get("position", str(row.position)),
    )
    position = int(place) if place.isascii() and place.isdigit() and len(place) < 4 else -1
    questions = parse_questions(row.questions_json)
    if not 0 <= position < len(questions):
        abort(404)
    back = parse_local_path(request.form.get("next")) or ""
    try:
        goes_on = _save_correction(survey_id, session_id, position, typed)
    except InvalidAnswer:
        sentence = INVALID_ANSWER_ERROR.format(hint=build_default_hint(questions[position]))
        return _render_session_page(
            survey, row, RejectedCorrection(position, typed, sentence, back)
        ), 422
    except StaleCorrection:
        flash(
            "They have written again meanwhile, or somebody has recorded an answer. Look once more.",
            "error",
        )
    else:
        flash(
            "Counted. The survey goes on by itself." if goes_on else "Counted.",
            "success",
        )
    return redirect(
        back or url_for("surveys.show_survey_session", survey_id=survey_id, session_id=session_id),
        303,
    )


def _save_correction(survey_id: int, session_id: int, position: int, typed: str) -> bool:
    with audited_write("survey.answer_corrected", current_username()) as trace:
        trace.about = f"survey {survey_id}, session {session_id}, question {position + 1}"
        there = survey_sessions.find_session_snapshot(session_id) or abort(404)
        if "text" in request.form:
            answer_corrections.ensure_answer_still_unclear(there, request.form["text"])
        goes_on = answer_corrections.correct_survey_answer(
            there, position, typed, current_username(), now()
        )
        trace.details = {"goes_on": goes_on}
    return goes_on

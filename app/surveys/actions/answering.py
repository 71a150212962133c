"""A text from a person meets a survey: it begins one, answers a question, or is none of its
business.
"""

import json
from dataclasses import dataclass, field
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
from app.domain.texts.segments import MAX_MESSAGE_CHARACTERS
from app.domain.time import local_times
from app.events.actions import registrations
from app.events.queries.names import names_of
from app.organisation import queries as organisation
from app.suppression.queries import is_left_out
from app.surveys.actions import sessions
from app.surveys.actions.sessions import COMES_BACK_FOR, Flow, Session
from app.surveys.queries.asked import Asking, asked_by_blast

MONTH_FIRST = frozenset({"US", "PR", "GU", "VI", "AS", "MP", "FM", "MH", "PW"})
AGAIN, WELCOME_BACK = "Starting again.", "Welcome back. This is where you were."
REPEATED = "survey_repeated"
STARTED_BY = """
    SELECT json_group_array(survey_id) FROM trigger_words WHERE word IN (SELECT value FROM json_each(:words))
"""
VERDICTS = {
    SurveySessionStatus.COMPLETED: "survey_finished",
    SurveySessionStatus.LEFT: "survey_left",
    SurveySessionStatus.HANDED_OVER: "survey_needs_person",
}


@dataclass(frozen=True)
class Heard:
    """A text that came in, as every room of answers is told of it.

    `message_id`: its row; `moment`: UTC.

    `may_answer`: False where it is known already that no survey waits for it; `may_start`: that
    no word of it starts anything.
    """

    phone: str
    body: str
    message_id: int
    moment: datetime
    name: str | None = None
    may_answer: bool = True
    may_start: bool = True


@dataclass(frozen=True)
class Taken:
    """A room took the text.

    `replies` are to be texted, in this order; `verdict` is stored with the call.

    `needs_person`: somebody should look ("unclear": not understood too often), else "".
    """

    verdict: str
    replies: list[str] = field(default_factory=list)
    needs_person: str = ""


def answer(heard: Heard, *, only_valid: bool, doubtful: bool = False) -> Taken | None:
    """The person's active survey takes the text as an answer, or leaves it (None).

    Inside write().

    `only_valid`: take only what is a valid answer or one of the survey's own words (SKIP, BACK,
    DONE); otherwise a text that fits nothing is taken as not understood. `doubtful`: the text
    may mean STOP, so it has to be nothing but an answer, and no question for free words takes
    it. Without an active survey, the answer to a blast that asks one begins it.
    """
    if not heard.may_answer:
        return None
    session = sessions.active(heard.phone)
    if session and session.is_over(heard.moment):
        sessions.end(session.id, SurveySessionStatus.TIMED_OUT, heard.moment)
        session = None
    if session is None:
        return _twice_at_the_end(heard) or _answer_to_a_blast(
            heard, only_valid=only_valid, doubtful=doubtful
        )
    if session.is_repeat(heard.body, heard.moment):
        return _twice(session, heard)
    step = _step(session.state, heard, only_valid=only_valid, doubtful=doubtful)
    return _done(session, step, heard) if step else None


def begin_by_word(heard: Heard) -> Taken | None:
    """The text is the keyword of an active survey: begin it, or begin it again. Inside write().

    Whoever answered no more within the last week goes on where they were, unless the questions
    have changed since.
    """
    survey_id = _survey_of_word(heard.body) if heard.may_start else None
    return begin(survey_id, heard) if survey_id is not None else None


def begin(survey_id: int, heard: Heard) -> Taken | None:
    """Begin this survey with this person, as a keyword's action. Inside write().

    None when it is not active, or when they would not get its questions: then a person has to look.
    """
    flow = sessions.open_flow(survey_id)
    if (
        flow is None
        or not parse_questions(flow.questions_json)
        or is_left_out(heard.phone)
    ):
        return None
    before = sessions.latest(heard.phone, survey_id)
    if before and _began_just_now(before, heard):
        return Taken(REPEATED)
    if before and _may_go_on(before, flow, heard.moment):
        return _welcome_back(before, heard)
    again = before is not None and before.state.status is SurveySessionStatus.ACTIVE
    session = sessions.begin(flow, heard.phone, heard.name, heard.moment)
    first = build_opening_text(flow.intro_message or "", session.state.question.asked)
    return Taken(
        "survey_started", [_said(f"{AGAIN}\n{first}" if again else first, heard.name)]
    )


def stop_all(phone: str, moment: datetime) -> None:
    """The person said STOP: whatever they were answering has ended. Inside write()."""
    sessions.end_all(phone, moment)


def carry_out(session: Session, step: SurveyStep, moment: datetime) -> list[str]:
    """Keep where a step led; gives what is to be texted.

    Whoever finished is counted, and registered for the event.
    """
    given = find_given_name(step.state)
    sessions.keep(session, step.state, moment, given)
    if step.state.status is SurveySessionStatus.COMPLETED:
        sessions.count_completion(session.survey_id)
        if step.registers and session.event_id is not None:
            _register(session, session.event_id, given)
    return [_said(reply, given or session.name) for reply in step.replies]


def calendar(question: SurveyQuestion, moment: datetime) -> DateContext:
    """How the organisation reads days; asked for only where a day is."""
    if question.ask is not QuestionType.DATE:
        return DateContext(moment.date())
    ours = organisation.get_organisation()
    return DateContext(
        local_times.get_local_date(ours.timezone, moment), ours.region in MONTH_FIRST
    )


def _step(
    state: SurveyState, heard: Heard, *, only_valid: bool, doubtful: bool
) -> SurveyStep | None:
    """Words that start something are no free words, as long as what they start may take them."""
    only_bare = doubtful
    if not doubtful and only_valid and state.question.ask in FREE_TEXT_TYPES:
        only_bare = heard.may_start and _starts_something(heard.body)
    step = process_survey_text(
        state, heard.body, calendar(state.question, heard.moment), only_bare=only_bare
    )
    if step is None and not only_valid and not doubtful:
        return apply_unclear_answer(state)
    return step


def _done(session: Session, step: SurveyStep, heard: Heard) -> Taken:
    if step.record:
        sessions.write_down(
            session, step.record, heard.body, heard.message_id, heard.moment
        )
    replies = carry_out(session, step, heard.moment)
    unclear = step.record is not None and step.record.state is AnswerState.UNCLEAR
    usual = "survey_unclear" if unclear else "survey_answered"
    return Taken(VERDICTS.get(step.state.status, usual), replies, step.needs_person)


def _register(session: Session, event_id: int, given: str | None) -> None:
    name = given or session.name or names_of([session.phone]).get(session.phone)
    registrations.ensure(event_id, name, session.phone, theirs=given is not None)


def _said(words: str, name: str | None) -> str:
    return message_templates.fill_template(words, name)[:MAX_MESSAGE_CHARACTERS]


def _twice(session: Session, heard: Heard) -> Taken:
    """The same text a moment later is no answer to the next question: kept, and not answered."""
    record = AnswerRecord(session.state.position, AnswerState.REPEATED)
    sessions.write_down(session, record, heard.body, heard.message_id, heard.moment)
    return Taken(REPEATED)


def _twice_at_the_end(heard: Heard) -> Taken | None:
    """Nor is it something new when it was the last answer."""
    last = sessions.latest(heard.phone)
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
        _twice(last, heard)
        if last and over and answered and last.is_repeat(heard.body, heard.moment)
        else None
    )


def _answer_to_a_blast(
    heard: Heard, *, only_valid: bool, doubtful: bool
) -> Taken | None:
    asking = asked_by_blast(heard.phone, heard.moment)
    flow = sessions.open_flow(asking.survey_id) if asking else None
    questions = parse_questions(flow.questions_json) if flow else ()
    if (
        asking is None
        or flow is None
        or not questions
        or not _fits(asking, questions[0], flow, heard.moment)
    ):
        return None
    state = SurveyState(questions, flow.completion_message or "")
    step = _step(state, heard, only_valid=only_valid, doubtful=doubtful)
    if step is None:
        return None
    session = sessions.begin(flow, heard.phone, heard.name, heard.moment, asking.log_id)
    return _done(session, step, heard)


def _fits(
    asking: Asking, question: SurveyQuestion, flow: Flow, moment: datetime
) -> bool:
    """In time; and for free words, which could be about anything, nothing may have been texted
    to them since.
    """
    in_time = moment - asking.asked_at <= timedelta(hours=flow.timeout_hours)
    return in_time and (asking.is_newest or question.ask not in FREE_TEXT_TYPES)


def _survey_of_word(body: str) -> int | None:
    return next(
        (survey_id for survey_id in _started_by(body) if survey_id is not None), None
    )


def _starts_something(body: str) -> bool:
    return bool(_started_by(body))


def _started_by(body: str) -> list[int | None]:
    """The surveys that a text's words start; None for a keyword's.

    Every text that comes in is asked for.
    """
    words = json.dumps([*list_keyword_spellings(body)])
    found: list[int | None] = json.loads(
        raw_connection().execute(STARTED_BY, {"words": words}).fetchone()[0]
    )
    return found


def _began_just_now(session: Session, heard: Heard) -> bool:
    fresh = (
        session.state.status is SurveySessionStatus.ACTIVE and session.last_at is None
    )
    return fresh and abs(heard.moment - session.started_at) <= REPEATED_TEXT_WINDOW


def _may_go_on(session: Session, flow: Flow, moment: datetime) -> bool:
    timed_out = (
        session.state.status is SurveySessionStatus.TIMED_OUT
        and session.ended_at is not None
    )
    recent = timed_out and moment - (session.ended_at or moment) <= COMES_BACK_FOR
    return (
        recent
        and bool(session.state.values)
        and session.state.questions == parse_questions(flow.questions_json)
    )


def _welcome_back(session: Session, heard: Heard) -> Taken:
    session = sessions.go_on(session, heard.moment)
    return Taken(
        "survey_resumed",
        [_said(f"{WELCOME_BACK}\n{session.state.question.asked}", session.name)],
    )

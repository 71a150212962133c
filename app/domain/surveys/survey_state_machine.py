"""One person's way through a survey: what a text does to it, what is answered, and what is
written down.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum

from app.domain.surveys.answer_dates import DateContext
from app.domain.surveys.answer_parsing import fold_answer, is_bare_answer, parse_answer
from app.domain.surveys.question_definitions import (
    END_OF_SURVEY,
    END_WITHOUT_REGISTRATION,
    QuestionType,
    SurveyQuestion,
)
from app.domain.texts.text_intent import fold_text

MAX_UNCLEAR_ANSWERS = (
    2  # so often we ask again; the next text that is not understood brings a person
)
REPEATED_TEXT_WINDOW = timedelta(seconds=10)
LEAVE_COMMAND, SKIP_COMMAND, BACK_COMMAND = "DONE", "SKIP", "BACK"
SURVEY_COMMANDS = {
    LEAVE_COMMAND: LEAVE_COMMAND, "LISTO": LEAVE_COMMAND, "FINI": LEAVE_COMMAND,
    SKIP_COMMAND: SKIP_COMMAND, "SALTAR": SKIP_COMMAND, "PASSER": SKIP_COMMAND,
    BACK_COMMAND: BACK_COMMAND, "ATRAS": BACK_COMMAND, "RETOUR": BACK_COMMAND,
}  # fmt: skip
LEFT_SURVEY_REPLY = (
    "You have left the survey. What you answered is kept. "
    "You still get our other texts; to end those too, reply with the word STOP."
)
HANDED_OVER_REPLY = "Thank you. A person will read your answers and get back to you."
COMPLETION_REPLY = "Thank you, that was the last question."
FIRST_QUESTION_REPLY = "This is the first question."
ANSWER_REQUIRED_REPLY = "This question needs an answer."


class SurveySessionStatus(StrEnum):
    """How one person stands with one survey."""

    ACTIVE = "active"
    COMPLETED = "completed"
    LEFT = "left"
    TIMED_OUT = "timed_out"
    RESTARTED = "restarted"
    # not understood too often: a person has to look
    HANDED_OVER = "handed_over"
    STOPPED = "stopped"


class AnswerState(StrEnum):
    """What became of one text in a session. `repeated`: the same text came twice within seconds."""

    ANSWERED = "answered"
    SKIPPED = "skipped"
    UNCLEAR = "unclear"
    REPEATED = "repeated"


SESSION_STATUS_LABELS = {
    SurveySessionStatus.ACTIVE: "Answering",
    SurveySessionStatus.COMPLETED: "Finished",
    SurveySessionStatus.LEFT: "Left",
    SurveySessionStatus.TIMED_OUT: "Answered no more",
    SurveySessionStatus.RESTARTED: "Began again",
    SurveySessionStatus.HANDED_OVER: "Needs a person",
    SurveySessionStatus.STOPPED: "Said STOP",
}


@dataclass(frozen=True)
class SurveyState:
    """Where somebody is.

    `position`: the question that was asked last, from 0; `values`: what was understood so far
    (None: skipped), by position.
    """

    questions: tuple[SurveyQuestion, ...]
    completion: str = ""
    position: int = 0
    misses: int = 0
    status: SurveySessionStatus = SurveySessionStatus.ACTIVE
    values: Mapping[int, str | None] = field(default_factory=dict)

    @property
    def question(self) -> SurveyQuestion:
        """The question that was asked last."""
        return self.questions[self.position]


@dataclass(frozen=True)
class AnswerRecord:
    """What is written down of a text: to which question it belongs, and what we understood."""

    position: int
    state: AnswerState
    value: str | None = None


@dataclass(frozen=True)
class SurveyStep:
    """What a text does.

    `registers`: the survey is finished, and whoever finished it comes to its event.
    """

    state: SurveyState
    replies: tuple[str, ...] = ()
    record: AnswerRecord | None = None
    needs_person: str = ""
    registers_for_event: bool = False


def process_survey_text(
    state: SurveyState, text: str, calendar: DateContext, *, only_bare: bool = False
) -> SurveyStep | None:
    """What a text does that is one of our own words or answers the question; None when it is
    neither.

    `only_bare`: the text may be something else (STOP, a keyword), so it must be nothing but an
    answer, and no question for free words takes it.
    """
    question = state.question
    value = (
        parse_answer(question, text, calendar)
        if question.question_type is QuestionType.CHOICE
        else None
    )
    command = SURVEY_COMMANDS.get(fold_answer(text))
    if command and value is None:
        return _apply_command(state, command)
    if only_bare and not is_bare_answer(question, text):
        return None
    value = value or parse_answer(question, text, calendar)
    return None if value is None else apply_survey_answer(state, value)


def apply_survey_answer(state: SurveyState, value: str) -> SurveyStep:
    """The question has this answer: on to the next one, or to the end."""
    return _advance_to_next(state, value, AnswerState.ANSWERED)


def apply_unclear_answer(state: SurveyState, why: str = "") -> SurveyStep:
    """A text that fits nothing: asked again with a hint, MOST_MISSES times; then a person has
    to look.
    """
    record = AnswerRecord(state.position, AnswerState.UNCLEAR)
    if state.misses >= MAX_UNCLEAR_ANSWERS:
        over = replace(state, status=SurveySessionStatus.HANDED_OVER, misses=state.misses + 1)
        return SurveyStep(over, (HANDED_OVER_REPLY,), record, needs_person="unclear")
    hint = " ".join(filter(None, [why, build_hint(state.question)]))
    return SurveyStep(
        replace(state, misses=state.misses + 1),
        (f"{hint}\n{state.question.message_text}",),
        record,
    )


def _apply_command(state: SurveyState, command: str) -> SurveyStep:
    if command == LEAVE_COMMAND:
        return SurveyStep(replace(state, status=SurveySessionStatus.LEFT), (LEFT_SURVEY_REPLY,))
    if command == SKIP_COMMAND:
        return (
            apply_unclear_answer(state, ANSWER_REQUIRED_REPLY)
            if state.question.required
            else _advance_to_next(state, None, AnswerState.SKIPPED)
        )
    way = list_visited_positions(state)
    if not way:
        return SurveyStep(state, (f"{FIRST_QUESTION_REPLY}\n{state.question.message_text}",))
    back = replace(state, position=way[-1], misses=0)
    return SurveyStep(back, (back.question.message_text,))


def _advance_to_next(state: SurveyState, value: str | None, became: AnswerState) -> SurveyStep:
    record = AnswerRecord(state.position, became, value)
    after = replace(state, values={**state.values, state.position: value}, misses=0)
    to = _find_next_position(state.question, state.position, value)
    if to is None or to >= len(state.questions):
        ended = replace(after, status=SurveySessionStatus.COMPLETED)
        stays_away = (
            value is not None and state.question.branches.get(value) == END_WITHOUT_REGISTRATION
        )
        return SurveyStep(
            ended,
            (state.completion.strip() or COMPLETION_REPLY,),
            record,
            registers_for_event=not stays_away,
        )
    here = replace(after, position=to)
    return SurveyStep(here, (here.question.message_text,), record)


def _find_next_position(question: SurveyQuestion, position: int, value: str | None) -> int | None:
    """The position an answer leads to, always a later one; None for the end."""
    to = question.branches.get(value) if value is not None else None
    if to in (END_OF_SURVEY, END_WITHOUT_REGISTRATION):
        return None
    return to - 1 if to is not None and to - 1 > position else position + 1


def list_visited_positions(state: SurveyState) -> list[int]:
    """The positions of the questions before this one, as the answers led here."""
    way: list[int] = []
    at: int | None = 0
    while at is not None and at < state.position:
        way.append(at)
        at = _find_next_position(state.questions[at], at, state.values.get(at))
    return way


def find_given_name(state: SurveyState) -> str | None:
    """The name that they gave to a question for it, the last one."""
    given = [
        state.values.get(at)
        for at, each in enumerate(state.questions)
        if each.question_type is QuestionType.NAME
    ]
    return next((name for name in reversed(given) if name), None)


def build_hint(question: SurveyQuestion) -> str:
    """What helps to answer: the survey's own hint, else ours; and the words that pass the
    question or leave.
    """
    ways = "Text DONE to leave." if question.required else "Text SKIP to pass it, DONE to leave."
    return f"{question.hint.strip() or build_default_hint(question)} {ways}"


def build_default_hint(question: SurveyQuestion) -> str:
    """How a question wants to be answered."""
    if question.question_type is QuestionType.CHOICE:
        kind = "number" if question.choice_labels[0] == "1" else "letter"
        return f"Please answer with one {kind} from {question.choice_labels[0]} to {question.choice_labels[-1]}."
    if question.question_type is QuestionType.NUMBER:
        return f"Please answer with one number{_describe_bounds(question)}, in digits."
    return {
        QuestionType.YES_NO: "Please answer YES or NO.",
        QuestionType.DATE: "Please answer with one day, such as 8 May.",
        QuestionType.NAME: "Please answer with your name.",
    }.get(question.question_type, "Please answer in words.")


def _describe_bounds(question: SurveyQuestion) -> str:
    if question.low is not None and question.high is not None:
        return f" from {question.low} to {question.high}"
    if question.low is not None:
        return f" from {question.low} up"
    return f" up to {question.high}" if question.high is not None else ""


def list_keyword_spellings(text: str) -> set[str]:
    """How a word that starts something may be kept: folded; a survey of the first design kept
    it as it was typed.
    """
    word = fold_text(text)
    return {word, word.lower(), word.title()} if word else set()


def is_same_answer(text: str, other: str) -> bool:
    """Whether two texts say the same, whatever their spelling."""
    return (fold_answer(text) or text.strip()) == (fold_answer(other) or other.strip())


def build_nudge_text(question: SurveyQuestion) -> str:
    """The one reminder to somebody who has not answered."""
    return f"We are still waiting for your answer. Text DONE to leave this survey.\n{question.message_text}"

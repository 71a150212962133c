"""The state machine of a survey session: what one text does to it, what is replied and stored.

Each function takes a SurveyState and returns a SurveyStep with the new one. The caller stores the
step; nothing here is changed in place.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum

from app.domain.surveys.answer_dates import DateContext
from app.domain.surveys.answer_folding import fold_answer
from app.domain.surveys.answer_parsing import is_bare_answer, parse_answer
from app.domain.surveys.question_definitions import (
    END_OF_SURVEY,
    END_WITHOUT_REGISTRATION,
    QuestionType,
    SurveyQuestion,
)
from app.domain.surveys.survey_commands import LEAVE_COMMAND, SKIP_COMMAND, SURVEY_COMMANDS
from app.domain.surveys.survey_hints import build_hint
from app.domain.surveys.survey_words import SurveyPhrase, say

# So many unclear answers are asked again; the next one is handed over to a person.
MAX_UNCLEAR_ANSWERS = 2
# The same text within this time was sent twice by mistake, and counts once.
REPEATED_TEXT_WINDOW = timedelta(seconds=10)


class SurveySessionStatus(StrEnum):
    """The status of one person's session with one survey. The values are stored.

    HANDED_OVER: too many unclear answers, so that a person has to look.
    """

    ACTIVE = "active"
    COMPLETED = "completed"
    LEFT = "left"
    TIMED_OUT = "timed_out"
    RESTARTED = "restarted"
    HANDED_OVER = "handed_over"
    STOPPED = "stopped"


SESSION_STATUS_LABELS = {
    SurveySessionStatus.ACTIVE: "Answering",
    SurveySessionStatus.COMPLETED: "Finished",
    SurveySessionStatus.LEFT: "Left",
    SurveySessionStatus.TIMED_OUT: "Stopped answering",
    SurveySessionStatus.RESTARTED: "Started over",
    SurveySessionStatus.HANDED_OVER: "Needs review",
    SurveySessionStatus.STOPPED: "Opted out",
}


class AnswerState(StrEnum):
    """What became of one text in a session. The values are stored.

    REPEATED: the same text came twice within REPEATED_TEXT_WINDOW.
    """

    ANSWERED = "answered"
    SKIPPED = "skipped"
    UNCLEAR = "unclear"
    REPEATED = "repeated"


@dataclass(frozen=True)
class SurveyState:
    """Where a person is in a survey.

    `position` is the question that was asked last, from 0. `misses` counts its unclear answers.
    `values` are the answers understood until now, by position (None: skipped). `completion` is
    the survey's own closing text, or "".
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

    def say(self, phrase: SurveyPhrase) -> str:
        """Return a phrase in the language of the question that was asked last."""
        return say(phrase, self.question.language)


@dataclass(frozen=True)
class AnswerRecord:
    """What is stored of a text: the question it belongs to, and what was understood."""

    position: int
    state: AnswerState
    value: str | None = None


@dataclass(frozen=True)
class SurveyStep:
    """What a text does: the new state, the replies, and what is stored of the text.

    `needs_person` is the reason why a person has to look, or "". `registers_for_event`: the
    survey is completed, and the person comes to its event.
    """

    state: SurveyState
    replies: tuple[str, ...] = ()
    record: AnswerRecord | None = None
    needs_person: str = ""
    registers_for_event: bool = False


def process_survey_text(
    state: SurveyState, text: str, context: DateContext, *, only_bare: bool = False
) -> SurveyStep | None:
    """Apply a text that is a survey command or an answer to the question; None for any other.

    `only_bare`: the text may mean something else (STOP, a keyword). Then it must be nothing but
    an answer, and a question for free text does not accept it.
    """
    question = state.question
    value = parse_answer(question, text, context)
    command = SURVEY_COMMANDS.get(fold_answer(text))
    # A choice may be spelt like a command in another language, and then it is the answer.
    is_choice = question.question_type is QuestionType.CHOICE and value is not None
    if command and not is_choice:
        return _apply_command(state, command)
    if value is None or (only_bare and not is_bare_answer(question, text)):
        return None
    return apply_survey_answer(state, value)


def apply_survey_answer(state: SurveyState, value: str) -> SurveyStep:
    """Store the answer to the current question and go on to the next one, or to the end."""
    return _advance_to_next(state, value, AnswerState.ANSWERED)


def apply_unclear_answer(state: SurveyState, reason: str = "") -> SurveyStep:
    """Ask the question again with a hint; after MAX_UNCLEAR_ANSWERS hand over to a person.

    `reason` is a sentence to put before the hint.
    """
    record = AnswerRecord(state.position, AnswerState.UNCLEAR)
    missed = replace(state, misses=state.misses + 1)
    if state.misses >= MAX_UNCLEAR_ANSWERS:
        handed_over = replace(missed, status=SurveySessionStatus.HANDED_OVER)
        reply = state.say(SurveyPhrase.HANDED_OVER)
        return SurveyStep(handed_over, (reply,), record, needs_person="unclear")
    hint = build_hint(state.question)
    if reason:
        hint = f"{reason} {hint}"
    return SurveyStep(missed, (f"{hint}\n{state.question.message_text}",), record)


def _apply_command(state: SurveyState, command: str) -> SurveyStep:
    if command == LEAVE_COMMAND:
        left = replace(state, status=SurveySessionStatus.LEFT)
        return SurveyStep(left, (state.say(SurveyPhrase.LEFT),))
    if command == SKIP_COMMAND:
        if state.question.required:
            return apply_unclear_answer(state, state.say(SurveyPhrase.NEEDS_ANSWER))
        return _advance_to_next(state, None, AnswerState.SKIPPED)
    return _go_back(state)


def _go_back(state: SurveyState) -> SurveyStep:
    """Ask the previous question again; its answer is kept until there is a new one."""
    positions = list_visited_positions(state)
    if not positions:
        first = state.say(SurveyPhrase.FIRST_QUESTION)
        return SurveyStep(state, (f"{first}\n{state.question.message_text}",))
    previous = replace(state, position=positions[-1], misses=0)
    return SurveyStep(previous, (previous.question.message_text,))


def _advance_to_next(
    state: SurveyState, value: str | None, answer_state: AnswerState
) -> SurveyStep:
    """Store the value (None: skipped), and ask the question it leads to or complete the survey."""
    record = AnswerRecord(state.position, answer_state, value)
    answered = replace(state, values={**state.values, state.position: value}, misses=0)
    position = _find_next_position(state.question, state.position, value)
    if position is not None and position < len(state.questions):
        asked_next = replace(answered, position=position)
        return SurveyStep(asked_next, (asked_next.question.message_text,), record)
    target = _find_branch_target(state.question, value)
    return SurveyStep(
        replace(answered, status=SurveySessionStatus.COMPLETED),
        (state.completion.strip() or state.say(SurveyPhrase.COMPLETED),),
        record,
        registers_for_event=target != END_WITHOUT_REGISTRATION,
    )


def _find_branch_target(question: SurveyQuestion, value: str | None) -> int | None:
    """Return where the answer leads, as SurveyQuestion.branches has it; None: to the next one."""
    if value is None:
        return None
    return question.branches.get(value)


def _find_next_position(question: SurveyQuestion, position: int, value: str | None) -> int | None:
    """Return the position an answer leads to, always a later one; None for the end."""
    target = _find_branch_target(question, value)
    if target in (END_OF_SURVEY, END_WITHOUT_REGISTRATION):
        return None
    # Targets count from 1, positions from 0. One that leads back would never end.
    if target is not None and target - 1 > position:
        return target - 1
    return position + 1


def list_visited_positions(state: SurveyState) -> list[int]:
    """Return the positions of the questions before the current one, as the answers led to it."""
    positions: list[int] = []
    position: int | None = 0
    while position is not None and position < state.position:
        positions.append(position)
        value = state.values.get(position)
        position = _find_next_position(state.questions[position], position, value)
    return positions


def find_given_name(state: SurveyState) -> str | None:
    """Return the last answer to a question for the name, or None."""
    name = None
    for position, question in enumerate(state.questions):
        if question.question_type is QuestionType.NAME:
            name = state.values.get(position) or name
    return name

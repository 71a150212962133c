"""One person's way through a survey: what a text does to it, what is answered, and what is
written down.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum

from app.domain.dates import Calendar
from app.domain.questions import END, END_UNREGISTERED, Ask, Question
from app.domain.reading import is_bare, plainly, read
from app.domain.replies import folded

MOST_MISSES = (
    2  # so often we ask again; the next text that is not understood brings a person
)
TWICE_WITHIN = timedelta(seconds=10)
LEAVE, PASS, RETURN = "DONE", "SKIP", "BACK"
COMMANDS = {
    LEAVE: LEAVE, "LISTO": LEAVE, "FINI": LEAVE,
    PASS: PASS, "SALTAR": PASS, "PASSER": PASS,
    RETURN: RETURN, "ATRAS": RETURN, "RETOUR": RETURN,
}  # fmt: skip
LEFT = (
    "You have left the survey. What you answered is kept. "
    "You still get our other texts; to end those too, reply with the word STOP."
)
HANDED_OVER = "Thank you. A person will read your answers and get back to you."
THANKS = "Thank you, that was the last question."
FIRST_ALREADY = "This is the first question."
NEEDED = "This question needs an answer."


class SessionStatus(StrEnum):
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


STATUS_WORDS = {
    SessionStatus.ACTIVE: "Answering",
    SessionStatus.COMPLETED: "Finished",
    SessionStatus.LEFT: "Left",
    SessionStatus.TIMED_OUT: "Answered no more",
    SessionStatus.RESTARTED: "Began again",
    SessionStatus.HANDED_OVER: "Needs a person",
    SessionStatus.STOPPED: "Said STOP",
}


@dataclass(frozen=True)
class State:
    """Where somebody is.

    `position`: the question that was asked last, from 0; `values`: what was understood so far
    (None: skipped), by position.
    """

    questions: tuple[Question, ...]
    completion: str = ""
    position: int = 0
    misses: int = 0
    status: SessionStatus = SessionStatus.ACTIVE
    values: Mapping[int, str | None] = field(default_factory=dict)

    @property
    def question(self) -> Question:
        """The question that was asked last."""
        return self.questions[self.position]


@dataclass(frozen=True)
class Record:
    """What is written down of a text: to which question it belongs, and what we understood."""

    position: int
    state: AnswerState
    value: str | None = None


@dataclass(frozen=True)
class Step:
    """What a text does.

    `registers`: the survey is finished, and whoever finished it comes to its event.
    """

    state: State
    replies: tuple[str, ...] = ()
    record: Record | None = None
    needs_person: str = ""
    registers: bool = False


def hear(
    state: State, text: str, calendar: Calendar, *, only_bare: bool = False
) -> Step | None:
    """What a text does that is one of our own words or answers the question; None when it is
    neither.

    `only_bare`: the text may be something else (STOP, a keyword), so it must be nothing but an
    answer, and no question for free words takes it.
    """
    question = state.question
    value = read(question, text, calendar) if question.ask is Ask.CHOICE else None
    command = COMMANDS.get(plainly(text))
    if command and value is None:
        return _obeyed(state, command)
    if only_bare and not is_bare(question, text):
        return None
    value = value or read(question, text, calendar)
    return None if value is None else answered(state, value)


def answered(state: State, value: str) -> Step:
    """The question has this answer: on to the next one, or to the end."""
    return _on(state, value, AnswerState.ANSWERED)


def not_understood(state: State, why: str = "") -> Step:
    """A text that fits nothing: asked again with a hint, MOST_MISSES times; then a person has
    to look.
    """
    record = Record(state.position, AnswerState.UNCLEAR)
    if state.misses >= MOST_MISSES:
        over = replace(state, status=SessionStatus.HANDED_OVER, misses=state.misses + 1)
        return Step(over, (HANDED_OVER,), record, needs_person="unclear")
    hint = " ".join(filter(None, [why, hint_of(state.question)]))
    return Step(
        replace(state, misses=state.misses + 1),
        (f"{hint}\n{state.question.asked}",),
        record,
    )


def _obeyed(state: State, command: str) -> Step:
    if command == LEAVE:
        return Step(replace(state, status=SessionStatus.LEFT), (LEFT,))
    if command == PASS:
        return (
            not_understood(state, NEEDED)
            if state.question.required
            else _on(state, None, AnswerState.SKIPPED)
        )
    way = way_to_here(state)
    if not way:
        return Step(state, (f"{FIRST_ALREADY}\n{state.question.asked}",))
    back = replace(state, position=way[-1], misses=0)
    return Step(back, (back.question.asked,))


def _on(state: State, value: str | None, became: AnswerState) -> Step:
    record = Record(state.position, became, value)
    after = replace(state, values={**state.values, state.position: value}, misses=0)
    to = _next(state.question, state.position, value)
    if to is None or to >= len(state.questions):
        ended = replace(after, status=SessionStatus.COMPLETED)
        stays_away = (
            value is not None and state.question.leads.get(value) == END_UNREGISTERED
        )
        return Step(
            ended,
            (state.completion.strip() or THANKS,),
            record,
            registers=not stays_away,
        )
    here = replace(after, position=to)
    return Step(here, (here.question.asked,), record)


def _next(question: Question, position: int, value: str | None) -> int | None:
    """The position an answer leads to, always a later one; None for the end."""
    to = question.leads.get(value) if value is not None else None
    if to in (END, END_UNREGISTERED):
        return None
    return to - 1 if to is not None and to - 1 > position else position + 1


def way_to_here(state: State) -> list[int]:
    """The positions of the questions before this one, as the answers led here."""
    way: list[int] = []
    at: int | None = 0
    while at is not None and at < state.position:
        way.append(at)
        at = _next(state.questions[at], at, state.values.get(at))
    return way


def name_of(state: State) -> str | None:
    """The name that they gave to a question for it, the last one."""
    given = [
        state.values.get(at)
        for at, each in enumerate(state.questions)
        if each.ask is Ask.NAME
    ]
    return next((name for name in reversed(given) if name), None)


def hint_of(question: Question) -> str:
    """What helps to answer: the survey's own hint, else ours; and the words that pass the
    question or leave.
    """
    ways = (
        "Text DONE to leave."
        if question.required
        else "Text SKIP to pass it, DONE to leave."
    )
    return f"{question.hint.strip() or usual_hint(question)} {ways}"


def usual_hint(question: Question) -> str:
    """How a question wants to be answered."""
    if question.ask is Ask.CHOICE:
        kind = "number" if question.labels[0] == "1" else "letter"
        return f"Please answer with one {kind} from {question.labels[0]} to {question.labels[-1]}."
    if question.ask is Ask.NUMBER:
        return f"Please answer with one number{_bounds(question)}, in digits."
    return {
        Ask.YES_NO: "Please answer YES or NO.",
        Ask.DATE: "Please answer with one day, such as 8 May.",
        Ask.NAME: "Please answer with your name.",
    }.get(question.ask, "Please answer in words.")


def _bounds(question: Question) -> str:
    if question.low is not None and question.high is not None:
        return f" from {question.low} to {question.high}"
    if question.low is not None:
        return f" from {question.low} up"
    return f" up to {question.high}" if question.high is not None else ""


def spellings(text: str) -> set[str]:
    """How a word that starts something may be kept: folded; a survey of the first design kept
    it as it was typed.
    """
    word = folded(text)
    return {word, word.lower(), word.title()} if word else set()


def same_words(text: str, other: str) -> bool:
    """Whether two texts say the same, whatever their spelling."""
    return (plainly(text) or text.strip()) == (plainly(other) or other.strip())


def nudge(question: Question) -> str:
    """The one reminder to somebody who has not answered."""
    return f"We are still waiting for your answer. Text DONE to leave this survey.\n{question.asked}"

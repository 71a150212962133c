"""A survey played through on its form, as somebody's phone would see it: by the same machine,
and nothing is kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from app.domain.surveys import survey_aggregates
from app.domain.surveys.question_definitions import (
    FREE_TEXT_TYPES,
    QuestionType,
    SurveyQuestion,
    build_opening_text,
    list_question_problems,
)
from app.domain.surveys.survey_state_machine import (
    AnswerState,
    SurveySessionStatus,
    SurveyState,
    SurveyStep,
    apply_unclear_answer,
    find_given_name,
    process_survey_text,
)
from app.domain.texts import message_templates
from app.domain.texts.text_intent import TextIntent, classify_text, fold_text
from app.domain.time.local_times import format_day
from app.surveys.actions.survey_text_handling import (
    RESTART_NOTICE,
    build_answer_calendar,
)

MAX_SIMULATED_TEXTS, MAX_TEXT_LENGTH, MAX_SUGGESTIONS = 60, 320, 7
OPT_OUT_NOTE = "That is an opt-out: they get one confirmation and no more texts."
POSSIBLE_OPT_OUT_NOTE = (
    "That may mean STOP: nothing goes to them until somebody in the inbox decides."
)
BUILT_IN_WORD_NOTES = {
    TextIntent.HELP: "Answered by itself with your words for HELP. The survey waits.",
    TextIntent.OPT_IN: "Brings back who has said STOP. The survey waits.",
}
SURVEY_ENDED_NOTE = "The survey has ended: this text goes to the inbox, or to another keyword."
UNCLEAR_NOTE = "Not understood."
END_STATUS_SENTENCES = {
    SurveySessionStatus.LEFT: "They have left the survey, and stay on your lists.",
    SurveySessionStatus.HANDED_OVER: "Not understood three times: a person looks, in the inbox.",
    SurveySessionStatus.STOPPED: "They said STOP.",
    SurveySessionStatus.TIMED_OUT: "Somebody decides whether they said STOP.",
}


@dataclass(frozen=True)
class SurveyDraft:
    """What is played.

    `registers`: whoever finishes comes to an event; `problem`: why the word cannot begin it.
    """

    keyword: str
    intro_message: str
    questions: Sequence[SurveyQuestion]
    completion_message: str
    registers_for_event: bool = False
    keyword_problem: str = ""


@dataclass(frozen=True)
class SimulatedText:
    """A text on the phone: theirs or ours; `note` is what happens beside it."""

    is_from_person: bool
    body: str
    note: str = ""


@dataclass(frozen=True)
class SimulationResult:
    """The phone as it is now: how they stand, and what they could text next."""

    texts: Sequence[SimulatedText]
    status_text: str
    suggested_texts: Sequence[str]


def simulate_survey(
    script: SurveyDraft, said: Sequence[str], moment: datetime
) -> SimulationResult | None:
    """What becomes of the survey when somebody who begins it texts all that.

    None while it cannot be asked.
    """
    if list_question_problems(script.questions):
        return None
    phone = _SimulatedPhone(script, moment)
    for text in said[:MAX_SIMULATED_TEXTS]:
        phone.receive_text(text[:MAX_TEXT_LENGTH])
    return SimulationResult(phone.texts, phone.status_text, phone.suggested_texts)


@dataclass
class _SimulatedPhone:
    """A phone that has just texted the keyword."""

    draft: SurveyDraft
    moment: datetime
    texts: list[SimulatedText] = field(default_factory=list)
    is_registered: bool = False

    def __post_init__(self) -> None:
        self.texts.append(
            SimulatedText(True, self.draft.keyword or "…", self.draft.keyword_problem)
        )
        self._start_survey("")

    def _start_survey(self, before: str) -> None:
        self.state = SurveyState(tuple(self.draft.questions), self.draft.completion_message)
        first = build_opening_text(self.draft.intro_message, self.state.question.message_text)
        self._append_reply(f"{before}\n{first}" if before else first)

    def _append_reply(self, words: str) -> None:
        self.texts.append(
            SimulatedText(
                False,
                message_templates.fill_template(words, find_given_name(self.state)),
            )
        )

    @property
    def is_over(self) -> bool:
        return self.state.status is not SurveySessionStatus.ACTIVE

    def receive_text(self, text: str) -> None:
        """One text more, asked in the order of the router."""
        meaning, again = classify_text(text), fold_text(text) == self.draft.keyword
        if meaning is TextIntent.OPT_OUT:
            self._end_survey(text, OPT_OUT_NOTE, SurveySessionStatus.STOPPED)
        elif meaning in BUILT_IN_WORD_NOTES:
            self.texts.append(SimulatedText(True, text, BUILT_IN_WORD_NOTES[meaning]))
        elif not self.is_over and (
            step := self._read_valid_answer(
                text, again, doubtful=meaning is TextIntent.MAYBE_OPT_OUT
            )
        ):
            self._apply_step(text, step)
        elif meaning is TextIntent.MAYBE_OPT_OUT:
            self._end_survey(text, POSSIBLE_OPT_OUT_NOTE, SurveySessionStatus.TIMED_OUT)
        elif again:
            self.texts.append(SimulatedText(True, text))
            self._start_survey("" if self.is_over else RESTART_NOTICE)
        elif self.is_over:
            self.texts.append(SimulatedText(True, text, SURVEY_ENDED_NOTE))
        else:
            self._apply_step(text, apply_unclear_answer(self.state))

    def _read_valid_answer(self, text: str, again: bool, *, doubtful: bool) -> SurveyStep | None:
        question = self.state.question
        only_bare = doubtful or (again and question.question_type in FREE_TEXT_TYPES)
        return process_survey_text(
            self.state,
            text,
            build_answer_calendar(question, self.moment),
            only_bare=only_bare,
        )

    def _apply_step(self, text: str, step: SurveyStep) -> None:
        self.texts.append(SimulatedText(True, text, self._build_understood_note(step)))
        self.state, self.is_registered = (
            step.state,
            step.registers_for_event and self.draft.registers_for_event,
        )
        for reply in step.replies:
            self._append_reply(reply)

    def _build_understood_note(self, step: SurveyStep) -> str:
        record = step.record
        if record is None or record.value is None:
            unclear = record is not None and record.state is AnswerState.UNCLEAR
            return UNCLEAR_NOTE if unclear else ""
        question = self.state.questions[record.position]
        if question.question_type is QuestionType.DATE:
            return f"Understood: {format_day(date.fromisoformat(record.value), today=self.moment.date())}."
        said = survey_aggregates.format_stored_answer(question, record.value)
        return "" if question.question_type in FREE_TEXT_TYPES else f"Understood: {said}."

    def _end_survey(self, text: str, note: str, status: SurveySessionStatus) -> None:
        self.texts.append(SimulatedText(True, text, note))
        self.state = replace(self.state, status=status)

    @property
    def status_text(self) -> str:
        """How they stand, in words."""
        if not self.is_over:
            return f"On question {self.state.position + 1} of {len(self.state.questions)}."
        if self.state.status is SurveySessionStatus.COMPLETED:
            beside = " They are registered for the event." if self.is_registered else ""
            apart = (
                " They are not registered for the event."
                if self.draft.registers_for_event and not self.is_registered
                else ""
            )
            return f"Finished.{beside}{apart}"
        return END_STATUS_SENTENCES[self.state.status]

    @property
    def suggested_texts(self) -> list[str]:
        """Some texts to try: what would answer, and what would not."""
        if self.is_over:
            return [self.draft.keyword] if self.draft.keyword else []
        question = self.state.question
        some = {
            QuestionType.YES_NO: ["Yes", "No"],
            QuestionType.CHOICE: [*question.choice_labels[: MAX_SUGGESTIONS - 3]],
            QuestionType.NUMBER: [
                str(question.low if question.low is not None else min(4, question.high or 4))
            ],
            QuestionType.DATE: ["Tomorrow"],
            QuestionType.NAME: ["Zoë Hernández"],
        }
        return [
            *some.get(question.question_type, []),
            "What?",
            "BACK" if self.state.position else "SKIP",
            "DONE",
        ]

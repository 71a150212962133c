"""A survey played through on its form, as somebody's phone would see it.

The survey machine is the one that answers real texts, and nothing is stored.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from app.core.local_formats import format_day
from app.domain.surveys import survey_aggregates
from app.domain.surveys.question_definitions import (
    FREE_TEXT_TYPES,
    QuestionType,
    SurveyQuestion,
    build_opening_text,
)
from app.domain.surveys.question_problems import list_question_problems
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
from app.domain.texts.text_intent import TextIntent, classify_text
from app.domain.texts.word_folding import fold_keyword
from app.organisation import queries as organisation
from app.surveys.actions.survey_starts import RESTART_NOTICE
from app.surveys.queries.answer_calendar import build_answer_calendar

MAX_SIMULATED_TEXTS = 60
MAX_TEXT_LENGTH = 320
MAX_SUGGESTIONS = 7
OPT_OUT_NOTE = "This is an opt-out: they get one confirmation and no more texts."
POSSIBLE_OPT_OUT_NOTE = "This may be an opt-out: texts to them pause until you decide in the inbox."
BUILT_IN_WORD_NOTES = {
    TextIntent.HELP: "Answered with your HELP reply. The survey waits.",
    TextIntent.OPT_IN: "Opts them back in. The survey waits.",
}
SURVEY_ENDED_NOTE = "The survey has ended: this text goes to the inbox, or to another keyword."
UNCLEAR_NOTE = "Not understood."
END_STATUS_SENTENCES = {
    SurveySessionStatus.LEFT: "They ended the survey and are still on your lists.",
    SurveySessionStatus.HANDED_OVER: "Not understood three times: it needs review in your inbox.",
    SurveySessionStatus.STOPPED: "They opted out.",
    SurveySessionStatus.TIMED_OUT: "Your inbox asks whether they meant STOP.",
}


@dataclass(frozen=True)
class SurveyDraft:
    """What is played.

    `registers_for_event`: whoever finishes comes to an event; `keyword_problem`: why the word
    cannot begin it, else "".
    """

    keyword: str
    intro_message: str
    questions: Sequence[SurveyQuestion]
    completion_message: str
    registers_for_event: bool = False
    keyword_problem: str = ""


@dataclass(frozen=True)
class SimulatedText:
    """A text on the phone, theirs or ours; `note` is shown beside it."""

    is_from_person: bool
    body: str
    note: str = ""


@dataclass(frozen=True)
class SimulationResult:
    """The phone as it is now: its texts, how they stand, and what they could text next."""

    texts: Sequence[SimulatedText]
    status_text: str
    suggested_texts: Sequence[str]


def simulate_survey(
    draft: SurveyDraft, texts: Sequence[str], moment: datetime
) -> SimulationResult | None:
    """Play the survey with somebody who begins it and texts all that.

    None while its questions cannot be asked.
    """
    # Half-written questions can be typed: there is nothing to play yet.
    if list_question_problems(draft.questions):
        return None
    phone = _SimulatedPhone(draft, moment)
    for text in texts[:MAX_SIMULATED_TEXTS]:
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
        self._append_text(self.draft.keyword or "KEYWORD", self.draft.keyword_problem)
        self._start_survey()

    def _start_survey(self, notice: str = "") -> None:
        self.state = SurveyState(tuple(self.draft.questions), self.draft.completion_message)
        opening = build_opening_text(self.draft.intro_message, self.state.question.message_text)
        self._append_reply(f"{notice}\n{opening}" if notice else opening)

    def _append_text(self, body: str, note: str = "") -> None:
        self.texts.append(SimulatedText(True, body, note))

    def _append_reply(self, template: str) -> None:
        values = organisation.get_text_values_for(template)
        body = message_templates.fill_template(template, find_given_name(self.state), values)
        self.texts.append(SimulatedText(False, body))

    @property
    def is_over(self) -> bool:
        return self.state.status is not SurveySessionStatus.ACTIVE

    def receive_text(self, text: str) -> None:
        """Handle one more text, in the order of the handlers of inbound_router."""
        intent = classify_text(text)
        if intent is TextIntent.OPT_OUT:
            self._end_survey(text, OPT_OUT_NOTE, SurveySessionStatus.STOPPED)
        elif intent in BUILT_IN_WORD_NOTES:
            self._append_text(text, BUILT_IN_WORD_NOTES[intent])
        else:
            self._receive_survey_text(text, doubtful=intent is TextIntent.MAYBE_OPT_OUT)

    def _receive_survey_text(self, text: str, *, doubtful: bool) -> None:
        is_keyword = fold_keyword(text) == fold_keyword(self.draft.keyword)
        step = self._compute_valid_step(text, only_bare=doubtful, is_keyword=is_keyword)
        if step:
            self._apply_step(text, step)

        elif doubtful:
            self._end_survey(text, POSSIBLE_OPT_OUT_NOTE, SurveySessionStatus.TIMED_OUT)
        elif is_keyword:
            self._append_text(text)
            self._start_survey("" if self.is_over else RESTART_NOTICE)
        elif self.is_over:
            self._append_text(text, SURVEY_ENDED_NOTE)
        else:
            self._apply_step(text, apply_unclear_answer(self.state))

    def _compute_valid_step(
        self, text: str, *, only_bare: bool, is_keyword: bool
    ) -> SurveyStep | None:
        if self.is_over:
            return None
        question = self.state.question
        if is_keyword and question.question_type in FREE_TEXT_TYPES:
            only_bare = True
        calendar = build_answer_calendar(question, self.moment)
        return process_survey_text(self.state, text, calendar, only_bare=only_bare)

    def _apply_step(self, text: str, step: SurveyStep) -> None:
        self._append_text(text, self._build_understood_note(step))
        self.state = step.state
        self.is_registered = step.registers_for_event and self.draft.registers_for_event
        for reply in step.replies:
            self._append_reply(reply)

    def _build_understood_note(self, step: SurveyStep) -> str:
        record = step.record
        if record is None:
            return ""
        if record.value is None:
            return UNCLEAR_NOTE if record.state is AnswerState.UNCLEAR else ""
        question = self.state.questions[record.position]
        if question.question_type in FREE_TEXT_TYPES:
            return ""
        if question.question_type is QuestionType.DATE:
            day = date.fromisoformat(record.value)
            return f"Understood: {format_day(day)}."
        return f"Understood: {survey_aggregates.format_stored_answer(question, record.value)}."

    def _end_survey(
        self,
        text: str,
        note: str,
        status: SurveySessionStatus,
    ) -> None:
        self._append_text(text, note)
        self.state = replace(self.state, status=status)

    @property
    def status_text(self) -> str:
        """Status, in words."""
        if not self.is_over:
            return f"On question {self.state.position + 1} of {len(self.state.questions)}."
        if self.state.status is not SurveySessionStatus.COMPLETED:
            return END_STATUS_SENTENCES[self.state.status]
        if self.is_registered:
            return "Finished. They are registered for the event."
        if self.draft.registers_for_event:
            return "Finished. They are not registered for the event."
        return "Finished."

    @property
    def suggested_texts(self) -> list[str]:
        """Some texts to try: what would answer, and what would not."""
        if self.is_over:
            return [self.draft.keyword] if self.draft.keyword else []
        passing_word = "BACK" if self.state.position else "SKIP"
        return [*_suggest_answers(self.state.question), "What?", passing_word, "DONE"]


def _suggest_answers(question: SurveyQuestion) -> list[str]:
    """Return texts that answer the question, none for free words."""
    if question.question_type is QuestionType.CHOICE:
        return [*question.choice_labels[: MAX_SUGGESTIONS - 3]]
    if question.question_type is QuestionType.NUMBER:
        number = min(4, question.high or 4) if question.low is None else question.low
        return [str(number)]
    suggestions = {
        QuestionType.YES_NO: ["Yes", "No"],
        QuestionType.DATE: ["Tomorrow"],
        QuestionType.NAME: ["Zoë Hernández"],
    }
    return suggestions.get(question.question_type, [])

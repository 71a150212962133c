"""What a text does to a survey, said in the language of whoever sent it. Inside write()."""

from typing import NamedTuple

from app.domain.surveys.question_definitions import FREE_TEXT_TYPES
from app.domain.surveys.survey_state_machine import (
    SurveyState,
    SurveyStep,
    apply_unclear_answer,
    process_survey_text,
)
from app.domain.texts.inbound_text import InboundText
from app.surveys.actions.answered_languages import learn_answered_language
from app.surveys.queries import trigger_words
from app.surveys.queries.answer_calendar import build_answer_calendar
from app.surveys.queries.reader_surveys import ReaderTexts, load_reader_texts


class ReaderStep(NamedTuple):
    """What a text does, with the replies as the person reads them, and where these are from."""

    step: SurveyStep
    texts: ReaderTexts


def compute_reader_step(
    state: SurveyState, survey_id: int, text: InboundText, *, only_valid: bool, doubtful: bool
) -> ReaderStep | None:
    """Return what the text does to the session, None when it is left to others.

    The answer that names a language sets it: the next question is asked in it.
    """
    texts = load_reader_texts(text.phone, state.questions, state.completion)
    step = _compute_step(
        texts.translate_state(state), text, only_valid=only_valid, doubtful=doubtful
    )
    if step is None:
        return None
    if learn_answered_language(state.question, step.record, survey_id, text):
        texts = load_reader_texts(text.phone, state.questions, state.completion)
        translated = texts.translate_state(state)
        step = _compute_step(translated, text, only_valid=only_valid, doubtful=doubtful) or step
    return ReaderStep(step, texts)


def _compute_step(
    state: SurveyState, text: InboundText, *, only_valid: bool, doubtful: bool
) -> SurveyStep | None:
    """Return what the text does to the session, None when it is left to others.

    A word that starts something is no free words, as long as what it starts may take it.
    """
    # STOP and the words of keywords come before free words; a bare YES or 5 is still an answer.
    only_bare = doubtful
    if not doubtful and only_valid and state.question.question_type in FREE_TEXT_TYPES:
        only_bare = text.may_use_trigger_words and trigger_words.is_trigger_word(text.words)
    calendar = build_answer_calendar(state.question, text.moment)
    step = process_survey_text(state, text.words, calendar, only_bare=only_bare)
    if step is None and not only_valid and not doubtful:
        return apply_unclear_answer(state)
    return step

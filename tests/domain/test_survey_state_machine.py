"""The machine: one person's way through a survey."""

from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.surveys.answer_dates import DateContext
from app.domain.surveys.answer_folding import is_same_answer
from app.domain.surveys.question_definitions import (
    END_OF_SURVEY,
    END_WITHOUT_REGISTRATION,
    QuestionType,
    SurveyQuestion,
)
from app.domain.surveys.survey_state_machine import (
    MAX_UNCLEAR_ANSWERS,
    AnswerState,
    SurveySessionStatus,
    SurveyState,
    apply_unclear_answer,
    find_given_name,
    list_visited_positions,
    process_survey_text,
)
from app.domain.surveys.survey_words import SurveyPhrase, say

TODAY = DateContext(date(2026, 11, 26))
COMING = SurveyQuestion("Coming?", QuestionType.YES_NO, branches={"no": END_WITHOUT_REGISTRATION})
MANY = SurveyQuestion("How many?", QuestionType.NUMBER, low=1, high=20, required=True)
NAME = SurveyQuestion("Your name?", QuestionType.NAME)
ELSE = SurveyQuestion("Anything else?")
PICNIC = SurveyState((COMING, MANY, NAME, ELSE), "See you there.")


def after(*texts, state=PICNIC):
    """Return the last step of these texts."""
    step = None
    for text in texts:
        step = process_survey_text(state, text, TODAY) or apply_unclear_answer(state)
        state = step.state
    return step


def test_from_the_first_question_to_the_last_words():
    assert after("yes").replies == ("How many?",)
    assert after("yes", "4").replies == ("Your name?",)
    step = after("yes", "4", "I'm Zoë", "no")
    assert (step.replies, step.registers_for_event) == (("See you there.",), True)
    assert step.state.status is SurveySessionStatus.COMPLETED
    assert step.state.values == {0: "yes", 1: "4", 2: "Zoë", 3: "no"}
    assert find_given_name(step.state) == "Zoë"


def test_an_answer_may_end_it_without_registering():
    step = after("no")
    assert (step.state.status, step.registers_for_event, step.replies) == (
        SurveySessionStatus.COMPLETED,
        False,
        ("See you there.",),
    )
    ends = replace(PICNIC, questions=(replace(COMING, branches={"no": END_OF_SURVEY}), MANY))
    assert after("no", state=ends).registers_for_event


def test_an_answer_may_lead_over_questions_and_back_goes_the_same_way():
    state = replace(PICNIC, questions=(replace(COMING, branches={"no": 4}), MANY, NAME, ELSE))
    assert after("no", state=state).replies == ("Anything else?",)
    assert list_visited_positions(after("no", state=state).state) == [0]
    assert after("no", "back", state=state).replies == ("Coming? Reply YES or NO.",)
    assert after("no", "BACK", "yes", "back", state=state).state.position == 0


def test_asked_again_twice_with_a_hint_then_a_person():
    first, second = after("yes", "a few"), after("yes", "a few", "some")
    assert first.replies == (
        "Please answer with one number from 1 to 20, in digits. Text DONE to leave.\nHow many?",
    )
    assert second.state.misses == 2
    third = after("yes", "a few", "some", "lots")
    assert (third.state.status, third.needs_person, third.replies) == (
        SurveySessionStatus.HANDED_OVER,
        "unclear",
        (say(SurveyPhrase.HANDED_OVER),),
    )


def test_an_understood_answer_forgives_the_misses():
    assert after("yes", "a few", "4").state.misses == 0


def test_skip_passes_what_is_not_needed():
    step = after("yes", "4", "skip")
    assert (step.record.state, step.record.value, step.replies) == (
        AnswerState.SKIPPED,
        None,
        ("Anything else?",),
    )
    needed = after("yes", "SKIP")
    assert needed.replies[0].startswith("This question needs an answer.")
    assert needed.state.position == 1


def test_back_asks_the_question_before():
    assert after("yes", "4", "back").replies == ("How many?",)
    assert after("back").replies == (
        f"{say(SurveyPhrase.FIRST_QUESTION)}\nComing? Reply YES or NO.",
    )


def test_done_leaves_at_any_time_and_says_what_it_means():
    step = after("yes", "Done.")
    assert (step.state.status, step.replies, step.record) == (
        SurveySessionStatus.LEFT,
        (say(SurveyPhrase.LEFT),),
        None,
    )
    assert "STOP" in say(SurveyPhrase.LEFT)


def test_no_completion_message_is_still_an_end():
    assert after("hello", state=SurveyState((ELSE,))).replies == (say(SurveyPhrase.COMPLETED),)


def test_free_words_do_not_take_what_may_mean_something_else():
    """Neither for what may mean STOP, nor for a keyword."""
    for question in (ELSE, NAME):
        assert (
            process_survey_text(SurveyState((question,)), "leave me alone", TODAY, only_bare=True)
            is None
        )
    assert process_survey_text(SurveyState((COMING,)), "No thanks!", TODAY, only_bare=True)
    assert (
        process_survey_text(SurveyState((COMING,)), "No, don't text me", TODAY, only_bare=True)
        is None
    )
    assert process_survey_text(SurveyState((MANY,)), "4", TODAY, only_bare=True)
    assert (
        process_survey_text(SurveyState((MANY,)), "text me 4 times", TODAY, only_bare=True) is None
    )
    assert process_survey_text(SurveyState((ELSE,)), "DONE", TODAY, only_bare=True)


def test_spanish_and_french_words_of_ours():
    assert after("yes", "4", "saltar").record.state is AnswerState.SKIPPED
    assert after("yes", "atrás").state.position == 0
    assert after("yes", "fini").state.status is SurveySessionStatus.LEFT


def test_the_same_words():
    assert is_same_answer("Yes!", "yes")
    assert is_same_answer("👍", "👍 ")
    assert not is_same_answer("👍", "👎")


WORDS = [
    "yes",
    "no",
    "4",
    "four",
    "99",
    "Zoë",
    "skip",
    "back",
    "done",
    "👍",
    "",
    "x" * 2000,
    "1",
    "B",
    "tomorrow",
    "Cake",
]
QUESTIONS = st.builds(
    lambda kind, required, lead: SurveyQuestion(
        "What?",
        kind,
        choices=("Pizza", "Cake", "Other") if kind is QuestionType.CHOICE else (),
        required=required,
        branches={"yes": lead, "Cake": lead},
    ),
    st.sampled_from(QuestionType),
    st.booleans(),
    st.integers(-1, 12),
)


@settings(max_examples=300)
@given(
    st.lists(QUESTIONS, min_size=1, max_size=8),
    st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=40))),
)
def test_any_texts_end_in_a_legal_state_and_no_answer_is_lost(questions, texts):
    """Property: whatever is texted, every text that is taken is one of our words or written
    down once; the position stays inside; it ends at most once; and what was understood is
    what the state holds.
    """
    state, written = SurveyState(tuple(questions)), {}
    for text in texts:
        step = process_survey_text(state, text, TODAY) or apply_unclear_answer(state)
        if step.record and step.record.state is not AnswerState.UNCLEAR:
            written[step.record.position] = step.record.value
        assert step.replies
        assert all(reply.strip() for reply in step.replies)
        assert 0 <= step.state.position < len(questions)
        assert step.state.misses <= MAX_UNCLEAR_ANSWERS + 1
        assert (
            step.record
            or step.state.status is SurveySessionStatus.LEFT
            or step.state.position <= state.position
        )
        assert step.state.values == written
        assert all(place < step.state.position for place in list_visited_positions(step.state))
        assert bool(step.needs_person) == (step.state.status is SurveySessionStatus.HANDED_OVER)
        state = step.state
        if state.status is not SurveySessionStatus.ACTIVE:
            break
    assert state.status in set(SurveySessionStatus) - {
        SurveySessionStatus.TIMED_OUT,
        SurveySessionStatus.RESTARTED,
        SurveySessionStatus.STOPPED,
    }

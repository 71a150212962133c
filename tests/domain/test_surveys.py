"""The machine: one person's way through a survey."""

from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.dates import Calendar
from app.domain.questions import END, END_UNREGISTERED, Ask, Question
from app.domain.surveys import (
    FIRST_ALREADY,
    HANDED_OVER,
    LEFT,
    MOST_MISSES,
    THANKS,
    AnswerState,
    SessionStatus,
    State,
    hear,
    name_of,
    not_understood,
    same_words,
    way_to_here,
)

TODAY = Calendar(date(2026, 11, 26))
COMING = Question("Coming?", Ask.YES_NO, leads={"no": END_UNREGISTERED})
MANY = Question("How many?", Ask.NUMBER, low=1, high=20, required=True)
NAME = Question("Your name?", Ask.NAME)
ELSE = Question("Anything else?")
PICNIC = State((COMING, MANY, NAME, ELSE), "See you there.")


def after(*texts, state=PICNIC):
    """The last step of these texts."""
    step = None
    for text in texts:
        step = hear(state, text, TODAY) or not_understood(state)
        state = step.state
    return step


def test_from_the_first_question_to_the_last_words():
    assert after("yes").replies == ("How many?",)
    assert after("yes", "4").replies == ("Your name?",)
    step = after("yes", "4", "I'm Zoë", "no")
    assert (step.replies, step.registers) == (("See you there.",), True)
    assert step.state.status is SessionStatus.COMPLETED
    assert step.state.values == {0: "yes", 1: "4", 2: "Zoë", 3: "no"}
    assert name_of(step.state) == "Zoë"


def test_an_answer_may_end_it_without_registering():
    step = after("no")
    assert (step.state.status, step.registers, step.replies) == (
        SessionStatus.COMPLETED,
        False,
        ("See you there.",),
    )
    ends = replace(PICNIC, questions=(replace(COMING, leads={"no": END}), MANY))
    assert after("no", state=ends).registers


def test_an_answer_may_lead_over_questions_and_back_goes_the_same_way():
    state = replace(
        PICNIC, questions=(replace(COMING, leads={"no": 4}), MANY, NAME, ELSE)
    )
    assert after("no", state=state).replies == ("Anything else?",)
    assert way_to_here(after("no", state=state).state) == [0]
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
        SessionStatus.HANDED_OVER,
        "unclear",
        (HANDED_OVER,),
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
    assert after("back").replies == (f"{FIRST_ALREADY}\nComing? Reply YES or NO.",)


def test_done_leaves_at_any_time_and_says_what_it_means():
    step = after("yes", "Done.")
    assert (step.state.status, step.replies, step.record) == (
        SessionStatus.LEFT,
        (LEFT,),
        None,
    )
    assert "STOP" in LEFT


def test_no_completion_message_is_still_an_end():
    assert after("hello", state=State((ELSE,))).replies == (THANKS,)


def test_free_words_do_not_take_what_may_mean_something_else():
    """A text that perhaps means STOP, or is the keyword of something."""
    for question in (ELSE, NAME):
        assert hear(State((question,)), "leave me alone", TODAY, only_bare=True) is None
    assert hear(State((COMING,)), "No thanks!", TODAY, only_bare=True)
    assert hear(State((COMING,)), "No, don't text me", TODAY, only_bare=True) is None
    assert hear(State((MANY,)), "4", TODAY, only_bare=True)
    assert hear(State((MANY,)), "text me 4 times", TODAY, only_bare=True) is None
    assert hear(State((ELSE,)), "DONE", TODAY, only_bare=True)


def test_spanish_and_french_words_of_ours():
    assert after("yes", "4", "saltar").record.state is AnswerState.SKIPPED
    assert after("yes", "atrás").state.position == 0
    assert after("yes", "fini").state.status is SessionStatus.LEFT


def test_the_same_words():
    assert same_words("Yes!", "yes")
    assert same_words("👍", "👍 ")
    assert not same_words("👍", "👎")


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
    lambda kind, required, lead: Question(
        "What?",
        kind,
        choices=("Pizza", "Cake", "Other") if kind is Ask.CHOICE else (),
        required=required,
        leads={"yes": lead, "Cake": lead},
    ),
    st.sampled_from(Ask),
    st.booleans(),
    st.integers(-1, 12),
)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(QUESTIONS, min_size=1, max_size=8),
    st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=40))),
)
def test_any_texts_end_in_a_legal_state_and_no_answer_is_lost(questions, texts):
    """Property: whatever is texted, every text that is taken is one of our words or written
    down once; the position stays inside; it ends at most once; and what was understood is
    what the state holds.
    """
    state, written = State(tuple(questions)), {}
    for text in texts:
        step = hear(state, text, TODAY) or not_understood(state)
        if step.record and step.record.state is not AnswerState.UNCLEAR:
            written[step.record.position] = step.record.value
        assert step.replies
        assert all(reply.strip() for reply in step.replies)
        assert 0 <= step.state.position < len(questions)
        assert step.state.misses <= MOST_MISSES + 1
        assert (
            step.record
            or step.state.status is SessionStatus.LEFT
            or step.state.position <= state.position
        )
        assert step.state.values == written
        assert all(place < step.state.position for place in way_to_here(step.state))
        assert bool(step.needs_person) == (
            step.state.status is SessionStatus.HANDED_OVER
        )
        state = step.state
        if state.status is not SessionStatus.ACTIVE:
            break
    assert state.status in set(SessionStatus) - {
        SessionStatus.TIMED_OUT,
        SessionStatus.RESTARTED,
        SessionStatus.STOPPED,
    }

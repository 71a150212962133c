"""Which listed text belongs to which attempt."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.delivery import lookup_matching
from app.domain.delivery.lookup_matching import (
    MATCH_TOLERANCE_AFTER,
    MATCH_TOLERANCE_BEFORE,
    CarrierMessage,
    UncertainAttempt,
    match_carrier_messages,
)

NOON = datetime(2026, 5, 8, 12, 0, tzinfo=UTC)
ZOE, OURS = "+13035550142", "+13035550100"
NO_SKEW = timedelta()


def noon_plus(**more):
    return NOON + timedelta(**more)


def make_attempt(number=1, started=0.0, lasted: float | None = 1.0, body="Hello"):
    begun = noon_plus(seconds=started)
    ended = None if lasted is None else begun + timedelta(seconds=lasted)
    return UncertainAttempt(number, number, 1, ZOE, OURS, body, begun, ended)


def make_message(sid="SM1", created=0.0, **more):
    text = CarrierMessage(
        sid,
        "sent",
        "outbound-api",
        ZOE,
        frozenset({OURS}),
        "Hello",
        noon_plus(seconds=created),
    )
    return replace(text, **more)


def pairs_of(match):
    return {attempt.attempt_id: text.sid for attempt, text in match.matched}


# case F38 of docs/cases.md
@pytest.mark.parametrize(
    ("our_body", "listed_body"),
    [
        ("Hello", "Hello"),
        ("Hello", ""),
        ("Hello", "Sent from your Twilio trial account - Hello"),
        ("It’s “on” – come…", 'It\'s "on" - come...'),
        ("Doors\u00a0open\u200b at 6", "Doors open at 6"),
        ("It’s on", "Sent from your Twilio trial account - It's on"),
        ("One\r\ntwo", "One\ntwo"),
    ],
)
def test_a_copy_that_was_redacted_prefixed_or_made_plain_is_the_same_text(our_body, listed_body):
    assert lookup_matching.is_same_body(listed_body, our_body)


@pytest.mark.parametrize(
    "listed_body",
    ["Hello!", "hello", "Hello Hello", "Sent from your Twilio trial account - Bye"],
)
def test_another_text_is_another_text(listed_body):
    assert not lookup_matching.is_same_body(listed_body, "Hello")


# case F38 of docs/cases.md
@pytest.mark.parametrize(
    ("changed", "fits"),
    [
        ({}, True),
        ({"created_at": noon_plus(seconds=-2)}, True),
        ({"created_at": noon_plus(seconds=-3)}, False),
        ({"created_at": noon_plus(minutes=-10)}, False),
        ({"created_at": noon_plus(seconds=121)}, True),
        ({"created_at": noon_plus(seconds=122)}, False),
        ({"direction": "inbound"}, False),
        ({"to": "+13035550143"}, False),
        ({"senders": frozenset({"+13035550199"})}, False),
        ({"senders": frozenset({"+13035550199", OURS})}, True),
        ({"body": "Bye"}, False),
    ],
)
def test_what_was_made_at_the_time_from_us_to_them_may_be_it(changed, fits):
    assert (
        lookup_matching.is_possible_match(
            replace(make_message(), **changed), make_attempt(), NO_SKEW
        )
        is fits
    )


def test_the_carriers_clock_may_be_hours_away_from_ours():
    ahead = timedelta(hours=3)
    assert lookup_matching.is_possible_match(make_message(created=3 * 3600), make_attempt(), ahead)
    assert not lookup_matching.is_possible_match(make_message(), make_attempt(), ahead)
    assert lookup_matching.is_possible_match(
        make_message(created=-600), make_attempt(), timedelta(minutes=-10)
    )


def test_one_text_for_one_doubt_is_it():
    match = match_carrier_messages([make_attempt()], [make_message()], (), NO_SKEW)
    assert pairs_of(match) == {1: "SM1"}
    assert match.missing == ()


def test_what_is_somebodys_already_is_nobody_elses():
    match = match_carrier_messages([make_attempt()], [make_message()], {"SM1"}, NO_SKEW)
    assert pairs_of(match) == {}
    assert match.missing == (make_attempt(),)


def test_two_texts_for_two_doubts_are_paired_by_time():
    match = match_carrier_messages(
        [make_attempt(2, started=30), make_attempt(1)],
        [make_message("SMb", 31), make_message("SMa", 1)],
        (),
        NO_SKEW,
    )
    assert pairs_of(match) == {1: "SMa", 2: "SMb"}


def test_one_text_that_could_be_either_of_two_leaves_both_in_doubt():
    match = match_carrier_messages(
        [make_attempt(1), make_attempt(2, started=30)], [make_message(created=31)], (), NO_SKEW
    )
    assert pairs_of(match) == {}
    assert match.missing == ()


def test_two_texts_for_one_doubt_leave_it_in_doubt():
    match = match_carrier_messages(
        [make_attempt()], [make_message("SMa"), make_message("SMb", 5)], (), NO_SKEW
    )
    assert (pairs_of(match), match.missing) == ({}, ())


def test_doubts_about_other_words_do_not_stand_in_each_others_way():
    about_bye = make_attempt(2, body="Bye")
    match = match_carrier_messages([make_attempt(1), about_bye], [make_message()], (), NO_SKEW)
    assert pairs_of(match) == {1: "SM1"}
    assert match.missing == (about_bye,)


def test_a_text_that_is_still_on_the_wire_may_be_the_listed_one():
    match = match_carrier_messages(
        [make_attempt(1), make_attempt(2, started=20, lasted=None)],
        [make_message("SMa"), make_message("SMb", 21)],
        (),
        NO_SKEW,
    )
    assert (pairs_of(match), match.missing) == ({}, ())


MOMENTS = st.integers(-400, 900)
DOUBTS = st.lists(
    st.tuples(
        MOMENTS,
        st.one_of(st.none(), st.integers(0, 60)),
        st.sampled_from(["Hello", "Bye"]),
    ),
    max_size=6,
)
TEXTS = st.lists(
    st.tuples(st.integers(0, 5), MOMENTS, st.sampled_from(["Hello", "Bye", "", "Other"])),
    max_size=8,
)


@given(
    DOUBTS,
    TEXTS,
    st.sets(st.integers(0, 5), max_size=2),
    st.sampled_from([0, 7200, -7200]),
)
def test_no_text_is_adopted_twice_or_outside_its_window(doubts, texts, stored_numbers, ahead):
    attempts = [
        make_attempt(n, started, lasted, body) for n, (started, lasted, body) in enumerate(doubts)
    ]
    skew = timedelta(seconds=ahead)
    messages = [make_message(f"SM{n}", created + ahead, body=body) for n, created, body in texts]
    stored_sids = {f"SM{n}" for n in stored_numbers}
    match = match_carrier_messages(attempts, messages, stored_sids, skew)
    sids = [text.sid for _, text in match.matched]
    adopters = [attempt.attempt_id for attempt, _ in match.matched]
    assert len(set(sids)) == len(sids)
    assert len(set(adopters)) == len(adopters)
    assert not stored_sids & set(sids)
    for attempt, text in match.matched:
        assert attempt.ended_at is not None
        assert (
            attempt.started_at + skew - MATCH_TOLERANCE_BEFORE
            <= text.created_at
            <= attempt.ended_at + skew + MATCH_TOLERANCE_AFTER
        )
        assert text.body in ("", attempt.body)
    assert not set(match.missing) & {attempt for attempt, _ in match.matched}


@given(st.lists(st.integers(0, 600), min_size=1, max_size=6, unique=True), st.randoms())
def test_as_many_texts_as_doubts_are_all_paired_in_their_order(starts, random):
    attempts = [make_attempt(n, started) for n, started in enumerate(sorted(starts))]
    messages = [make_message(f"SM{n}", started + 1) for n, started in enumerate(sorted(starts))]
    random.shuffle(messages)
    assert pairs_of(match_carrier_messages(attempts, messages, (), NO_SKEW)) == {
        n: f"SM{n}" for n in range(len(starts))
    }

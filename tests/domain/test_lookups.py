"""When texts are looked up, what follows from finding nothing, and which listed text belongs to
which attempt.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.delivery import lookup_matching, message_lookups
from app.domain.delivery.lookup_matching import (
    MATCH_TOLERANCE_AFTER,
    MATCH_TOLERANCE_BEFORE,
    CarrierMessage,
    UncertainAttempt,
    match_carrier_messages,
)
from app.domain.delivery.message_lookups import (
    compute_first_lookup,
    compute_next_lookup,
    find_status_without_news,
)
from app.domain.delivery.message_statuses import MessageStatus

S = MessageStatus
NOON = datetime(2026, 5, 8, 12, 0, tzinfo=UTC)
ZOE, OURS = "+13035550142", "+13035550100"
NO_SKEW = timedelta()


def after(**more):
    return NOON + timedelta(**more)


def doubt(number=1, started=0.0, lasted: float | None = 1.0, body="Hello"):
    begun = after(seconds=started)
    ended = None if lasted is None else begun + timedelta(seconds=lasted)
    return UncertainAttempt(number, number, 1, ZOE, OURS, body, begun, ended)


def listed(sid="SM1", made=0.0, **more):
    text = CarrierMessage(
        sid,
        "sent",
        "outbound-api",
        ZOE,
        frozenset({OURS}),
        "Hello",
        after(seconds=made),
    )
    return replace(text, **more)


def pairs(found):
    return {doubt.attempt_id: text.sid for doubt, text in found.matched}


def test_f5_a_text_in_doubt_is_looked_up_seven_times():
    moment, seen = NOON, []
    while moment := compute_next_lookup(S.UNKNOWN, NOON, moment):
        seen.append((moment - NOON).total_seconds())
    assert seen == [30, 120, 600, 1800, 7200, 21600, 86400]


def test_f39_a_text_without_a_receipt_is_looked_up_five_times():
    moment, seen = NOON, []
    while moment := compute_next_lookup(S.SENT, NOON, moment):
        seen.append((moment - NOON).total_seconds() / 3600)
    assert seen == pytest.approx([1 / 6, 1, 6, 24, 72])


def test_the_first_look_up_is_half_a_minute_or_ten_after_and_none_of_what_is_certain():
    assert compute_first_lookup(S.UNKNOWN, NOON) == after(seconds=30)
    assert (
        compute_first_lookup(S.ACCEPTED, NOON)
        == compute_first_lookup(S.SENT, NOON)
        == after(minutes=10)
    )
    assert {status for status in S if compute_first_lookup(status, NOON)} == {
        S.UNKNOWN,
        S.ACCEPTED,
        S.SENT,
    }


def test_after_a_night_without_power_one_look_up_stands_for_those_that_were_missed():
    assert compute_next_lookup(S.UNKNOWN, NOON, after(hours=8)) == after(hours=24)
    assert compute_next_lookup(S.UNKNOWN, NOON, after(hours=24)) is None


@pytest.mark.parametrize(
    ("status", "hours", "then"),
    [
        (S.UNKNOWN, 23.99, None),
        (S.UNKNOWN, 24, S.NOT_SENT),
        (S.ACCEPTED, 71.9, None),
        (S.ACCEPTED, 72, S.NO_RECEIPT),
        (S.SENT, 72, S.NO_RECEIPT),
        (S.NOT_SENT, 1000, None),
        (S.NO_RECEIPT, 1000, None),
        (S.DELIVERED, 1000, None),
    ],
)
def test_only_the_last_look_up_ends_a_doubt(status, hours, then):
    assert find_status_without_news(status, NOON, after(hours=hours)) is then


@pytest.mark.parametrize(
    ("http_status", "retry_after", "seconds"),
    [
        (None, None, 60),
        (500, None, 60),
        (429, 7, 60),
        (429, 300, 300),
        (429, 99_999, 3600),
        (401, None, 600),
    ],
)
def test_a_carrier_that_does_not_answer_is_left_alone_for_a_while(
    http_status, retry_after, seconds
):
    assert message_lookups.compute_lookup_retry_seconds(http_status, retry_after) == seconds


@pytest.mark.parametrize(
    ("ours", "theirs"),
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
def test_f38_a_copy_that_was_redacted_prefixed_or_made_plain_is_the_same_text(ours, theirs):
    assert lookup_matching.is_same_body(theirs, ours)


@pytest.mark.parametrize(
    "theirs",
    ["Hello!", "hello", "Hello Hello", "Sent from your Twilio trial account - Bye"],
)
def test_another_text_is_another_text(theirs):
    assert not lookup_matching.is_same_body(theirs, "Hello")


@pytest.mark.parametrize(
    ("changed", "fits"),
    [
        ({}, True),
        ({"created_at": after(seconds=-2)}, True),
        ({"created_at": after(seconds=-3)}, False),
        ({"created_at": after(minutes=-10)}, False),
        ({"created_at": after(seconds=121)}, True),
        ({"created_at": after(seconds=122)}, False),
        ({"direction": "inbound"}, False),
        ({"to": "+13035550143"}, False),
        ({"senders": frozenset({"+13035550199"})}, False),
        ({"senders": frozenset({"+13035550199", OURS})}, True),
        ({"body": "Bye"}, False),
    ],
)
def test_f38_what_was_made_at_the_time_from_us_to_them_may_be_it(changed, fits):
    assert lookup_matching.is_possible_match(replace(listed(), **changed), doubt(), NO_SKEW) is fits


def test_the_carriers_clock_may_be_hours_away_from_ours():
    ahead = timedelta(hours=3)
    assert lookup_matching.is_possible_match(listed(made=3 * 3600), doubt(), ahead)
    assert not lookup_matching.is_possible_match(listed(), doubt(), ahead)
    assert lookup_matching.is_possible_match(listed(made=-600), doubt(), timedelta(minutes=-10))


def test_one_text_for_one_doubt_is_it():
    found = match_carrier_messages([doubt()], [listed()], (), NO_SKEW)
    assert pairs(found) == {1: "SM1"}
    assert found.missing == ()


def test_what_is_somebodys_already_is_nobody_elses():
    found = match_carrier_messages([doubt()], [listed()], {"SM1"}, NO_SKEW)
    assert pairs(found) == {}
    assert found.missing == (doubt(),)


def test_two_texts_for_two_doubts_are_paired_by_time():
    found = match_carrier_messages(
        [doubt(2, started=30), doubt(1)],
        [listed("SMb", 31), listed("SMa", 1)],
        (),
        NO_SKEW,
    )
    assert pairs(found) == {1: "SMa", 2: "SMb"}


def test_one_text_that_could_be_either_of_two_leaves_both_in_doubt():
    found = match_carrier_messages([doubt(1), doubt(2, started=30)], [listed(made=31)], (), NO_SKEW)
    assert pairs(found) == {}
    assert found.missing == ()


def test_two_texts_for_one_doubt_leave_it_in_doubt():
    found = match_carrier_messages([doubt()], [listed("SMa"), listed("SMb", 5)], (), NO_SKEW)
    assert (pairs(found), found.missing) == ({}, ())


def test_doubts_about_other_words_do_not_stand_in_each_others_way():
    about_bye = doubt(2, body="Bye")
    found = match_carrier_messages([doubt(1), about_bye], [listed()], (), NO_SKEW)
    assert pairs(found) == {1: "SM1"}
    assert found.missing == (about_bye,)


def test_a_text_that_is_still_on_the_wire_may_be_the_listed_one():
    found = match_carrier_messages(
        [doubt(1), doubt(2, started=20, lasted=None)],
        [listed("SMa"), listed("SMb", 21)],
        (),
        NO_SKEW,
    )
    assert (pairs(found), found.missing) == ({}, ())


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
def test_no_text_is_adopted_twice_or_outside_its_window(doubts, texts, taken, ahead):
    asked = [doubt(n, started, lasted, body) for n, (started, lasted, body) in enumerate(doubts)]
    skew = timedelta(seconds=ahead)
    shown = [listed(f"SM{n}", made + ahead, body=body) for n, made, body in texts]
    known = {f"SM{n}" for n in taken}
    found = match_carrier_messages(asked, shown, known, skew)
    sids = [text.sid for _, text in found.matched]
    adopters = [each.attempt_id for each, _ in found.matched]
    assert len(set(sids)) == len(sids)
    assert len(set(adopters)) == len(adopters)
    assert not known & set(sids)
    for each, text in found.matched:
        assert each.ended_at is not None
        assert (
            each.started_at + skew - MATCH_TOLERANCE_BEFORE
            <= text.created_at
            <= each.ended_at + skew + MATCH_TOLERANCE_AFTER
        )
        assert text.body in ("", each.body)
    assert not set(found.missing) & {each for each, _ in found.matched}


@given(st.lists(st.integers(0, 600), min_size=1, max_size=6, unique=True), st.randoms())
def test_as_many_texts_as_doubts_are_all_paired_in_their_order(starts, dice):
    asked = [doubt(n, started) for n, started in enumerate(sorted(starts))]
    shown = [listed(f"SM{n}", started + 1) for n, started in enumerate(sorted(starts))]
    dice.shuffle(shown)
    assert pairs(match_carrier_messages(asked, shown, (), NO_SKEW)) == {
        n: f"SM{n}" for n in range(len(starts))
    }

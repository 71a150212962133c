"""The lives of a text, a blast and a scheduled blast."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.blast_states import (
    FROM_TWILIO,
    MOVES,
    NEVER_LEFT,
    RANK,
    WORDS,
    IllegalMove,
    LogStatus,
    MessageStatus,
    ScheduleStatus,
    final_log_status,
    may_send_again,
    may_settle,
    move,
    tally,
)

M, L, S = MessageStatus, LogStatus, ScheduleStatus
LOG_MOVES = {
    *((L.PROCESSING, new) for new in (L.PAUSED, L.SENT, L.FAILED, L.CANCELLED)),
    *((L.PAUSED, new) for new in (L.PROCESSING, L.SENT, L.FAILED, L.CANCELLED)),
}
SCHEDULE_MOVES = {
    *((S.PENDING, new) for new in (S.PROCESSING, S.EXPIRED, S.CANCELLED, S.FAILED)),
    *((S.PROCESSING, new) for new in (S.SENT, S.FAILED, S.CANCELLED)),
}


@pytest.mark.parametrize(("states", "allowed"), [(LogStatus, LOG_MOVES), (ScheduleStatus, SCHEDULE_MOVES)])
def test_a_blast_makes_exactly_the_named_moves(states, allowed):
    for old, new in itertools.product(states, states):
        if (old, new) in allowed:
            assert move(old, new) is new
        else:
            with pytest.raises(IllegalMove):
                move(old, new)


def test_a_log_and_a_schedule_do_not_lend_each_other_their_moves():
    assert set(MOVES) == {LogStatus, ScheduleStatus}
    with pytest.raises(IllegalMove):
        move(S.PROCESSING, L.PAUSED)


def test_every_status_has_a_rank_and_words():
    assert set(RANK) == set(MessageStatus)
    assert set(WORDS) == {state.value for states in (M, L, S) for state in states}


@pytest.mark.parametrize(
    ("old", "new", "settles"),
    [
        (M.SUBMITTING, M.ACCEPTED, True),
        (M.SUBMITTING, M.DELIVERED, True),
        (M.SUBMITTING, M.UNKNOWN, True),
        (M.UNKNOWN, M.NOT_SENT, True),
        (M.UNKNOWN, M.ACCEPTED, True),
        (M.NOT_SENT, M.DELIVERED, True),
        (M.ACCEPTED, M.SENT, True),
        (M.SENT, M.ACCEPTED, False),
        (M.SENT, M.NO_RECEIPT, True),
        (M.NO_RECEIPT, M.DELIVERED, True),
        (M.FAILED, M.DELIVERED, True),
        (M.UNDELIVERED, M.DELIVERED, True),
        (M.OPTED_OUT, M.DELIVERED, True),
        (M.FAILED, M.UNDELIVERED, False),
        (M.DELIVERED, M.UNDELIVERED, False),
        (M.DELIVERED, M.DELIVERED, False),
        (M.ACCEPTED, M.UNKNOWN, False),
        (M.QUEUED, M.DELIVERED, True),
        (M.QUEUED, M.SKIPPED, True),
        (M.QUEUED, M.CANCELLED, True),
        (M.QUEUED, M.EXPIRED, True),
        (M.SUBMITTING, M.CANCELLED, False),
        (M.ACCEPTED, M.SKIPPED, False),
        (M.DELIVERED, M.EXPIRED, False),
        (M.SKIPPED, M.CANCELLED, False),
        (M.CANCELLED, M.DELIVERED, False),
        (M.QUEUED, M.RECEIVED, False),
        (M.RECEIVED, M.DELIVERED, False),
    ],
)
def test_news_moves_a_text_upwards_only(old, new, settles):
    assert may_settle(old, new) is settles


@given(st.permutations(["sent", "delivered", "queued", "failed", "sending"]))
def test_the_order_in_which_receipts_arrive_does_not_matter(words):
    status = M.SUBMITTING
    for word in words:
        status = FROM_TWILIO[word] if may_settle(status, FROM_TWILIO[word]) else status
    assert status is M.DELIVERED


def test_only_what_may_have_failed_is_sent_again_by_a_person():
    assert {status for status in M if may_send_again(status)} == {M.UNKNOWN, M.NOT_SENT, M.FAILED}
    assert not any(may_send_again(status) for status in NEVER_LEFT)


def test_twilios_words_become_ours():
    words = "queued accepted scheduled sending sent delivered undelivered failed canceled read partially_delivered"
    assert set(words.split()) < set(FROM_TWILIO)
    assert {FROM_TWILIO[word] for word in ("queued", "accepted", "scheduled", "sending")} == {M.ACCEPTED}
    assert FROM_TWILIO["read"] is M.DELIVERED
    assert FROM_TWILIO["canceled"] is M.FAILED


def test_a_blast_is_counted_in_seven_parts():
    counts = {status.value: 10**place for place, status in enumerate(M)}
    numbers = tally(counts)
    assert numbers.queued == counts["queued"]
    assert numbers.in_flight == counts["submitting"]
    assert numbers.unknown == counts["unknown"]
    assert numbers.accepted == counts["accepted"] + counts["sent"] + counts["no_receipt"]
    assert numbers.delivered == counts["delivered"]
    assert numbers.failed == counts["failed"] + counts["undelivered"] + counts["opted_out"]
    assert numbers.skipped == sum(counts[word] for word in ("skipped", "cancelled", "expired", "not_sent"))
    assert numbers.success_count == numbers.accepted + numbers.delivered
    assert numbers.failure_count == numbers.failed


@given(
    st.dictionaries(st.sampled_from([status.value for status in M if status is not M.RECEIVED]), st.integers(0, 10**6))
)
def test_the_seven_parts_add_up_to_everybody(counts):
    numbers = tally(counts)
    parts = (numbers.queued, numbers.in_flight, numbers.unknown, numbers.accepted, numbers.delivered, numbers.failed)
    assert sum(parts) + numbers.skipped == numbers.total == sum(counts.values())
    assert numbers.done is (counts.get("queued", 0) + counts.get("submitting", 0) == 0)


def test_a_word_that_is_no_status_is_not_counted_silently():
    with pytest.raises(ValueError):
        tally({"sned": 1})


@pytest.mark.parametrize(
    ("counts", "ended"),
    [
        ({"delivered": 1, "failed": 499}, L.SENT),
        ({"accepted": 1}, L.SENT),
        ({"no_receipt": 1}, L.SENT),
        ({"unknown": 1, "failed": 3}, L.SENT),
        ({"failed": 1, "undelivered": 2}, L.FAILED),
        ({"opted_out": 1}, L.FAILED),
        ({"skipped": 4}, L.FAILED),
        ({"not_sent": 4}, L.FAILED),
        ({}, L.FAILED),
    ],
)
def test_one_text_that_may_have_arrived_makes_a_blast_sent(counts, ended):
    assert tally(counts).done
    assert final_log_status(tally(counts)) is ended

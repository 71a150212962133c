"""The lives of a text, a blast and a scheduled blast."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.delivery.message_statuses import (
    DELIVERY_STATUS_LABELS,
    ENDED_BLAST_STATUSES,
    OPEN_BLAST_STATUSES,
    STATUS_BY_TWILIO_STATUS,
    STATUS_RANKS,
    BlastStatus,
    MessageStatus,
    ScheduledBlastStatus,
    build_blast_counts,
    compute_final_blast_status,
    may_resend,
)

M = MessageStatus
L = BlastStatus
S = ScheduledBlastStatus


def test_a_blast_is_open_or_has_ended():
    assert set(OPEN_BLAST_STATUSES) | set(ENDED_BLAST_STATUSES) == set(L)
    assert not set(OPEN_BLAST_STATUSES) & set(ENDED_BLAST_STATUSES)


def test_every_status_has_a_rank_and_words():
    assert set(STATUS_RANKS) == set(MessageStatus)
    assert set(DELIVERY_STATUS_LABELS) == {state.value for states in (M, L, S) for state in states}


@given(st.permutations(["sent", "delivered", "queued", "failed", "sending"]))
def test_the_order_in_which_receipts_arrive_does_not_matter(words):
    status = M.SUBMITTING
    for word in words:
        status = max(status, STATUS_BY_TWILIO_STATUS[word], key=STATUS_RANKS.__getitem__)
    assert status is M.DELIVERED


def test_only_what_the_carrier_does_not_have_is_sent_again_by_a_person():
    assert {status for status in M if may_resend(status, None)} == {
        M.UNKNOWN,
        M.NOT_SENT,
        M.FAILED,
    }


def test_of_those_left_out_only_a_country_that_was_off_may_go_later():
    assert may_resend(M.SKIPPED, "country_off")
    assert not any(may_resend(M.SKIPPED, reason) for reason in ("said_stop", "number_dead", None))
    assert not may_resend(M.CANCELLED, "country_off")


def test_twilios_words_become_ours():
    words = (
        "queued accepted scheduled sending sent delivered undelivered failed canceled read"
        " partially_delivered"
    )
    assert set(words.split()) < set(STATUS_BY_TWILIO_STATUS)
    assert {
        STATUS_BY_TWILIO_STATUS[word] for word in ("queued", "accepted", "scheduled", "sending")
    } == {M.ACCEPTED}
    assert STATUS_BY_TWILIO_STATUS["read"] is M.DELIVERED
    assert STATUS_BY_TWILIO_STATUS["canceled"] is M.FAILED


def test_a_blast_is_counted_in_seven_parts():
    counts = {status.value: 10**place for place, status in enumerate(M)}
    numbers = build_blast_counts(counts)
    assert numbers.queued == counts["queued"]
    assert numbers.in_flight == counts["submitting"]
    assert numbers.unknown == counts["unknown"]
    assert numbers.accepted == counts["accepted"] + counts["sent"] + counts["no_receipt"]
    assert numbers.delivered == counts["delivered"]
    assert numbers.failed == counts["failed"] + counts["undelivered"] + counts["opted_out"]
    assert numbers.skipped == sum(
        counts[word] for word in ("skipped", "cancelled", "expired", "not_sent")
    )
    assert numbers.success_count == numbers.accepted + numbers.delivered
    assert numbers.failure_count == numbers.failed


@given(
    st.dictionaries(
        st.sampled_from([status.value for status in M if status is not M.RECEIVED]),
        st.integers(0, 10**6),
    )
)
def test_the_seven_parts_add_up_to_everybody(counts):
    numbers = build_blast_counts(counts)
    parts = (
        numbers.queued,
        numbers.in_flight,
        numbers.unknown,
        numbers.accepted,
        numbers.delivered,
        numbers.failed,
    )
    assert sum(parts) + numbers.skipped == numbers.total == sum(counts.values())
    assert numbers.is_done is (counts.get("queued", 0) + counts.get("submitting", 0) == 0)


def test_a_word_that_is_no_status_is_not_counted_silently():
    with pytest.raises(ValueError):
        build_blast_counts({"sned": 1})


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
    assert build_blast_counts(counts).is_done
    assert compute_final_blast_status(build_blast_counts(counts)) is ended

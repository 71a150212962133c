"""Whom we may text, and what the roles are called."""

import pytest

from app.domain.permission import (
    LEFT_OUT_WORDS,
    ROLE_WORDS,
    LeftOut,
    Role,
    reason_to_leave_out,
)


@pytest.mark.parametrize(
    ("unsubscribed", "category", "reason"),
    [
        (False, None, None),
        (False, "soft_fail", None),
        (False, "hard_fail", LeftOut.NUMBER_DEAD),
        (False, "opt_out", LeftOut.SAID_STOP),
        (True, None, LeftOut.SAID_STOP),
        (True, "hard_fail", LeftOut.SAID_STOP),
        (True, "soft_fail", LeftOut.SAID_STOP),
    ],
)
def test_who_said_stop_or_has_a_dead_number_is_left_out(unsubscribed, category, reason):
    assert reason_to_leave_out(unsubscribed, category) is reason


@pytest.mark.parametrize(
    ("last_word", "reason"),
    [
        (None, LeftOut.NO_CONSENT),
        ("withdrawn", LeftOut.NO_CONSENT),
        ("granted", None),
        ("returned", None),
    ],
)
def test_where_a_yes_is_demanded_the_last_word_in_the_ledger_counts(last_word, reason):
    assert (
        reason_to_leave_out(False, None, consent_required=True, last_word=last_word)
        is reason
    )
    assert reason_to_leave_out(False, None, last_word=last_word) is None
    assert (
        reason_to_leave_out(True, None, consent_required=True, last_word=last_word)
        is LeftOut.SAID_STOP
    )


def test_every_reason_and_role_has_words():
    assert set(LEFT_OUT_WORDS) == set(LeftOut)
    assert all(
        what and advice.endswith(".") for what, advice in LEFT_OUT_WORDS.values()
    )
    assert set(ROLE_WORDS) == set(Role)
    assert Role.SOCIAL_MANAGER.words == "Social manager"

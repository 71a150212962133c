"""Whom we may text, and what the roles are called."""

import pytest

from app.domain.permission import LEFT_OUT_WORDS, ROLE_WORDS, LeftOut, Role, reason_to_leave_out


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


def test_every_reason_and_role_has_words():
    assert set(LEFT_OUT_WORDS) == set(LeftOut)
    assert all(what and advice.endswith(".") for what, advice in LEFT_OUT_WORDS.values())
    assert set(ROLE_WORDS) == set(Role)
    assert Role.SOCIAL_MANAGER.words == "Social manager"

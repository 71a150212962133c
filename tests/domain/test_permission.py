"""Whom we may text, and what the roles are called."""

import pytest

from app.domain.accounts.roles import ROLE_LABELS, Role
from app.domain.delivery.skip_reasons import SKIP_REASON_LABELS, SkipReason, find_skip_reason


@pytest.mark.parametrize(
    ("unsubscribed", "category", "reason"),
    [
        (False, None, None),
        (False, "soft_fail", None),
        (False, "hard_fail", SkipReason.NUMBER_DEAD),
        (False, "opt_out", SkipReason.SAID_STOP),
        (True, None, SkipReason.SAID_STOP),
        (True, "hard_fail", SkipReason.SAID_STOP),
        (True, "soft_fail", SkipReason.SAID_STOP),
    ],
)
def test_who_said_stop_or_has_a_dead_number_is_left_out(unsubscribed, category, reason):
    assert find_skip_reason(unsubscribed, category) is reason


@pytest.mark.parametrize(
    ("last_word", "reason"),
    [
        (None, SkipReason.NO_CONSENT),
        ("withdrawn", SkipReason.NO_CONSENT),
        ("granted", None),
        ("returned", None),
    ],
)
def test_where_a_yes_is_demanded_the_last_word_in_the_ledger_counts(last_word, reason):
    assert find_skip_reason(False, None, consent_required=True, last_word=last_word) is reason
    assert find_skip_reason(False, None, last_word=last_word) is None
    assert (
        find_skip_reason(True, None, consent_required=True, last_word=last_word)
        is SkipReason.SAID_STOP
    )


def test_every_reason_and_role_has_words():
    assert set(SKIP_REASON_LABELS) == set(SkipReason)
    assert all(what and advice.endswith(".") for what, advice in SKIP_REASON_LABELS.values())
    assert set(ROLE_LABELS) == set(Role)
    assert Role.SOCIAL_MANAGER.label == "Social manager"

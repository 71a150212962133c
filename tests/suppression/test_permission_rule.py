"""The permission rule that the tests hold against the SQL."""

import pytest

from app.domain.delivery.skip_reasons import SkipReason
from tests.suppression.permission_rule import expect_skip_reason


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
    assert expect_skip_reason(unsubscribed, category) is reason


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
    assert expect_skip_reason(False, None, consent_required=True, last_word=last_word) is reason
    assert expect_skip_reason(False, None, last_word=last_word) is None
    assert (
        expect_skip_reason(True, None, consent_required=True, last_word=last_word)
        is SkipReason.SAID_STOP
    )

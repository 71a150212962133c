"""When a kind of failure stops a blast, slows its sender down or holds it back: rules, and what
they say of results.

A rule is written like this (column `breaker` of carrier_codes.csv), read once:

none                    nothing follows
now                     the blast pauses at once
ratio 5/20              it pauses when 5 of 20 texts in a row failed like this
row 3                   it pauses when 3 in a row did
country                 the rest of the country is left out; at home the blast pauses
slow ratio 3/10         not a pause: the sender goes at half its rate
hold ratio 5/10 600     not a pause: nothing leaves the sender for 600 seconds, then one text goes to try
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

MAX_WINDOW_SIZE = 20  # no rule looks further than this many texts
PATIENT_FAILURE_COUNT = 3  # where texts went through before, it takes so many failures in a row


class BreakerAction(StrEnum):
    """What follows."""

    PAUSE = "pause"
    SLOW = "slow"
    HOLD = "hold"
    SKIP_COUNTRY = "country"


class NeighbourOutcome(StrEnum):
    """What a text came to, seen from one failure: it went through, failed in the same manner,
    or in another one.
    """

    SUCCEEDED = "through"
    SAME_FAILURE = "same"
    OTHER_FAILURE = "other"


@dataclass(frozen=True)
class BreakerRule:
    """`act` after `fails` of `of` neighbours, or after `fails` in a row when `of` is None.

    `seconds`: of a hold.
    """

    action: BreakerAction
    failure_count: int = 1
    window_size: int | None = None
    hold_seconds: int = 0

    @property
    def is_immediate(self) -> bool:
        """Whether one failure is enough."""
        return self.failure_count == 1


_RULE_PATTERN = re.compile(r"(?:(slow|hold) )?(?:(now)|row (\d+)|ratio (\d+)/(\d+))(?: (\d+))?")


@cache
def parse_breaker_rule(words: str) -> BreakerRule | None:
    """The rule that is written so; None for 'none'. Raises ValueError for what is no rule."""
    if words == "none":
        return None
    if words == "country":
        return BreakerRule(BreakerAction.SKIP_COUNTRY)
    found = _RULE_PATTERN.fullmatch(words)
    if not found:
        raise ValueError(f"no rule: {words}")
    act, now, row, fails, of, seconds = found.groups()
    made = BreakerRule(
        BreakerAction(act or "pause"),
        int(row or fails or 1),
        int(of) if of else None,
        int(seconds or 0),
    )
    if (
        (made.action is BreakerAction.HOLD) != bool(seconds)
        or made.failure_count < (1 if now else 2)
        or made.failure_count > (made.window_size or MAX_WINDOW_SIZE)
    ):
        raise ValueError(f"no rule: {words}")
    if made.window_size and made.window_size > MAX_WINDOW_SIZE:
        raise ValueError(f"looks too far: {words}")
    return made


def is_breaker_tripped(
    rule: BreakerRule,
    results: Sequence[NeighbourOutcome],
    here: int,
    *,
    patient: bool = False,
) -> bool:
    """Whether the failure at `here` is one too many, among its neighbours in the order the
    texts were handed over.

    Which of them was heard of first changes nothing. `patient`: where others went through, one
    failure is no proof.
    """
    if rule.is_immediate:
        patience = PATIENT_FAILURE_COUNT if patient and NeighbourOutcome.SUCCEEDED in results else 1
        return count_consecutive_failures(results, here) >= patience
    if rule.window_size is None:
        return count_consecutive_failures(results, here) >= rule.failure_count
    return count_max_failures_in_window(results, here, rule.window_size) >= rule.failure_count


def count_consecutive_failures(results: Sequence[NeighbourOutcome], here: int) -> int:
    """How many failures of this kind stand side by side, the one at `here` among them."""
    first = last = here
    while first > 0 and results[first - 1] is NeighbourOutcome.SAME_FAILURE:
        first -= 1
    while last + 1 < len(results) and results[last + 1] is NeighbourOutcome.SAME_FAILURE:
        last += 1
    return last - first + 1


def count_max_failures_in_window(results: Sequence[NeighbourOutcome], here: int, width: int) -> int:
    """The most failures of this kind in any `width` neighbours that the one at `here` belongs
    to.
    """
    starts = range(max(0, here - width + 1), here + 1)
    return max(
        sum(each is NeighbourOutcome.SAME_FAILURE for each in results[start : start + width])
        for start in starts
    )

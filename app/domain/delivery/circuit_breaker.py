"""The circuit breaker: when failures of one kind pause a blast, or slow or hold its sender.

A rule is written as follows in the column `breaker` of carrier_codes.csv:

none                    nothing follows
now                     the blast pauses at once
ratio 5/20              it pauses when 5 of 20 texts in a row failed in this way
row 3                   it pauses when 3 in a row did
country                 the rest of the country is skipped; at home the blast pauses
slow ratio 3/10         no pause: the sender goes at half its rate
hold ratio 5/10 600     no pause: the sender sends nothing for 600 seconds, then one text on trial
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

# No rule looks at more texts than this: the results beside a failure are read from the database.
MAX_WINDOW_SIZE = 20
# Where texts have gone through before, a failure that may be one number's must come this often.
PATIENT_FAILURE_COUNT = 3


class BreakerAction(StrEnum):
    """What follows when a rule applies."""

    PAUSE = "pause"
    SLOW = "slow"
    HOLD = "hold"
    SKIP_COUNTRY = "country"


class NeighbourOutcome(StrEnum):
    """What became of a text, compared with one failure beside it."""

    SUCCEEDED = "through"
    SAME_FAILURE = "same"
    OTHER_FAILURE = "other"


@dataclass(frozen=True)
class BreakerRule:
    """Act after `failure_count` failures among `window_size` neighbours.

    They must be in a row when `window_size` is None. `hold_seconds` is 0 unless the action is
    HOLD.
    """

    action: BreakerAction
    failure_count: int = 1
    window_size: int | None = None
    hold_seconds: int = 0

    @property
    def is_immediate(self) -> bool:
        """Whether one failure is enough."""
        return self.failure_count == 1


_RULE_PATTERN = re.compile(
    r"(?:(?P<action>slow|hold) )?"
    r"(?:(?P<now>now)|row (?P<row>\d+)|ratio (?P<failures>\d+)/(?P<window>\d+))"
    r"(?: (?P<seconds>\d+))?"
)


# Cached: every stored failure asks for its rule, and the table has few different ones.
@cache
def parse_breaker_rule(notation: str) -> BreakerRule | None:
    """Return the rule that is written in this notation, None for "none".

    Raises ValueError when it is no rule.
    """
    if notation == "none":
        return None
    if notation == "country":
        return BreakerRule(BreakerAction.SKIP_COUNTRY)
    match = _RULE_PATTERN.fullmatch(notation)
    if not match:
        raise ValueError(f"no rule: {notation}")
    rule = BreakerRule(
        action=BreakerAction(match["action"] or "pause"),
        failure_count=int(match["row"] or match["failures"] or 1),
        window_size=int(match["window"]) if match["window"] else None,
        hold_seconds=int(match["seconds"] or 0),
    )
    _check_rule(rule, notation, is_now=match["now"] is not None)
    return rule


def _check_rule(rule: BreakerRule, notation: str, *, is_now: bool) -> None:
    """Raise ValueError for a rule that contradicts itself or looks at too many texts."""
    is_hold = rule.action is BreakerAction.HOLD
    # Only "now" is immediate; "row 1" would say the same in a second way.
    min_failures = 1 if is_now else 2
    max_failures = rule.window_size or MAX_WINDOW_SIZE
    if is_hold != bool(rule.hold_seconds) or not (
        min_failures <= rule.failure_count <= max_failures
    ):
        raise ValueError(f"no rule: {notation}")
    if rule.window_size and rule.window_size > MAX_WINDOW_SIZE:
        raise ValueError(f"looks too far: {notation}")


def is_breaker_tripped(
    rule: BreakerRule,
    results: Sequence[NeighbourOutcome],
    index: int,
    *,
    patient: bool = False,
) -> bool:
    """Whether the failure at `index` is one too many.

    `results` are the outcomes of the texts in the order they were submitted; in which order
    their results arrived makes no difference. `patient`: where other texts have gone through,
    one failure is no proof.
    """
    if rule.window_size is not None:
        failures = count_max_failures_in_window(results, index, rule.window_size)
        return failures >= rule.failure_count
    min_failures = rule.failure_count
    if rule.is_immediate and patient and NeighbourOutcome.SUCCEEDED in results:
        min_failures = PATIENT_FAILURE_COUNT
    return count_consecutive_failures(results, index) >= min_failures


def count_consecutive_failures(results: Sequence[NeighbourOutcome], index: int) -> int:
    """Count the failures of this kind in a row, with the one at `index` among them."""
    first = index
    while first > 0 and results[first - 1] is NeighbourOutcome.SAME_FAILURE:
        first -= 1
    last = index
    while last + 1 < len(results) and results[last + 1] is NeighbourOutcome.SAME_FAILURE:
        last += 1
    return last - first + 1


def count_max_failures_in_window(
    results: Sequence[NeighbourOutcome], index: int, window_size: int
) -> int:
    """Return the most failures of this kind in any window of neighbours around `index`."""
    most = 0
    for start in range(max(0, index - window_size + 1), index + 1):
        window = results[start : start + window_size]
        most = max(most, window.count(NeighbourOutcome.SAME_FAILURE))
    return most

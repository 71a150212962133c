"""What may still be sent: texts today, and money this month."""

from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum

from app.domain.delivery.message_statuses import MessageKind


class ReachedLimit(IntEnum):
    """The limit that stops a blast. The values are stored as what paused it.

    They are negative: the carrier's codes, which stand in the same column, are not.
    """

    TEXTS_A_DAY = -1
    BUDGET_A_MONTH = -2


@dataclass
class Allowance:
    """What is left before the limits; None where there is none. Counts down with take().

    `price`: of a segment. A budget without a known price lets nothing pass: it cannot be kept.
    """

    texts: int | None = None
    money: Decimal | None = None
    price: Decimal | None = None

    def find_reached_limit(self, kind: str, segments: int) -> ReachedLimit | None:
        """Return which limit a text of a blast would break; None when it may be sent.

        The money counts for everything that a blast sends. The texts of a day stop no reminder:
        on the next day it would be too late, and no test.
        """
        if self.money is not None and not self._can_pay(segments):
            return ReachedLimit.BUDGET_A_MONTH
        if self.texts is not None and self.texts < 1 and kind == MessageKind.BLAST:
            return ReachedLimit.TEXTS_A_DAY
        return None

    def take(self, segments: int) -> None:
        """Count one text, whatever it is; both figures may fall below 0."""
        if self.texts is not None:
            self.texts -= 1
        if self.money is not None and self.price is not None:
            self.money -= segments * self.price

    def _can_pay(self, segments: int) -> bool:
        if self.price is None or self.money is None:
            return False
        return segments * self.price <= self.money

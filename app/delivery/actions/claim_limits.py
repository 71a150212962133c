"""What a tick may still send, and what it counts: limits of texts and of money."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from app.core.settings import current_settings
from app.delivery.actions.limit_pauses import pause_blasts_at_limit
from app.delivery.sql.counted_texts import SELECT_COUNTED_IDS
from app.domain.limits.allowances import Allowance, ReachedLimit
from app.sending_limits.actions.text_counting import count_texts
from app.sending_limits.queries.limit_rules import LimitRules, load_limit_rules
from app.sending_limits.queries.present_allowance import load_allowance


class LimitedText(Protocol):
    """What is asked of a queued message."""

    @property
    def id(self) -> int: ...
    @property
    def segments(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def message_log_id(self) -> int | None: ...
    @property
    def attempts(self) -> int: ...


@dataclass
class ClaimLimits:
    """The limits during one tick: ask admit() for each text, then store(). Inside write().

    `counted_ids`: the texts that were counted when they were armed before. `reached`: the blasts
    that are to pause.
    """

    rules: LimitRules
    carrier: str
    day: date
    allowance: Allowance
    counted_ids: frozenset[int] = frozenset()
    reached: dict[int, ReachedLimit] = field(default_factory=dict)
    texts: int = 0
    segments: int = 0

    def admit(self, text: LimitedText) -> bool:
        """Return whether a text may be armed, and count it if so.

        Answers and confirmations count and are never stopped: they belong to no blast.
        """
        log_id = text.message_log_id
        if log_id in self.reached:
            return False
        if text.id in self.counted_ids:
            return True
        if log_id is not None:
            limit = self.allowance.find_reached_limit(text.kind, text.segments)
            if limit is not None:
                self.reached[log_id] = limit
                return False
        self.allowance.take(text.segments)
        self.texts += 1
        self.segments += text.segments
        return True

    def store(self, moment: datetime) -> None:
        """Add what was admitted to the totals, and pause the blasts that a limit stops."""
        if self.texts:
            count_texts(self.rules, self.carrier, self.day, self.texts, self.segments)
        if self.reached:
            pause_blasts_at_limit(self.reached, self.rules, moment)


def load_claim_limits(texts: Iterable[LimitedText], moment: datetime) -> ClaimLimits:
    """Return the limits for a tick that may arm these texts; `moment` (UTC) tells the day."""
    waiting = list(texts)
    rules, carrier = load_limit_rules(), current_settings().carrier
    day = rules.get_day(moment)
    allowance = load_allowance(rules, carrier, day, len(waiting))
    return ClaimLimits(rules, carrier, day, allowance, _find_counted_ids(waiting))


def _find_counted_ids(texts: Iterable[LimitedText]) -> frozenset[int]:
    tried_ids = [text.id for text in texts if text.attempts]
    if not tried_ids:
        return frozenset()
    return frozenset(SELECT_COUNTED_IDS.fetch_json(message_ids=json.dumps(tried_ids)))

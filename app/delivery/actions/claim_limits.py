"""What a tick may still send, and what it counts: limits of texts and of money."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from app.core.settings import current_settings
from app.delivery.actions.claim_skips import skip_unsendable_message
from app.delivery.actions.limit_pauses import pause_blasts_at_limit
from app.delivery.actions.step_text_waits import is_step_text, put_off_step_texts
from app.delivery.queries.person_text_counts import PersonTexts, count_texts_of_numbers
from app.delivery.sql.counted_texts import SELECT_COUNTED_IDS
from app.delivery.sql.person_texts import COUNTED_KINDS
from app.domain.delivery.message_statuses import MessageKind
from app.domain.limits.allowances import Allowance, ReachedLimit
from app.domain.limits.person_limits import PersonLimits
from app.sending_limits.actions.text_counting import count_texts
from app.sending_limits.queries.limit_rules import LimitRules, load_limit_rules
from app.sending_limits.queries.present_allowance import load_allowance


class LimitedText(Protocol):
    """What is asked of a queued message."""

    @property
    def id(self) -> int: ...
    @property
    def phone(self) -> str: ...
    @property
    def segments(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def message_log_id(self) -> int | None: ...
    @property
    def attempts(self) -> int: ...


@dataclass(frozen=True)
class PeopleAtClaim:
    """The people of one tick, with how many texts they got. Inside write()."""

    limits: PersonLimits
    texts: PersonTexts

    def skip_at_limit(self, text: LimitedText) -> bool:
        """Skip a blast's text to a person who is at the limit; return whether they are.

        A reminder counts and is sent all the same.
        """
        if text.kind != MessageKind.BLAST:
            return False
        reason = self.texts.find_skip_reason(text.phone, self.limits)
        if reason is None:
            return False
        skip_unsendable_message(text.id, text.phone, reason)
        return True

    def count(self, text: LimitedText) -> None:
        """Count a text that is armed: another one of the same tick may be for the same person."""
        if text.kind in COUNTED_KINDS:
            self.texts.count(text.phone)


@dataclass
class ClaimLimits:
    """The limits during one tick: ask admit() for each text, then store(). Inside write().

    `people`: where the texts of one person are limited. `counted_ids`: the texts that were counted
    when they were armed before. `reached`: the blasts that are to pause. `put_off_ids`: the texts
    of sequences that wait for money.
    """

    rules: LimitRules
    carrier: str
    day: date
    allowance: Allowance
    people: PeopleAtClaim | None = None
    counted_ids: frozenset[int] = frozenset()
    reached: dict[int, ReachedLimit] = field(default_factory=dict)
    put_off_ids: list[int] = field(default_factory=list)
    texts: int = 0
    segments: int = 0

    def admit(self, text: LimitedText) -> bool:
        """Return whether a text may be armed, and count it if so.

        Answers and confirmations count and are never stopped: they belong to no blast, nor to a
        sequence.
        """
        # One text at the limit ends its blast for this tick: a shorter text that would still fit
        # must not leave before it.
        if text.message_log_id in self.reached or (self.people and self.people.skip_at_limit(text)):
            return False
        if text.id not in self.counted_ids and not self._count_once(text):
            return False
        if self.people:
            self.people.count(text)
        return True

    def _count_once(self, text: LimitedText) -> bool:
        """Count a text that is armed for the first time; return False when a limit stops it."""
        log_id = text.message_log_id
        if log_id is not None or is_step_text(text.kind, log_id):
            limit = self.allowance.find_reached_limit(text.kind, text.segments)
            if limit is not None:
                self._stop_at_limit(text, limit)
                return False
        self.allowance.take(text.segments)
        self.texts += 1
        self.segments += text.segments
        return True

    def _stop_at_limit(self, text: LimitedText, limit: ReachedLimit) -> None:
        """Note what a limit stops: a blast as a whole, and the text of a sequence alone."""
        if text.message_log_id is None:
            self.put_off_ids.append(text.id)
        else:
            self.reached[text.message_log_id] = limit

    def store(self, moment: datetime) -> None:
        """Add what was admitted to the totals, and pause the blasts that a limit stops."""
        put_off_step_texts(self.put_off_ids, moment)
        # In the transaction of the attempts: after kill -9 both are stored, or neither is.
        if self.texts:
            count_texts(self.rules, self.carrier, self.day, self.texts, self.segments)
        if self.reached:
            pause_blasts_at_limit(self.reached, self.rules, moment)


def load_claim_limits(texts: Iterable[LimitedText], moment: datetime) -> ClaimLimits:
    """Return the limits for a tick that may arm these texts; `moment` (UTC) tells the day."""
    # Read where the texts are armed, so that two ticks or processes never spend one allowance.
    waiting = list(texts)
    rules, carrier = load_limit_rules(), current_settings().carrier
    day = rules.get_day(moment)
    allowance = load_allowance(rules, carrier, day, len(waiting))
    people = _load_people(waiting, rules.get_person_limits(day))
    return ClaimLimits(rules, carrier, day, allowance, people, _find_counted_ids(waiting))


def _load_people(texts: Iterable[LimitedText], limits: PersonLimits | None) -> PeopleAtClaim | None:
    """Return the people of the blasts' texts; None, and nothing is read, without such limits."""
    phones = {text.phone for text in texts if text.kind in COUNTED_KINDS}
    if limits is None or not phones:
        return None
    return PeopleAtClaim(limits, count_texts_of_numbers(phones, limits))


def _find_counted_ids(texts: Iterable[LimitedText]) -> frozenset[int]:
    # What was never tried cannot have been counted, so that in most ticks nothing is read.
    tried_ids = [text.id for text in texts if text.attempts]
    if not tried_ids:
        return frozenset()
    return frozenset(SELECT_COUNTED_IDS.fetch_json(message_ids=json.dumps(tried_ids)))

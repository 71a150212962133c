"""How many people of a blast wait for their texting hours, where they are, and until when."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.domain.quiet_hours.hold_judge import Hold, HoldJudge
from app.domain.quiet_hours.number_zones import build_zone_key, find_zones_of_key
from app.domain.quiet_hours.text_purposes import TextPurpose


@dataclass(frozen=True)
class WaitingGroup:
    """People whose numbers may be in the same zones, and who wait until the same moment."""

    zones: tuple[str, ...]
    hold: Hold
    count: int


@dataclass(frozen=True)
class ZoneKeyCounts:
    """How many numbers share each key of zones: each of 100,000 numbers is looked at once."""

    counts: Mapping[str, int]

    @classmethod
    def from_phones(cls, phones: Iterable[str]) -> "ZoneKeyCounts":
        """Return the counts of these numbers in E.164, a number as often as it comes."""
        return cls(Counter(map(build_zone_key, phones)))

    def list_waiting(self, judge: HoldJudge, purpose: TextPurpose) -> list[WaitingGroup]:
        """Return who waits at the moment of the judge, the largest group first."""
        groups: Counter[tuple[tuple[str, ...], Hold]] = Counter()
        for key, count in self.counts.items():
            hold = judge.find_hold_of_key(key, purpose)
            if hold is not None:
                groups[find_zones_of_key(key), hold] += count
        return [WaitingGroup(*place, count) for place, count in groups.most_common()]

    def count_closing(self, start: HoldJudge, end: HoldJudge, purpose: TextPurpose) -> int:
        """Return for how many people it is open at the moment of one judge, not at the other's."""
        return sum(
            count
            for key, count in self.counts.items()
            if not start.find_hold_of_key(key, purpose) and end.find_hold_of_key(key, purpose)
        )

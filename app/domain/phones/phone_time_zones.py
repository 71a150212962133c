"""The time zones that numbers belong to, by their first digits."""

from collections.abc import Mapping

from phonenumbers import PhoneNumber, parse
from phonenumbers.phonenumberutil import NumberParseException
from phonenumbers.timezone import UNKNOWN_TIMEZONE, time_zones_for_geographical_number

# "+1" and the area code; for other countries as many digits, which tell the region too.
ZONE_PREFIX_LENGTH = 5
TYPICAL_NUMBER_LENGTH = 12


def count_phones_by_zone(prefix_counts: Mapping[str, int]) -> dict[tuple[str, ...], int]:
    """Return how many phones may be in which time zones.

    `prefix_counts`: how many phones have which first ZONE_PREFIX_LENGTH characters. Numbers whose
    zone is not known are missing.
    """
    counts: dict[tuple[str, ...], int] = {}
    for prefix, count in prefix_counts.items():
        zones = _find_zones(prefix)
        if zones:
            counts[zones] = counts.get(zones, 0) + count
    return counts


def _find_zones(prefix: str) -> tuple[str, ...]:
    # Any number with these digits: the tables go by the longest prefix they have.
    try:
        number: PhoneNumber = parse(prefix.ljust(TYPICAL_NUMBER_LENGTH, "5"))
    except NumberParseException:
        return ()
    zones = tuple(time_zones_for_geographical_number(number))
    return () if UNKNOWN_TIMEZONE in zones else zones

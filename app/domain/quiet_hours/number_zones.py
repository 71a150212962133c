"""In which time zones the reader of a number may be, by the number alone."""

from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, timezone

from app.domain.time.local_times import is_time_zone

NORTH_AMERICA_PREFIX = "+1"
NORTH_AMERICA_NUMBER_LENGTH = 12
# "+1", the area code, and the exchange: what the zones of a number of +1 depend on.
NORTH_AMERICA_PREFIX_LENGTH = 8
# Any four digits that could follow them.
EXAMPLE_LAST_DIGITS = "2345"
# A whole community: the zones of a number are looked up once, not for every text.
MAX_CACHED_NUMBERS = 200_000


def build_zone_key(phone: str) -> str:
    """Return what decides the zones of a number in E.164: of +1 its first 7 digits, else all."""
    if phone.startswith(NORTH_AMERICA_PREFIX) and len(phone) == NORTH_AMERICA_NUMBER_LENGTH:
        return phone[:NORTH_AMERICA_PREFIX_LENGTH]
    return phone


def find_number_zones(phone: str) -> tuple[str, ...]:
    """Return every zone that a number in E.164 may be in; () when none is known. Never raises.

    A toll-free number may be in 42 zones; a mobile number of a country in all of the country's.
    """
    return find_zones_of_key(build_zone_key(phone))


@lru_cache(maxsize=MAX_CACHED_NUMBERS)
def find_zones_of_key(key: str) -> tuple[str, ...]:
    """Return the zones of the numbers with this key, see build_zone_key()."""
    phone = key
    if key.startswith(NORTH_AMERICA_PREFIX) and len(key) == NORTH_AMERICA_PREFIX_LENGTH:
        phone = key + EXAMPLE_LAST_DIGITS
    try:
        number = phonenumbers.parse(phone, None)
    except NumberParseException:
        return ()
    zones = tuple(timezone.time_zones_for_number(number))
    # "Etc/Unknown" is no zone of the tables either. One lost zone makes the others a guess.
    return zones if all(map(is_time_zone, zones)) else ()

"""Which country a number belongs to, by its first digits.

Whole blasts are checked (100,000 numbers), so no number is parsed for it. One calling code is
one country (+44 is the United Kingdom with its islands), except for the two that large countries
share: +1, told apart by area code, and +7, told apart by the next digit.
"""

from collections.abc import Iterable
from functools import cache

from phonenumbers import (
    COUNTRY_CODE_TO_REGION_CODE,
    PhoneNumber,
    region_code_for_number,
)

NORTH_AMERICA_CALLING_CODE = "1"
RUSSIA_CALLING_CODE = "7"
SHARED_CALLING_CODES = (NORTH_AMERICA_CALLING_CODE, RUSSIA_CALLING_CODE)
AREA_CODE_RANGE = range(200, 1000)
# Any seven digits that could follow an area code; only the area code decides the region.
EXAMPLE_LOCAL_NUMBER = 2345678
KAZAKHSTAN_FIRST_DIGITS = ("6", "7")
RUSSIA_FIRST_DIGITS = ("0", "1", "2", "3", "4", "5", "8", "9")
# The region of numbers that belong to no country: +800, satellites.
WORLDWIDE_REGION = "001"


def find_phone_country(phone: str) -> str:
    """Return the country of a number in E.164 as two letters, "" when the number has none."""
    code = _find_calling_code(phone)
    if code == NORTH_AMERICA_CALLING_CODE:
        return _load_area_codes().get(phone[2:5], "")
    if code == RUSSIA_CALLING_CODE:
        return "KZ" if phone[2:3] in KAZAKHSTAN_FIRST_DIGITS else "RU"
    return _find_main_region(code)


def find_main_country(region: str) -> str:
    """Return the country that a region of the settings counts as: Jersey as the United Kingdom."""
    for code, regions in COUNTRY_CODE_TO_REGION_CODE.items():
        if region in regions:
            if str(code) in SHARED_CALLING_CODES:
                return region
            return _find_main_region(str(code))
    return region


def list_country_prefixes(country: str) -> tuple[str, ...]:
    """Return the beginnings of a country's numbers: ("+44",) or ("+1303", "+1720", …).

    The tuple is empty for letters that are no country.
    """
    if country == "RU":
        return _build_prefixes("+7", RUSSIA_FIRST_DIGITS)
    if country == "KZ":
        return _build_prefixes("+7", KAZAKHSTAN_FIRST_DIGITS)
    areas = [area for area, region in _load_area_codes().items() if region == country]
    if areas:
        return _build_prefixes("+1", areas)
    if country == WORLDWIDE_REGION:
        return ()
    codes = COUNTRY_CODE_TO_REGION_CODE.items()
    return _build_prefixes("+", [code for code, regions in codes if regions[0] == country])


def _build_prefixes(start: str, digits: Iterable[object]) -> tuple[str, ...]:
    return tuple(f"{start}{further}" for further in digits)


def _find_calling_code(phone: str) -> str:
    """Return the calling code a number begins with, 1 to 3 digits, or ""."""
    digits = phone.removeprefix("+")
    for length in (1, 2, 3):
        code = digits[:length]
        if code.isdigit() and int(code) in COUNTRY_CODE_TO_REGION_CODE:
            return code
    return ""


def _find_main_region(code: str) -> str:
    if not code:
        return ""
    region: str = COUNTRY_CODE_TO_REGION_CODE[int(code)][0]
    return "" if region == WORLDWIDE_REGION else region


@cache
def _load_area_codes() -> dict[str, str]:
    """Return every area code of +1 that is in use, with its region.

    Cached: it parses 800 numbers, and a blast asks for each of its recipients.
    """
    region_by_area = {}
    for area in AREA_CODE_RANGE:
        national_number = area * 10**7 + EXAMPLE_LOCAL_NUMBER
        number = PhoneNumber(country_code=1, national_number=national_number)
        region = region_code_for_number(number)
        if region and region != WORLDWIDE_REGION:
            region_by_area[str(area)] = region
    return region_by_area

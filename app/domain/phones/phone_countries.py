"""Which country a number belongs to, by how it begins: whole blasts are asked, so no number is
parsed for it.

One calling code is one country (+44 is the United Kingdom with its islands), but for the two
that large countries share: +1, told apart by area code, and +7, by the next digit.
"""

from functools import cache

from phonenumbers import (
    COUNTRY_CODE_TO_REGION_CODE,
    PhoneNumber,
    region_code_for_number,
)

NORTH_AMERICA_CALLING_CODE, RUSSIA_CALLING_CODE = "1", "7"
AREA_CODE_RANGE = range(200, 1000)
KAZAKHSTAN_FIRST_DIGITS = ("6", "7")  # +7 6… and +7 7…
WORLDWIDE_REGION = "001"  # what belongs to all of the world: +800, satellites


def find_phone_country(phone: str) -> str:
    """Two letters for the country of a number in E.164, '' when it does not say."""
    code = _find_calling_code(phone)
    if code == NORTH_AMERICA_CALLING_CODE:
        return _load_area_codes().get(phone[2:5], "")
    if code == RUSSIA_CALLING_CODE:
        return "KZ" if phone[2:3] in KAZAKHSTAN_FIRST_DIGITS else "RU"
    return _find_main_region(code)


def find_main_country(region: str) -> str:
    """The same letters for a region as it is set in the settings: Jersey counts as the United
    Kingdom.
    """
    for code, regions in COUNTRY_CODE_TO_REGION_CODE.items():
        if region in regions:
            return (
                region
                if str(code) in (NORTH_AMERICA_CALLING_CODE, RUSSIA_CALLING_CODE)
                else _find_main_region(str(code))
            )
    return region


def list_country_prefixes(country: str) -> tuple[str, ...]:
    """How every number of a country begins ('+44'; '+1303', '+1720', …); () for letters that
    are no country.
    """
    if country in ("RU", "KZ"):
        return tuple(
            f"+7{digit}"
            for digit in "0123456789"
            if (digit in KAZAKHSTAN_FIRST_DIGITS) is (country == "KZ")
        )
    areas = tuple(f"+1{area}" for area, region in _load_area_codes().items() if region == country)
    return areas or tuple(
        f"+{code}"
        for code, regions in COUNTRY_CODE_TO_REGION_CODE.items()
        if regions[0] == country != WORLDWIDE_REGION
    )


def _find_calling_code(phone: str) -> str:
    digits = phone.removeprefix("+")
    found = (digits[:length] for length in (1, 2, 3))
    return next(
        (code for code in found if code.isdigit() and int(code) in COUNTRY_CODE_TO_REGION_CODE),
        "",
    )


def _find_main_region(code: str) -> str:
    region: str = COUNTRY_CODE_TO_REGION_CODE[int(code)][0] if code else WORLDWIDE_REGION
    return "" if region == WORLDWIDE_REGION else region


@cache
def _load_area_codes() -> dict[str, str]:
    """Every area code of +1 that is in use, with its region."""
    found = {}
    for area in AREA_CODE_RANGE:
        region = region_code_for_number(
            PhoneNumber(country_code=1, national_number=area * 10**7 + 2345678)
        )
        if region and region != WORLDWIDE_REGION:
            found[str(area)] = region
    return found

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

AMERICA, RUSSIA = "1", "7"
AREA_CODES = range(200, 1000)
KAZAKHSTAN = ("6", "7")  # +7 6… and +7 7…
NO_COUNTRY = "001"  # what belongs to all of the world: +800, satellites


def country_of(phone: str) -> str:
    """Two letters for the country of a number in E.164, '' when it does not say."""
    code = _calling_code(phone)
    if code == AMERICA:
        return _area_codes().get(phone[2:5], "")
    if code == RUSSIA:
        return "KZ" if phone[2:3] in KAZAKHSTAN else "RU"
    return _main_region(code)


def country_of_region(region: str) -> str:
    """The same letters for a region as it is set in the settings: Jersey counts as the United
    Kingdom.
    """
    for code, regions in COUNTRY_CODE_TO_REGION_CODE.items():
        if region in regions:
            return region if str(code) in (AMERICA, RUSSIA) else _main_region(str(code))
    return region


def prefixes_of(country: str) -> tuple[str, ...]:
    """How every number of a country begins ('+44'; '+1303', '+1720', …); () for letters that
    are no country.
    """
    if country in ("RU", "KZ"):
        return tuple(
            f"+7{digit}"
            for digit in "0123456789"
            if (digit in KAZAKHSTAN) is (country == "KZ")
        )
    areas = tuple(
        f"+1{area}" for area, region in _area_codes().items() if region == country
    )
    return areas or tuple(
        f"+{code}"
        for code, regions in COUNTRY_CODE_TO_REGION_CODE.items()
        if regions[0] == country != NO_COUNTRY
    )


def _calling_code(phone: str) -> str:
    digits = phone.removeprefix("+")
    found = (digits[:length] for length in (1, 2, 3))
    return next(
        (
            code
            for code in found
            if code.isdigit() and int(code) in COUNTRY_CODE_TO_REGION_CODE
        ),
        "",
    )


def _main_region(code: str) -> str:
    region: str = COUNTRY_CODE_TO_REGION_CODE[int(code)][0] if code else NO_COUNTRY
    return "" if region == NO_COUNTRY else region


@cache
def _area_codes() -> dict[str, str]:
    """Every area code of +1 that is in use, with its region."""
    found = {}
    for area in AREA_CODES:
        region = region_code_for_number(
            PhoneNumber(country_code=1, national_number=area * 10**7 + 2345678)
        )
        if region and region != NO_COUNTRY:
            found[str(area)] = region
    return found

"""The phone numbers people type, read into the one spelling that we store (E.164)."""

import re
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneMetadata, PhoneNumberFormat, PhoneNumberType
from phonenumbers.phonenumberutil import _number_type_helper

from app.domain.phones.phone_hints import (
    explain_invalid_number,
    explain_parse_error,
    explain_two_numbers,
    explain_two_readings,
)
from app.domain.phones.phone_input import (
    MAX_PHONE_INPUT_LENGTH,
    clean_phone_input,
    extract_digits,
    reject_non_numbers,
)
from app.domain.phones.phone_problems import (
    PROBLEM_BY_NUMBER_TYPE,
    InvalidPhoneNumber,
    PhoneProblem,
)
from app.domain.phones.phone_readings import read_without_plus
from app.domain.phones.phone_renumbering import canonicalize_phone
from app.domain.phones.second_numbers import find_numbers_in_cell

__all__ = ["PhoneNumber", "extract_digits", "format_phone_number", "is_e164"]

E164_PATTERN = re.compile(r"\+[1-9][0-9]{6,14}")
# 303 555 0142, (303) 555-0142, +1 303.555.0142
NORTH_AMERICAN_PATTERN = re.compile(
    r"(?P<country>\+1[ .-]?)?(?:\((?P<bracket>)|)(?P<area>[2-9][0-9]{2})(?(bracket)\))[ .-]?"
    r"(?P<first>[0-9]{3})[ .-]?(?P<last>[0-9]{4})"
)
NORTH_AMERICAN_REGIONS = frozenset(phonenumbers.COUNTRY_CODE_TO_REGION_CODE[1])
US_METADATA = PhoneMetadata.metadata_for_region_or_calling_code(1, "US")
# The library tries these kinds before landlines and mobile numbers.
SPECIAL_KINDS = (
    *("premium_rate", "toll_free", "shared_cost", "voip"),
    *("personal_number", "pager", "uan", "voicemail"),
)


def _compile_ordinary_pattern(metadata: PhoneMetadata | None) -> re.Pattern[str] | None:
    """Return what the landlines and mobile numbers of a country match, and none of another kind.

    None where the library tells the two apart.
    """
    if metadata is None or metadata.general_desc is None:
        return None
    if metadata.fixed_line is None or metadata.mobile is None:
        return None
    ordinary = metadata.fixed_line.national_number_pattern
    if ordinary is None or ordinary != metadata.mobile.national_number_pattern:
        return None
    described = [getattr(metadata, kind) for kind in SPECIAL_KINDS]
    patterns = [kind.national_number_pattern for kind in described if kind is not None]
    special = "|".join(filter(None, patterns)) or "(?!)"
    general = metadata.general_desc.national_number_pattern
    return re.compile(rf"(?!(?:{special})\Z)(?=(?:{general})\Z)(?:{ordinary})")


ORDINARY_US_PATTERN = _compile_ordinary_pattern(US_METADATA)
WORLDWIDE_CALLING_CODES = frozenset(
    code
    for code, regions in phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items()
    if regions == ("001",)
)
# Worldwide like the satellite networks (881, 882, 883), but toll-free numbers.
WORLDWIDE_TOLL_FREE_CALLING_CODE = 800


@dataclass(frozen=True, order=True)
class PhoneNumber:
    """A number that exists in some country's plan and can get texts."""

    e164: str

    @classmethod
    def parse(cls, text: str, region: str = "US") -> "PhoneNumber":
        """Read what a person wrote; without a country code it is a number of `region`.

        Raises InvalidPhoneNumber. The same text and region always give the same result.
        """
        written = clean_phone_input(text)
        home = region if region in phonenumbers.SUPPORTED_REGIONS else None
        number = _parse_north_american(written, home)
        if number is None:
            _reject_second_number(written, home)
            reject_non_numbers(written)
            number = _parse_number(written, home)
        number_type = _find_number_type(number)
        if number_type == PhoneNumberType.UNKNOWN:
            raise explain_invalid_number(number, written, home)
        _reject_unreachable(number, number_type)
        e164 = f"+{number.country_code}{phonenumbers.national_significant_number(number)}"
        return cls(canonicalize_phone(e164))

    @property
    def formatted(self) -> str:
        """The number as people write it: "+1 303 555 0142"."""
        return format_phone_number(self.e164)

    @property
    def country(self) -> str:
        """The two letters of the country ("US", "PR"), or "" when the number has none."""
        region = phonenumbers.region_code_for_number(phonenumbers.parse(self.e164, None))
        return region if region and region != "001" else ""


# Cached: pages show the same numbers again and again, and formatting parses them.
@lru_cache(maxsize=4096)
def format_phone_number(e164: str) -> str:
    """Return a stored number grouped for reading; text that is no number is returned unchanged.

    Never raises.
    """
    if e164.startswith("#"):
        # The mark that replaced the number of a person who asked to be erased.
        return "erased"
    if not is_e164(e164):
        return e164
    try:
        number = phonenumbers.parse(e164, None)
    except NumberParseException:
        return e164
    return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL).replace("-", " ")


def is_e164(text: str) -> bool:
    """Whether a text has the shape of E.164: +, no leading zero, 7 to 15 digits.

    The number need not be in use.
    """
    return E164_PATTERN.fullmatch(text) is not None


def _reject_second_number(written: str, home: str | None) -> None:
    if len(written) > MAX_PHONE_INPUT_LENGTH:
        return
    numbers = find_numbers_in_cell(written, home)
    if numbers:
        raise explain_two_numbers(numbers, home)


def _reject_unreachable(number: phonenumbers.PhoneNumber, number_type: int) -> None:
    """Raise for a number that is in use, but whose kind nobody reads texts on."""
    is_worldwide = number.country_code in WORLDWIDE_CALLING_CODES
    if is_worldwide and number.country_code != WORLDWIDE_TOLL_FREE_CALLING_CODE:
        raise InvalidPhoneNumber(PhoneProblem.SATELLITE)
    if number_type in PROBLEM_BY_NUMBER_TYPE:
        raise InvalidPhoneNumber(PROBLEM_BY_NUMBER_TYPE[number_type])


def _parse_north_american(written: str, home: str | None) -> phonenumbers.PhoneNumber | None:
    """Read ten digits with an area code, at home in North America or after +1; else None.

    A fast path: phonenumbers.parse() gives the same result, slowly.
    """
    match = NORTH_AMERICAN_PATTERN.fullmatch(written)
    if match is None or (home not in NORTH_AMERICAN_REGIONS and not match["country"]):
        return None
    digits = "".join(match.group("area", "first", "last"))
    return phonenumbers.PhoneNumber(country_code=1, national_number=int(digits))


def _find_number_type(number: phonenumbers.PhoneNumber) -> int:
    """Return the same as phonenumbers.number_type(), faster for numbers of the United States.

    number_type() looks a number up twice, for its country and for its type. Of the countries
    that share +1 it tries the United States first, so one look-up is enough for its numbers. It
    compares up to ten patterns one by one; the one of ordinary numbers takes a tenth of that.
    """
    if number.country_code == 1 and US_METADATA is not None:
        national_number = phonenumbers.national_significant_number(number)
        if ORDINARY_US_PATTERN and ORDINARY_US_PATTERN.fullmatch(national_number):
            return int(PhoneNumberType.FIXED_LINE_OR_MOBILE)
        number_type = _number_type_helper(national_number, US_METADATA)
        if number_type != PhoneNumberType.UNKNOWN:
            return int(number_type)
    return int(phonenumbers.number_type(number))


def _parse_number(written: str, home: str | None) -> phonenumbers.PhoneNumber:
    if home is not None and not written.startswith("+"):
        readings = read_without_plus(written, home)
        if readings.possible:
            raise explain_two_readings(readings.possible)
        if readings.chosen is not None:
            return readings.chosen
    try:
        number = phonenumbers.parse(written, home)
    except NumberParseException as error:
        raise explain_parse_error(error, written, home) from error
    if number.extension:
        raise InvalidPhoneNumber(PhoneProblem.EXTENSION)
    return number

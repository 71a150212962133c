"""The phone numbers people type, read into the one spelling that we store (E.164)."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneMetadata, PhoneNumberFormat, PhoneNumberType
from phonenumbers.phonenumberutil import _number_type_helper

from app.domain.phones.phone_problems import (
    PROBLEM_BY_LENGTH,
    PROBLEM_BY_NUMBER_TYPE,
    InvalidPhoneNumber,
    PhoneProblem,
)

# No spelling of a number is longer; a whole message pasted into the field is not parsed at all.
MAX_PHONE_INPUT_LENGTH = 60
# Before cleaning a spelling may hold more: NFKC and invisible characters take part of it away.
MAX_UNCLEANED_LENGTH = MAX_PHONE_INPUT_LENGTH * 6
MAX_SHORT_CODE_DIGITS = 6
EXTENSION_PATTERN = re.compile(
    r"(?:;?\s*ext(?:ension|n)?\.?|[x#;])\s*[:=.]?\s*\d+\s*$", re.IGNORECASE
)
E164_PATTERN = re.compile(r"\+[1-9][0-9]{6,14}")
# What spreadsheets and mail programs put around a number.
WRAPPING_CHARACTERS = " \t'\"=`´‘’“”"
# A spelling that needs no cleaning, as nearly every spreadsheet has.
CLEAN_NUMBER_PATTERN = re.compile(r"\+?\(?[0-9](?:[ ().-]{0,2}[0-9]){6,14}")
# 303 555 0142, (303) 555-0142, +1 303.555.0142
NORTH_AMERICAN_PATTERN = re.compile(
    r"(?P<country>\+1[ .-]?)?(?:\((?P<bracket>)|)(?P<area>[2-9][0-9]{2})(?(bracket)\))[ .-]?"
    r"(?P<first>[0-9]{3})[ .-]?(?P<last>[0-9]{4})"
)
# Every character that a written number may consist of.
NUMBER_CHARACTERS_PATTERN = re.compile(r"[\d\s+().\-/~‐‑‒–—−ー]+")
NORTH_AMERICAN_REGIONS = frozenset(phonenumbers.COUNTRY_CODE_TO_REGION_CODE[1])
US_METADATA = PhoneMetadata.metadata_for_region_or_calling_code(1, "US")
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
        written = _clean_phone_input(text)
        _reject_non_numbers(written)
        home = region if region in phonenumbers.SUPPORTED_REGIONS else None
        number = _parse_north_american(written, home) or _parse_number(written, home)
        # is_valid_number() makes the same look-up but does not tell the type.
        number_type = _find_number_type(number)
        if number_type == PhoneNumberType.UNKNOWN:
            raise _explain_invalid_number(number, written, home)
        if (
            number.country_code in WORLDWIDE_CALLING_CODES
            and number.country_code != WORLDWIDE_TOLL_FREE_CALLING_CODE
        ):
            raise InvalidPhoneNumber(PhoneProblem.SATELLITE)
        if number_type in PROBLEM_BY_NUMBER_TYPE:
            raise InvalidPhoneNumber(PROBLEM_BY_NUMBER_TYPE[number_type])
        return cls(f"+{number.country_code}{phonenumbers.national_significant_number(number)}")

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


def extract_digits(text: str) -> str:
    """Return the digits of any spelling as ASCII: "(٣03) ５55" gives "303555"."""
    decimals = filter(str.isdecimal, text)
    return "".join(str(unicodedata.decimal(character)) for character in decimals)


def is_e164(text: str) -> bool:
    """Whether a text has the shape of E.164: +, no leading zero, 7 to 15 digits.

    The number need not be in use.
    """
    return E164_PATTERN.fullmatch(text) is not None


def _clean_phone_input(text: str) -> str:
    """Return the text without bidi marks, spreadsheet quoting, "tel:" and doubled plus signs."""
    if CLEAN_NUMBER_PATTERN.fullmatch(text):
        return text
    normalized = unicodedata.normalize("NFKC", text[:MAX_UNCLEANED_LENGTH])
    cleaned = "".join(filter(_is_visible, normalized)).strip(WRAPPING_CHARACTERS)
    cleaned = re.sub(r"^tel:\s*", "", cleaned, flags=re.IGNORECASE).strip(WRAPPING_CHARACTERS)
    return re.sub(r"^\+[\s+]*(?=\+)", "", cleaned)


def _is_visible(character: str) -> bool:
    """Whether the character is no format or control character and no half of a pair."""
    return unicodedata.category(character) not in ("Cf", "Cc", "Cs")


def _reject_non_numbers(written: str) -> None:
    """Raise InvalidPhoneNumber for a cleaned text that cannot be a number of any country."""
    if CLEAN_NUMBER_PATTERN.fullmatch(written):
        return
    if not written:
        raise InvalidPhoneNumber(PhoneProblem.EMPTY)
    digits = extract_digits(written)
    if not digits:
        raise InvalidPhoneNumber(PhoneProblem.NOT_A_NUMBER)
    if EXTENSION_PATTERN.search(written) and len(digits) > 7:
        raise InvalidPhoneNumber(PhoneProblem.EXTENSION)
    if len(written) > MAX_PHONE_INPUT_LENGTH:
        raise InvalidPhoneNumber(PhoneProblem.TOO_LONG)
    # The Japanese long vowel mark is a letter to Unicode, and a hyphen in numbers.
    if any(map(str.isalpha, written.replace("ー", ""))):
        raise InvalidPhoneNumber(PhoneProblem.LETTERS)
    if not NUMBER_CHARACTERS_PATTERN.fullmatch(written):
        raise InvalidPhoneNumber(PhoneProblem.NOT_A_NUMBER)


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
    that share +1 it tries the United States first, so one look-up is enough for its numbers.
    """
    if number.country_code == 1 and US_METADATA is not None:
        national_number = phonenumbers.national_significant_number(number)
        number_type = _number_type_helper(national_number, US_METADATA)
        if number_type != PhoneNumberType.UNKNOWN:
            return int(number_type)
    return int(phonenumbers.number_type(number))


def _parse_number(written: str, home: str | None) -> phonenumbers.PhoneNumber:
    try:
        number = phonenumbers.parse(written, home)
    except NumberParseException as error:
        raise _explain_parse_error(error, written, home) from error
    if number.extension:
        raise InvalidPhoneNumber(PhoneProblem.EXTENSION)
    return number


def _explain_parse_error(
    error: NumberParseException, written: str, home: str | None
) -> InvalidPhoneNumber:
    if error.error_type == NumberParseException.TOO_LONG:
        return InvalidPhoneNumber(PhoneProblem.TOO_LONG)
    if error.error_type in (
        NumberParseException.TOO_SHORT_AFTER_IDD,
        NumberParseException.TOO_SHORT_NSN,
    ):
        return InvalidPhoneNumber(PhoneProblem.TOO_SHORT)
    if error.error_type != NumberParseException.INVALID_COUNTRY_CODE:
        return InvalidPhoneNumber(PhoneProblem.NOT_A_NUMBER)
    if home is None and not written.startswith("+"):
        return InvalidPhoneNumber(PhoneProblem.NOT_A_NUMBER, "Begin with + and the country code.")
    return InvalidPhoneNumber(PhoneProblem.NO_COUNTRY)


def _explain_invalid_number(
    number: phonenumbers.PhoneNumber, written: str, home: str | None
) -> InvalidPhoneNumber:
    """Return what is wrong with a number that could be parsed, with the likely right spelling."""
    digits = extract_digits(written)
    hint = _suggest_number(digits, written, home)
    if len(digits) <= MAX_SHORT_CODE_DIGITS and not written.startswith("+"):
        return InvalidPhoneNumber(PhoneProblem.SHORT_CODE)
    if hint:
        return InvalidPhoneNumber(PhoneProblem.NOT_IN_USE, hint)
    length = phonenumbers.is_possible_number_with_reason(number)
    return InvalidPhoneNumber(PROBLEM_BY_LENGTH.get(length, PhoneProblem.NOT_IN_USE))


def _suggest_number(digits: str, written: str, home: str | None) -> str:
    """Return a hint with the number that was probably meant, or ""."""
    if digits.startswith("521") and written.startswith("+"):
        # Mexico dropped the 1 after 52 in 2019; many address books still have it.
        suggestion = _format_if_valid("+52" + digits[3:])
        if suggestion:
            return f"Mobile numbers in Mexico have no 1 after 52 any more: {suggestion}"
    if digits.startswith("00") and not written.startswith("+"):
        suggestion = _format_if_valid("+" + digits[2:])
        if suggestion:
            instead = "+ or 011" if home in ("US", "CA") else "+"
            return f"Begin with {instead} instead of 00: {suggestion}"
    return ""


def _format_if_valid(text: str) -> str:
    try:
        number = phonenumbers.parse(text, None)
    except NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(number):
        return ""
    return format_phone_number(phonenumbers.format_number(number, PhoneNumberFormat.E164))

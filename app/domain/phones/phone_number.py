"""What a person types as a phone number, and the one spelling of it that we keep (E.164)."""

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

import phonenumbers
from phonenumbers import (
    NumberParseException,
    PhoneMetadata,
    PhoneNumberFormat,
    PhoneNumberType,
    ValidationResult,
)
from phonenumbers.phonenumberutil import _number_type_helper

# no spelling of a number is longer; a whole letter pasted into the field is not parsed at all
MAX_PHONE_INPUT_LENGTH = 60


class PhoneProblem(Enum):
    """Why something is not a number we can text, said to the person who typed it."""

    EMPTY = "Write a phone number."
    NOT_A_NUMBER = "That does not look like a phone number."
    EXTENSION = "A number with an extension cannot get texts."
    LETTERS = "A phone number has no letters. Write only its digits."
    NO_COUNTRY = "No country has a number that begins like that."
    NOT_IN_USE = "No phone can have that number. Is a digit missing or wrong?"
    TOO_SHORT = "That number is too short. Is the area code or a digit missing?"
    TOO_LONG = "That number is too long. Is there a digit or a second number too many?"
    SHORT_CODE = "That is a short code, not a person's number. Write the number with its area code."
    PREMIUM = "That is a premium number. Texts to it cost extra and nobody reads them."
    TOLL_FREE = "That is a toll-free number of a company. It is not a person's phone."
    SATELLITE = "Satellite and worldwide network numbers cannot be texted from here."
    FORWARDING = "That number only forwards calls. It cannot get texts."


PROBLEM_BY_NUMBER_TYPE = {
    PhoneNumberType.PREMIUM_RATE: PhoneProblem.PREMIUM,
    PhoneNumberType.SHARED_COST: PhoneProblem.PREMIUM,
    PhoneNumberType.TOLL_FREE: PhoneProblem.TOLL_FREE,
    PhoneNumberType.PERSONAL_NUMBER: PhoneProblem.FORWARDING,
    PhoneNumberType.VOICEMAIL: PhoneProblem.FORWARDING,
}
PROBLEM_BY_LENGTH = {
    ValidationResult.TOO_SHORT: PhoneProblem.TOO_SHORT,
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: PhoneProblem.TOO_SHORT,
    ValidationResult.TOO_LONG: PhoneProblem.TOO_LONG,
}
EXTENSION_PATTERN = re.compile(
    r"(?:;?\s*ext(?:ension|n)?\.?|[x#;])\s*[:=.]?\s*\d+\s*$", re.IGNORECASE
)
E164_PATTERN = re.compile(r"\+[1-9][0-9]{6,14}")
WRAPPING_CHARACTERS = " \t'\"=`´‘’“”"  # what spreadsheets and mail programs put around a number
CLEAN_NUMBER_PATTERN = re.compile(
    r"\+?\(?[0-9](?:[ ().-]{0,2}[0-9]){6,14}"
)  # nothing to tidy: what nearly every spreadsheet has
NORTH_AMERICAN_PATTERN = re.compile(  # 303 555 0142, (303) 555-0142, +1 303.555.0142
    r"(?P<country>\+1[ .-]?)?(?:\((?P<bracket>)|)(?P<area>[2-9][0-9]{2})(?(bracket)\))[ .-]?(?P<first>[0-9]{3})[ .-]?"
    r"(?P<last>[0-9]{4})"
)
NORTH_AMERICAN_REGIONS = frozenset(phonenumbers.COUNTRY_CODE_TO_REGION_CODE[1])
US_METADATA = PhoneMetadata.metadata_for_region_or_calling_code(1, "US")
WORLDWIDE_CALLING_CODES = frozenset(
    code
    for code, regions in phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items()
    if regions == ("001",)
)
NUMBER_CHARACTERS_PATTERN = re.compile(
    r"[\d\s+().\-/~‐‑‒–—−ー]+"
)  # everything a written number may consist of


class InvalidPhoneNumber(ValueError):
    """The text is not a number we can text.

    `problem` says why, `sentence` says it to the person, with a hint.
    """

    def __init__(self, problem: PhoneProblem, hint: str = "") -> None:
        self.problem = problem
        self.sentence = f"{problem.value.partition('. ')[0]}. {hint}" if hint else problem.value
        super().__init__(self.sentence)


@dataclass(frozen=True, order=True)
class PhoneNumber:
    """A number that exists in some country's plan and can get texts."""

    e164: str

    @classmethod
    def parse(cls, text: str, region: str = "US") -> "PhoneNumber":
        """Read what a person wrote, without a country code as a number of `region`.

        Raises BadPhone. The same text and region always give the same answer.
        """
        written = _clean_phone_input(text)
        _reject_non_numbers(written)
        home = region if region in phonenumbers.SUPPORTED_REGIONS else None
        number = _parse_north_american(written, home) or _parse_number(written, home)
        kind = _find_number_type(number)
        if (
            kind == PhoneNumberType.UNKNOWN
        ):  # the same look as is_valid_number(), which does not say the kind
            raise _explain_invalid_number(number, written, home)
        if number.country_code in WORLDWIDE_CALLING_CODES and number.country_code != 800:
            raise InvalidPhoneNumber(
                PhoneProblem.SATELLITE
            )  # 881, 882, 883 …; 800 is toll-free everywhere
        if kind in PROBLEM_BY_NUMBER_TYPE:
            raise InvalidPhoneNumber(PROBLEM_BY_NUMBER_TYPE[kind])
        return cls(f"+{number.country_code}{phonenumbers.national_significant_number(number)}")

    @property
    def formatted(self) -> str:
        """The number as people write it: '+1 303 555 0142'."""
        return format_phone_number(self.e164)

    @property
    def country(self) -> str:
        """Two letters of the country ('US', 'PR'), or '' when the number does not say."""
        region = phonenumbers.region_code_for_number(phonenumbers.parse(self.e164, None))
        return region if region and region != "001" else ""


@lru_cache(maxsize=4096)
def format_phone_number(e164: str) -> str:
    """Any stored number grouped for reading; text that is no number comes back as it is.

    Never raises.
    """
    if e164.startswith("#"):
        return "erased"  # a mark in place of the number of somebody who asked for that
    if not is_e164(e164):
        return e164
    try:
        number = phonenumbers.parse(e164, None)
    except NumberParseException:
        return e164
    return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL).replace("-", " ")


def extract_digits(text: str) -> str:
    """The digits of any spelling as ASCII: '(٣03) ５55' gives '303555'."""
    return "".join(str(unicodedata.decimal(sign)) for sign in text if sign.isdecimal())


def is_e164(text: str) -> bool:
    """Whether a carrier's number has the shape of E.164: +, no leading zero, 7 to 15 digits.

    In use or not.
    """
    return E164_PATTERN.fullmatch(text) is not None


def _clean_phone_input(text: str) -> str:
    """Plain digits and signs: without bidi marks, spreadsheet quoting, tel: and doubled plus
    signs.
    """
    if CLEAN_NUMBER_PATTERN.fullmatch(text):
        return text
    shown = unicodedata.normalize("NFKC", text[: MAX_PHONE_INPUT_LENGTH * 6])
    shown = "".join(
        sign for sign in shown if unicodedata.category(sign) not in ("Cf", "Cc", "Cs")
    ).strip(WRAPPING_CHARACTERS)
    shown = re.sub(r"^tel:\s*", "", shown, flags=re.IGNORECASE).strip(WRAPPING_CHARACTERS)
    return re.sub(r"^\+[\s+]*(?=\+)", "", shown)


def _reject_non_numbers(written: str) -> None:
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
    if any(sign.isalpha() for sign in written if sign != "ー"):
        raise InvalidPhoneNumber(PhoneProblem.LETTERS)
    if not NUMBER_CHARACTERS_PATTERN.fullmatch(written):
        raise InvalidPhoneNumber(PhoneProblem.NOT_A_NUMBER)


def _parse_north_american(written: str, home: str | None) -> phonenumbers.PhoneNumber | None:
    """Ten digits with an area code, read at home in North America or after +1: parse() gives
    just that, and slowly.
    """
    match = NORTH_AMERICAN_PATTERN.fullmatch(written)
    if match is None or (home not in NORTH_AMERICAN_REGIONS and not match["country"]):
        return None
    return phonenumbers.PhoneNumber(
        country_code=1,
        national_number=int("".join(match.group("area", "first", "last"))),
    )


def _find_number_type(number: phonenumbers.PhoneNumber) -> int:
    """What number_type() says.

    It looks at a number twice, for its country and for its kind; of the countries that share +1
    the USA come first, so that one look is enough for their numbers.
    """
    if number.country_code == 1 and US_METADATA is not None:
        kind = _number_type_helper(phonenumbers.national_significant_number(number), US_METADATA)
        if kind != PhoneNumberType.UNKNOWN:
            return int(kind)
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
    if error.error_type == NumberParseException.INVALID_COUNTRY_CODE:
        if home is None and not written.startswith("+"):
            return InvalidPhoneNumber(
                PhoneProblem.NOT_A_NUMBER, "Begin with + and the country code."
            )
        return InvalidPhoneNumber(PhoneProblem.NO_COUNTRY)
    return InvalidPhoneNumber(PhoneProblem.NOT_A_NUMBER)


def _explain_invalid_number(
    number: phonenumbers.PhoneNumber, written: str, home: str | None
) -> InvalidPhoneNumber:
    """Say what is wrong with a number that could be parsed, with the likely right spelling
    where there is one.
    """
    digits = extract_digits(written)
    hint = _suggest_number(digits, written, home)
    if len(digits) <= 6 and not written.startswith("+"):
        return InvalidPhoneNumber(PhoneProblem.SHORT_CODE)
    length = phonenumbers.is_possible_number_with_reason(number)
    problem = (
        PhoneProblem.NOT_IN_USE if hint else PROBLEM_BY_LENGTH.get(length, PhoneProblem.NOT_IN_USE)
    )
    return InvalidPhoneNumber(problem, hint)


def _suggest_number(digits: str, written: str, home: str | None) -> str:
    """The number they probably meant, or ''."""
    if digits.startswith("521") and written.startswith("+"):
        meant = _format_if_valid(
            "+52" + digits[3:]
        )  # Mexico dropped the 1 after 52 in 2019; many address books still have it
        if meant:
            return f"Mobile numbers in Mexico have no 1 after 52 any more: {meant}"
    if digits.startswith("00") and not written.startswith("+"):
        meant = _format_if_valid("+" + digits[2:])
        if meant:
            instead = "+ or 011" if home in ("US", "CA") else "+"
            return f"Begin with {instead} instead of 00: {meant}"
    return ""


def _format_if_valid(text: str) -> str:
    try:
        number = phonenumbers.parse(text, None)
    except NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(number):
        return ""
    return format_phone_number(phonenumbers.format_number(number, PhoneNumberFormat.E164))

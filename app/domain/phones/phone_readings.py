"""The country of digits that are written without plus: "491711234567" in Germany.

Where numbers have an open length, such digits are a German landline too. phonenumbers then takes
the landline; its maintainers say that the caller has to decide
(google/libphonenumber#705). Spreadsheets drop the plus, so the mobile is meant.
"""

from dataclasses import dataclass

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType

from app.domain.phones.phone_input import extract_digits
from app.domain.phones.phone_renumbering import TEXTABLE_NUMBER_TYPES

# A national number has at most ten digits behind its zero in nearly every country. More digits
# that begin with another country's calling code may be a number of that country.
MIN_FOREIGN_DIGITS = 11


@dataclass(frozen=True)
class NumberReadings:
    """One way, or two, to read the same digits."""

    chosen: phonenumbers.PhoneNumber | None
    possible: tuple[phonenumbers.PhoneNumber, ...] = ()


def read_without_plus(written: str, home: str) -> NumberReadings:
    """Judge digits without +, 0 or 00 in front, at home in `home`.

    A mobile wins over a landline. Two mobiles, or two landlines, are both `possible` and nothing
    is chosen; neither is when phonenumbers can be left to read them.
    """
    digits = extract_digits(written)
    calling_code = phonenumbers.country_code_for_region(home)
    is_of_home = digits.startswith(str(calling_code))
    if digits.startswith("0") or not (is_of_home or len(digits) >= MIN_FOREIGN_DIGITS):
        return NumberReadings(None)
    national = _parse_national(digits, calling_code)
    international = _parse_international(f"+{written.lstrip()}")
    if international is None or international == national:
        return NumberReadings(None)
    if is_of_home:
        return _judge_home_code(international, national)
    if national is None:
        return NumberReadings(None)
    # A landline cannot be texted anyway: asking costs nothing, and guessing texts a stranger.
    if _is_textable(international) and not _is_textable(national):
        return NumberReadings(None, (international, national))
    return NumberReadings(None)


def _judge_home_code(
    international: phonenumbers.PhoneNumber, national: phonenumbers.PhoneNumber | None
) -> NumberReadings:
    if national is None:
        return NumberReadings(international)
    numbers = (international, national)
    if _is_textable(international) == _is_textable(national):
        return NumberReadings(None, numbers)
    return NumberReadings(international if _is_textable(international) else national)


def _parse_national(digits: str, calling_code: int) -> phonenumbers.PhoneNumber | None:
    if len(digits) > 15:
        return None
    number = phonenumbers.PhoneNumber(country_code=calling_code, national_number=int(digits))
    return number if phonenumbers.is_valid_number(number) else None


def _parse_international(written: str) -> phonenumbers.PhoneNumber | None:
    try:
        number = phonenumbers.parse(written.replace("(0)", ""), None)
    except NumberParseException:
        return None
    return number if phonenumbers.is_valid_number(number) else None


def _is_textable(number: phonenumbers.PhoneNumber) -> bool:
    return phonenumbers.number_type(number) in TEXTABLE_NUMBER_TYPES | {PhoneNumberType.VOIP}

"""What is wrong with a number that was refused, and the right spelling where it is known."""

from collections.abc import Iterator

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from app.domain.phones.country_names import load_country_names
from app.domain.phones.phone_input import extract_digits
from app.domain.phones.phone_problems import (
    PROBLEM_BY_LENGTH,
    InvalidPhoneNumber,
    PhoneProblem,
)
from app.domain.phones.phone_renumbering import (
    TEXTABLE_NUMBER_TYPES,
    find_current_number,
    find_current_spelling,
)

MAX_SHORT_CODE_DIGITS = 6


def explain_parse_error(
    error: NumberParseException, written: str, home: str | None
) -> InvalidPhoneNumber:
    """Return why phonenumbers could not read a text as a number."""
    hint = suggest_number(written, home)
    if hint:
        return InvalidPhoneNumber(PhoneProblem.NOT_IN_USE, hint)
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
        return InvalidPhoneNumber(PhoneProblem.NOT_A_NUMBER, "Start with + and the country code.")
    return InvalidPhoneNumber(PhoneProblem.NO_COUNTRY)


def explain_invalid_number(
    number: phonenumbers.PhoneNumber, written: str, home: str | None
) -> InvalidPhoneNumber:
    """Return what is wrong with a number that could be parsed, with the likely right spelling."""
    if len(extract_digits(written)) <= MAX_SHORT_CODE_DIGITS and not written.startswith("+"):
        return InvalidPhoneNumber(PhoneProblem.SHORT_CODE)
    hint = suggest_number(written, home)
    if hint:
        return InvalidPhoneNumber(PhoneProblem.NOT_IN_USE, hint)
    length = phonenumbers.is_possible_number_with_reason(number)
    return InvalidPhoneNumber(PROBLEM_BY_LENGTH.get(length, PhoneProblem.NOT_IN_USE))


def explain_two_readings(numbers: tuple[phonenumbers.PhoneNumber, ...]) -> InvalidPhoneNumber:
    """Return the question which of two countries' numbers was meant."""
    choices = " or ".join(map(_format_with_country, numbers))
    return InvalidPhoneNumber(
        PhoneProblem.TWO_READINGS, f"Enter it with + and the country code: {choices}."
    )


def explain_two_numbers(e164s: list[str], home: str | None) -> InvalidPhoneNumber:
    """Return the refusal of a text that holds several numbers, naming the first two."""
    choices = " or ".join(_format_at_home(e164, home) for e164 in e164s[:2])
    return InvalidPhoneNumber(PhoneProblem.TWO_NUMBERS, f"Keep the one to text: {choices}.")


def suggest_number(written: str, home: str | None) -> str:
    """Return a hint with the number that was probably meant, or ""."""
    return next(_iterate_suggestions(written, home), "")


def _iterate_suggestions(written: str, home: str | None) -> Iterator[str]:
    digits = extract_digits(written)
    if written.startswith("+"):
        yield from _suggest_current_spelling(digits, None)
        return
    yield from _suggest_renumbered(digits, home)
    yield from _suggest_lost_zero(digits, home)
    if digits.startswith("00"):
        yield from _suggest_instead_of_zeros(digits, home)
    elif not digits.startswith("0"):
        yield from _suggest_plus(digits)
        yield from _suggest_current_spelling(digits, home)


def _suggest_renumbered(digits: str, home: str | None) -> Iterator[str]:
    """Yield the present spelling of a national number of the home country."""
    if home is None:
        return
    calling_code = phonenumbers.country_code_for_region(home)
    for national_number in dict.fromkeys((digits, digits.lstrip("0"))):
        current = find_current_number(calling_code, national_number)
        if current is not None:
            yield f"{current.sentence}: {_format_at_home(current.e164, home)}"


def _suggest_current_spelling(digits: str, home: str | None) -> Iterator[str]:
    """Yield the present spelling of international digits: Mexico's 521 …"""
    current = find_current_spelling(digits)
    if current is not None:
        yield f"{current.sentence}: {_format_at_home(current.e164, home)}"


def _suggest_lost_zero(digits: str, home: str | None) -> Iterator[str]:
    """Yield the number with the 0 that a spreadsheet took off; in some countries it belongs."""
    if home is None or digits.startswith("0"):
        return
    calling_code = phonenumbers.country_code_for_region(home)
    number = _parse_textable(f"+{calling_code}0{digits}")
    if number is not None:
        e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
        yield f"Its first 0 is missing (spreadsheets drop it): {_format_at_home(e164, home)}"


def _suggest_instead_of_zeros(digits: str, home: str | None) -> Iterator[str]:
    suggestion = _format_if_valid("+" + digits[2:])
    if suggestion:
        instead = "+ or 011" if home in ("US", "CA") else "+"
        yield f"Start with {instead} instead of 00: {suggestion}"


def _suggest_plus(digits: str) -> Iterator[str]:
    """Yield the number of another country whose plus is missing."""
    number = _parse_textable(f"+{digits}")
    if number is not None:
        yield f"With + it is {_format_with_country(number)}"


def _parse_textable(text: str) -> phonenumbers.PhoneNumber | None:
    """Return the number when it is exactly these digits, in use, and may be a mobile."""
    try:
        number = phonenumbers.parse(text, None)
    except NumberParseException:
        return None
    is_exact = phonenumbers.format_number(number, PhoneNumberFormat.E164) == text
    if not is_exact or phonenumbers.number_type(number) not in TEXTABLE_NUMBER_TYPES:
        return None
    return number


def _format_with_country(number: phonenumbers.PhoneNumber) -> str:
    """Return "+44 7921 123456 (Britain, UK)"."""
    written = _format_international(number)
    region = phonenumbers.region_code_for_number(number) or ""
    country = load_country_names().get(region, "").replace(" (", ", ").rstrip(")")
    return f"{written} ({country})" if country else written


def _format_at_home(e164: str, home: str | None) -> str:
    """Return the number as people of the home country write it; abroad with its country code."""
    try:
        number = phonenumbers.parse(e164, None)
    except NumberParseException:
        return e164
    if home and number.country_code == phonenumbers.country_code_for_region(home):
        return phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
    return _format_international(number)


def _format_international(number: phonenumbers.PhoneNumber) -> str:
    return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL).replace("-", " ")


def _format_if_valid(text: str) -> str:
    try:
        number = phonenumbers.parse(text, None)
    except NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(number):
        return ""
    return _format_international(number)

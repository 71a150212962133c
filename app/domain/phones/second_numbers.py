"""A second number in the same cell: "0171 1234567/8", "3035550142;3035550143".

Some countries have numbers of open length: there the digits of the second number would pass as
digits of the first one, and a stranger would be texted.
"""

import re
from collections.abc import Iterator

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from app.domain.phones.phone_input import CLEAN_NUMBER_PATTERN, extract_digits

# Fewer digits before a sign are an area code: 0171/1234567.
MIN_NUMBER_DIGITS = 7
MAX_DIGITS = 15
# Words (or, und, Mobile:) and signs that no single number has in it.
STRONG_SEPARATOR_PATTERN = re.compile(r"[^\W\d_]+[.:]?|[;,|&\\\n\r:]+|\s[/-]\s|(?<=\d)\s*(?=\+)")
# "… or ending in 8": the last digits of a second number behind a sign.
SLASH_REST_PATTERN = re.compile(r"(?P<head>.*\d.*?)\s*[/\\;,|&]\s*(?P<rest>\d{1,7})")
# One digit behind any sign or space: no country groups its numbers so.
LONE_DIGIT_PATTERN = re.compile(r"(?P<head>.*\d)[^\w#+]+(?P<rest>\d)\)?")
# "0664 1234567-12": behind a whole mobile number these are no digits of it.
DASH_REST_PATTERN = re.compile(r"(?P<head>.*\d)\s*[-\u2010-\u2015\u2212]\s*(?P<rest>\d{1,3})")
MIN_MOBILE_DIGITS = 10


def find_numbers_in_cell(written: str, home: str | None) -> list[str]:
    """Return the different numbers of a text that holds more than one, in E.164; else [].

    `written` is cleaned input. One number that is written twice is not two.
    """
    if CLEAN_NUMBER_PATTERN.fullmatch(written) and not _has_short_rest(written):
        return []
    numbers = _find_valid_parts(STRONG_SEPARATOR_PATTERN.split(written), home)
    if len(numbers) > 1:
        return numbers
    for first, second in _iterate_cuts(written):
        numbers = _find_valid_parts((first, second), home)
        if len(numbers) > 1:
            return numbers
    return _find_short_second(written, home)


def find_valid_number(written: str, home: str | None) -> str | None:
    """Return a text that is one number of some country's plan in E.164, else None."""
    try:
        number = phonenumbers.parse(written, home)
    except NumberParseException:
        return None
    if number.extension or not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _find_valid_parts(parts: list[str] | tuple[str, ...], home: str | None) -> list[str]:
    numbers: dict[str, None] = {}
    for part in parts:
        if len(extract_digits(part)) < MIN_NUMBER_DIGITS:
            continue
        e164 = find_valid_number(part, home)
        if e164 is not None:
            numbers[e164] = None
    return list(numbers)


def _iterate_cuts(written: str) -> Iterator[tuple[str, str]]:
    """Yield the text cut in two at each slash, and at each space where it is too long for one."""
    is_too_long = len(extract_digits(written)) > MAX_DIGITS
    for match in re.finditer(r"[/\s]", written):
        if match[0] == "/" or is_too_long:
            yield written[: match.start()], written[match.end() :]


def _has_short_rest(written: str) -> bool:
    is_short = LONE_DIGIT_PATTERN.fullmatch(written) or DASH_REST_PATTERN.fullmatch(written)
    return is_short is not None


def _find_short_second(written: str, home: str | None) -> list[str]:
    """Return both numbers of "0171 1234567/8": the second has other last digits."""
    for pattern in (SLASH_REST_PATTERN, LONE_DIGIT_PATTERN):
        match = pattern.fullmatch(written)
        if match is None or len(extract_digits(match["head"])) < MIN_NUMBER_DIGITS:
            continue
        first = find_valid_number(match["head"], home)
        if first is not None:
            rest = extract_digits(match["rest"])
            second = first[: -len(rest)] + rest
            return [first, second]
    return _find_rest_of_mobile(written, home)


def _find_rest_of_mobile(written: str, home: str | None) -> list[str]:
    """Return both numbers of "0664 1234567-12". Behind a landline it is an extension."""
    match = DASH_REST_PATTERN.fullmatch(written)
    if match is None or len(extract_digits(match["head"])) < MIN_MOBILE_DIGITS:
        return []
    first = find_valid_number(match["head"], home)
    if first is None:
        return []
    number_type = phonenumbers.number_type(phonenumbers.parse(first, None))
    if number_type != PhoneNumberType.MOBILE:
        return []
    rest = extract_digits(match["rest"])
    return [first, first[: -len(rest)] + rest]

"""What people and programs put around a number, taken off before it is read."""

import re
import unicodedata

from app.domain.phones.phone_problems import InvalidPhoneNumber, PhoneProblem

# No spelling of a number is longer; a whole message pasted into the field is not parsed at all.
MAX_PHONE_INPUT_LENGTH = 60
# Before cleaning a spelling may hold more: NFKC and invisible characters take part of it away.
MAX_UNCLEANED_LENGTH = MAX_PHONE_INPUT_LENGTH * 6
EXTENSION_PATTERN = re.compile(
    r"(?:;?\s*ext(?:ension|n)?\.?|[x#;])\s*[:=.]?\s*\d+\s*$", re.IGNORECASE
)
# What spreadsheets and mail programs put around a number.
WRAPPING_CHARACTERS = " \t'\"=`´‘’“”"
# A spelling that needs no cleaning, as nearly every spreadsheet has.
CLEAN_NUMBER_PATTERN = re.compile(r"\+?\(?[0-9](?:[ ().-]{0,2}[0-9]){6,14}")
# Every character that a written number may consist of.
NUMBER_CHARACTERS_PATTERN = re.compile(r"[\d\s+().\-/~‐‑‒–—−ー]+")
# 1711234567.0 and 1711234567,00: a spreadsheet kept the number as a decimal. The zeros behind
# the point would be read as digits of the number.
DECIMAL_TAIL_PATTERN = re.compile(r"(?P<number>\+?\d{7,15})\s?[.,]\s?(?P<tail>\d{0,6})")
# 3035550.0142 may be a number in two groups; 1711234567.25 is not.
MAX_DECIMAL_DIGITS = 3


def clean_phone_input(text: str) -> str:
    """Return the text without bidi marks, spreadsheet quoting, "tel:" and doubled plus signs.

    The decimal zeros of a number that a spreadsheet wrote as 1711234567.0 are taken off too.
    """
    if "." not in text and CLEAN_NUMBER_PATTERN.fullmatch(text):
        return text
    normalized = unicodedata.normalize("NFKC", text[:MAX_UNCLEANED_LENGTH])
    # A line break in a cell may stand between two numbers.
    one_line = re.sub(r"[\r\n\t\v\f]+", " ", normalized)
    cleaned = "".join(filter(_is_visible, one_line)).strip(WRAPPING_CHARACTERS)
    cleaned = re.sub(r"^tel:\s*", "", cleaned, flags=re.IGNORECASE).strip(WRAPPING_CHARACTERS)
    cleaned = re.sub(r"^\+[\s+]*(?=\+)", "", cleaned)
    decimal = DECIMAL_TAIL_PATTERN.fullmatch(cleaned)
    if decimal and not decimal["tail"].strip("0"):
        return decimal["number"]
    return cleaned


def reject_non_numbers(written: str) -> None:
    """Raise InvalidPhoneNumber for a cleaned text that cannot be a number of any country."""
    if "." not in written and CLEAN_NUMBER_PATTERN.fullmatch(written):
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
    _reject_other_characters(written)


def _reject_other_characters(written: str) -> None:
    # The Japanese long vowel mark is a letter to Unicode, and a hyphen in numbers.
    if any(map(str.isalpha, written.replace("ー", ""))):
        raise InvalidPhoneNumber(PhoneProblem.LETTERS)
    if not NUMBER_CHARACTERS_PATTERN.fullmatch(written):
        raise InvalidPhoneNumber(PhoneProblem.NOT_A_NUMBER)
    decimal = DECIMAL_TAIL_PATTERN.fullmatch(written)
    if decimal and len(decimal["tail"]) <= MAX_DECIMAL_DIGITS:
        raise InvalidPhoneNumber(PhoneProblem.NOT_IN_USE)


def extract_digits(text: str) -> str:
    """Return the digits of any spelling as ASCII: "(٣03) ５55" gives "303555"."""
    decimals = filter(str.isdecimal, text)
    return "".join(map(str, map(unicodedata.decimal, decimals)))


def _is_visible(character: str) -> bool:
    """Whether the character is no format or control character and no half of a pair."""
    return unicodedata.category(character) not in ("Cf", "Cc", "Cs")

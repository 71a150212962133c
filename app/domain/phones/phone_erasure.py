"""What is left of a person who asked to be erased: a keyed hash of the number, and marks."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime

from app.domain.phones.phone_number import extract_digits

ERASED_BODY = "[erased]"
# Stored as the reason of a text that was still waiting.
ERASED_REASON = "erased"
ERASURE_MARK_PATTERN = re.compile(r"#[0-9a-f]{19}")
ERASURE_MARK_DIGITS = 19
# Fewer digits occur in dates, prices and house numbers as well.
MIN_RECOGNISED_DIGITS = 7
# A number without its country code.
NATIONAL_DIGITS = 10


def hash_phone(key: str, e164: str) -> str:
    """Return the keyed hash that an erased number is recognised by.

    A country has so few numbers that an unkeyed hash could be reversed by trying them all.
    """
    return hmac.new(key.encode(), e164.encode(), hashlib.sha256).hexdigest()


def generate_erasure_mark() -> str:
    """Return "#" and 19 random hex digits, which replace a number in the logs.

    Random, so it cannot be traced back to a person.
    """
    return f"#{secrets.token_hex(ERASURE_MARK_DIGITS)[:ERASURE_MARK_DIGITS]}"


def is_erasure_mark(phone: str) -> bool:
    """Whether the value is a mark that replaced a number."""
    return ERASURE_MARK_PATTERN.fullmatch(phone) is not None


def contains_phone_number(text: str, e164: str) -> bool:
    """Whether a cell of a spreadsheet holds this number, however spelt and whatever follows it."""
    digits = extract_digits(text).lstrip("0")
    if len(digits) < MIN_RECOGNISED_DIGITS:
        return False
    phone_digits = e164.lstrip("+")
    return phone_digits.endswith(digits) or phone_digits[-NATIONAL_DIGITS:] in digits


@dataclass(frozen=True)
class PhoneErasure:
    """Whose `phone` is replaced by which `mark`, by whom and when (UTC).

    Every feature that keeps numbers has a function `erase_phone()` that takes one.
    """

    phone: str
    mark: str
    username: str
    moment: datetime

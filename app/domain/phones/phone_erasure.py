"""What is left of a person who asked to be erased: a keyed hash of the number, and marks in the
logs.
"""

import hashlib
import hmac
import re
import secrets

from app.domain.phones.phone_number import extract_digits

ERASED_BODY = "[erased]"
ERASED_REASON = "erased"  # the reason of a text that was still waiting
ERASURE_MARK_PATTERN = re.compile(r"#[0-9a-f]{19}")


def hash_phone(key: str, e164: str) -> str:
    """The hash a number is remembered by.

    The numbers of a country are few: without the key it tells nothing.
    """
    return hmac.new(key.encode(), e164.encode(), hashlib.sha256).hexdigest()


def generate_erasure_mark() -> str:
    """What stands in the logs in place of a number: '#' and 19 random hex digits.

    It leads back to nobody.
    """
    return f"#{secrets.token_hex(10)[:19]}"


def is_erasure_mark(phone: str) -> bool:
    """Whether this stands where a number was."""
    return ERASURE_MARK_PATTERN.fullmatch(phone) is not None


def contains_phone_number(text: str, e164: str) -> bool:
    """Whether a cell of a sheet holds this number, in whatever spelling and with whatever
    behind it.
    """
    digits, own = extract_digits(text).lstrip("0"), e164.lstrip("+")
    return len(digits) >= 7 and (own.endswith(digits) or own[-10:] in digits)

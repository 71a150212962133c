"""What in a stored row cannot be read or sent, and a readable value to put in its place.

Rows like that come from a damaged disk, another program, or a hand in the file. One of them must
never keep the others from leaving.
"""

from datetime import UTC, datetime

from app.domain.phones.phone_number import is_e164
from app.domain.texts.segments import MAX_MESSAGE_CHARACTERS

# 1,600 characters of two units each are 48 parts of a text in UCS-2.
MAX_ROW_SEGMENTS = 48
MAX_REPAIRED_LENGTH = MAX_MESSAGE_CHARACTERS
UNREADABLE_REASON = "unreadable"


def find_message_fault(
    phone: object,
    body: object,
    segments: object,
    attempts: object,
) -> str:
    """Return which part of a queued message cannot be sent, "" when all can."""
    if not isinstance(phone, str) or not is_e164(phone):
        return "its number"
    if not isinstance(body, str) or not body or len(body) > MAX_MESSAGE_CHARACTERS:
        return "its text"
    if not _is_count(segments, 1, MAX_ROW_SEGMENTS):
        return "its number of segments"
    if not _is_count(attempts, 0, 1 << 30):
        return "its number of attempts"
    return ""


def _is_count(value: object, least: int, most: int) -> bool:
    return isinstance(value, int) and least <= value <= most


def decode_stored_text(raw: bytes, max_length: int | None) -> str:
    """Return what can be read of a text; what cannot be becomes a replacement character."""
    text = raw.decode("utf-8", "replace").replace("\x00", "")
    return text[: max_length or MAX_REPAIRED_LENGTH]


def is_stored_text(raw: bytes) -> bool:
    """Whether these bytes can be read as text."""
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def is_stored_moment(raw: bytes) -> bool:
    """Whether these bytes are a moment as a column stores it: UTC, without a zone."""
    try:
        moment = datetime.fromisoformat(raw.decode("ascii"))
    except ValueError:
        return False
    return moment.tzinfo is None or moment.tzinfo is UTC

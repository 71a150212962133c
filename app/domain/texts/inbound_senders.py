"""Senders as the carrier names them: a phone, a short code, a name, an address of a channel."""

import re

from app.domain.phones.phone_number import PhoneNumber, is_e164
from app.domain.phones.phone_problems import InvalidPhoneNumber
from app.domain.phones.phone_renumbering import canonicalize_phone

MAX_SENDER_LENGTH = 20
# How much of a longer sender is shown at either end: 7 + "…" + 12 characters.
SHOWN_AT_START = 7
SHOWN_AT_END = 12
# "whatsapp:+13035550142", "rcs:…", "sms:…": the same person on another channel.
_CHANNEL_PATTERN = re.compile(r"([a-z]{2,12}):(.+)", re.IGNORECASE)
# A "+" that a proxy has decoded to a space, brackets and hyphens: a number all the same.
_NUMBER_PATTERN = re.compile(r"\s*\+?[0-9][0-9 ().-]{9,24}")


def clean_sender(sender: str) -> str:
    """Return a sender as it is stored: at most 20 characters, on one line; "" when it is empty.

    A number in E.164 gets the one spelling that we store. Nothing else may look like one, or
    like an erasure mark ("#" and hex digits).
    """
    if is_e164(sender):
        return canonicalize_phone(sender)
    printable = "".join(map(_replace_unprintable, sender))
    name = " ".join(printable.split()).lstrip("#")
    if len(name) > MAX_SENDER_LENGTH:
        name = f"{name[:SHOWN_AT_START]}…{name[-SHOWN_AT_END:]}"
    if is_e164(name):
        return f"({name})"[:MAX_SENDER_LENGTH]
    return name


def read_sender_phone(sender: str) -> str:
    """Return the phone that a sender is, however the carrier spells it; "" when it is none.

    A short code has too few digits. An address of another channel is none: see
    find_channel_phone().
    """
    if is_e164(sender):
        return canonicalize_phone(sender)
    if not sender.isascii() or not _NUMBER_PATTERN.fullmatch(sender):
        return ""
    digits = "".join(filter(str.isdigit, sender))
    for written in (f"+{digits}", digits):
        try:
            return PhoneNumber.parse(written).e164
        except InvalidPhoneNumber:
            continue
    return ""


def find_channel_phone(sender: str) -> str:
    """Return the phone behind an address of another channel ("whatsapp:+1303…"), else "".

    Nothing is texted to it for what comes from there, but its STOP is the person's.
    """
    channel = _CHANNEL_PATTERN.fullmatch(sender.strip())
    return read_sender_phone(channel[2]) if channel else ""


def _replace_unprintable(character: str) -> str:
    return character if character.isprintable() else " "

"""Senders that are no phone: a short code, a name, an address of another channel."""

from app.domain.phones.phone_number import is_e164
from app.domain.phones.phone_renumbering import canonicalize_phone

MAX_SENDER_LENGTH = 20
# How much of a longer sender is shown at either end: 7 + "…" + 12 characters.
SHOWN_AT_START = 7
SHOWN_AT_END = 12


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


def _replace_unprintable(character: str) -> str:
    return character if character.isprintable() else " "

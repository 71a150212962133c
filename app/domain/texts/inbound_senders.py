"""Who texts us without being a phone: a short code, a name, another channel.

And pictures, as they are noted.
"""

from app.domain.phones.phone_number import is_e164

MAX_SENDER_LENGTH = 20


def clean_sender(sender: str) -> str:
    """A sender as we keep it, whatever the carrier called it: at most 20 characters, on one
    line; "" when it says none.

    A number in E.164 stays as it is. Nothing else looks like one, or like the mark of somebody
    who was erased.
    """
    if is_e164(sender):
        return sender
    shown = " ".join(
        "".join(sign if sign.isprintable() else " " for sign in sender).split()
    ).lstrip("#")
    if len(shown) > MAX_SENDER_LENGTH:
        shown = f"{shown[:7]}…{shown[-12:]}"
    return f"({shown})"[:MAX_SENDER_LENGTH] if is_e164(shown) else shown

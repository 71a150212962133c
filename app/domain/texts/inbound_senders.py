"""Who texts us without being a phone: a short code, a name, another channel.

And pictures, as they are noted.
"""

import json
from collections.abc import Mapping

from app.domain.phones.phone_number import is_e164

MAX_SENDER_LENGTH = 20
MAX_MEDIA_ITEMS, MAX_MEDIA_URL_LENGTH, MAX_MEDIA_TYPE_LENGTH = 10, 1000, 100


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


def extract_media_json(fields: Mapping[str, str]) -> str | None:
    """The pictures of a call as they are stored, a JSON list of {"url", "type"}; None when
    there are none.

    At most ten, and only addresses that begin with https. Nobody fetches them but a person's
    browser.
    """
    count = fields.get("NumMedia", "")
    most = (
        min(int(count), MAX_MEDIA_ITEMS)
        if count.isascii() and count.isdigit() and len(count) < 5
        else 0
    )
    found = [
        {
            "url": url,
            "type": fields.get(f"MediaContentType{n}", "")[:MAX_MEDIA_TYPE_LENGTH],
        }
        for n in range(most)
        if (url := fields.get(f"MediaUrl{n}", "")).startswith("https://")
        and len(url) <= MAX_MEDIA_URL_LENGTH
    ]
    return json.dumps(found) if found else None

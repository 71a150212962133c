"""Takes phone numbers out of every answer to users who may not see them.

Whatever page, attribute, sentence or JSON a number is in: what leaves says its last four digits.
Forms that carry such a number back name nobody, so that they are refused or mean a person's first.
"""

import re

from flask import Flask, Response, g

from app.core.permission_checks import may_see_numbers

# E.164 as stored and as written on pages, and a plus sign of addresses; the digits of a number
# that is part of an address.
NUMBER_PATTERN = re.compile(
    r"(?:\+|%2B|&#43;|\\u002b)[1-9](?:[ ().\u00a0\u2011-]{0,2}\d){6,14}", re.IGNORECASE
)
ADDRESS_PATTERN = re.compile(r"(?<=/)[1-9]\d{6,14}(?=[/\"'?#&\s])")
SHOWN_DIGITS = 4
HIDDEN_TYPES = ("application/json", "text/")


def install_hidden_numbers(app: Flask) -> None:
    """Hide numbers in the answers of `app` from whoever may not see them.

    Noted after the check of permissions: when the answer leaves, the database may be unreadable.
    """
    app.before_request(_note_permission)
    app.after_request(_hide_numbers)


def _note_permission() -> None:
    # Flask-Login puts the user into `g` when somebody has used current_user.
    g.hides_numbers = "_login_user" in g and not may_see_numbers()


def _hide_numbers(response: Response) -> Response:
    if not g.get("hides_numbers") or response.direct_passthrough:
        return response
    if response.mimetype and response.mimetype.startswith(HIDDEN_TYPES):
        text = response.get_data(as_text=True)
        hidden = hide_numbers(text)
        if hidden != text:
            response.set_data(hidden)
    return response


def hide_numbers(text: str) -> str:
    """Return a text with the last four digits of each phone number, in place of the number."""
    return ADDRESS_PATTERN.sub(_hide_number, NUMBER_PATTERN.sub(_hide_number, text))


def _hide_number(match: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", match[0])
    return f"••• {digits[-SHOWN_DIGITS:]}"

"""The text that brings a verification code, and what others read in its place."""

import re

from app.domain.delivery.approval_texts import hide_approval_code

HIDDEN_CODE_TEXT = "Verification code"
_CODE_TEXT = re.compile(r"\d+ is your SMS Admin code\.")


def write_code_text(code: str) -> str:
    """Return the text that is sent to the phone which is to be verified."""
    return f"{code} is your SMS Admin code. It expires in 10 minutes."


def hide_code(body: str) -> str:
    """Return the body of a text of ours as pages show it.

    A code proves that somebody holds the phone: whoever reads it elsewhere must not have it.
    """
    return HIDDEN_CODE_TEXT if _CODE_TEXT.match(body) else hide_approval_code(body)

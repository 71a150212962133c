"""The blueprint of one person's page, and what all its views need."""

import re

from flask import (
    Blueprint,
    abort,
    redirect,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from app.core.access import (
    parse_local_path,
)
from app.domain.phones.phone_renumbering import canonicalize_phone

bp = Blueprint("people", __name__)
E164_DIGITS_PATTERN = re.compile(r"[1-9][0-9]{6,14}")


def parse_phone_or_404(digits: str) -> str:
    """Return the number whose E.164 digits the address has."""
    if not E164_DIGITS_PATTERN.fullmatch(digits):
        abort(404)
    return canonicalize_phone(f"+{digits}")


def redirect_to_person(phone: str) -> ResponseReturnValue:
    """Redirect to the page that the form came from, else to the person."""
    return_url = parse_local_path(request.form.get("next"))
    return redirect(return_url or url_for("people.show_person", digits=phone[1:]), 303)


def mask_phone(phone: str) -> str:
    """Return enough to recognise a number in the audit, too little to text it."""
    return f"number ending in {phone[-4:]}"

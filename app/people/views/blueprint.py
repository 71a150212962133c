"""The blueprint of one person's page, and what all its views need."""

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
from app.profiles.person_addresses import (
    build_person_url,
    find_addressed_person,
    find_addressed_phone,
    get_public_id,
)
from app.profiles.queries.person_lookup import PersonProfile
from app.profiles.queries.value_words import format_field_value

bp = Blueprint("people", __name__)
bp.add_app_template_global(build_person_url)
bp.add_app_template_global(get_public_id)
bp.add_app_template_global(format_field_value)


def get_person_or_404(public_id: str) -> PersonProfile:
    """Return the person of an address."""
    return find_addressed_person(public_id) or abort(404)


def get_phone_or_404(public_id: str) -> str:
    """Return the number that a form is about: `phone` where it names one, else the first."""
    return find_addressed_phone(public_id, request.form.get("phone", "")) or abort(404)


def redirect_to_person(phone: str) -> ResponseReturnValue:
    """Redirect to the page that the form came from, else to the person."""
    return_url = parse_local_path(request.form.get("next"))
    person_url = build_person_url(phone) or url_for("community.list_members")
    return redirect(return_url or person_url, 303)


def mask_phone(phone: str) -> str:
    """Return enough to recognise a number in the audit, too little to text it."""
    return f"number ending in {phone[-4:]}"

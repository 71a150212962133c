"""The numbers of a person: another one by hand, which is texted, and taking one away."""

from typing import Any

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write, build_name_details
from app.core.access import current_username, permission_required
from app.core.db import NotFound
from app.domain.accounts.permissions import Permission
from app.domain.phones.phone_number import format_phone_number
from app.people.actions.number_change import add_number, make_number_first, remove_number
from app.people.forms import AddedNumberForm
from app.people.queries.person_records import load_person_record
from app.people.views.blueprint import bp, get_person_or_404, get_phone_or_404
from app.people.views.number_change import record_number_consent
from app.people.views.person_page import render_person_page
from app.profiles.models import PhoneKind
from app.profiles.queries.person_lookup import PersonProfile


@bp.post("/people/<public_id>/numbers")
@permission_required(Permission.MANAGE_PEOPLE)
def add_person_number(public_id: str) -> ResponseReturnValue:
    """Give a person another number, which is texted when the first one does not work."""
    person, form = get_person_or_404(public_id), AddedNumberForm()
    form.person = person
    if not form.validate_on_submit():
        return render_person_page(person, number_form=form), 422
    phone = form.added_phone.phone.e164
    with audited_write("person.phone_added", current_username()) as trace:
        trace.details = _name_person(person)
        add_number(person, phone, PhoneKind(form.kind.data))
        record_number_consent(phone, form.number_agreed)
    flash(f"{format_phone_number(phone)} was added.", "success")
    return _redirect_to_person(person)


@bp.post("/people/<public_id>/numbers/first")
@permission_required(Permission.MANAGE_PEOPLE)
def text_person_number(public_id: str) -> ResponseReturnValue:
    """Text this number of a person from now on."""
    person, phone = get_person_or_404(public_id), get_phone_or_404(public_id)
    try:
        with audited_write("person.phone_first", current_username()) as trace:
            trace.details = _name_person(person)
            make_number_first(person, phone)
    except NotFound:
        abort(404)
    flash(f"Texts go to {format_phone_number(phone)} now.", "success")
    return _redirect_to_person(person)


@bp.post("/people/<public_id>/numbers/remove")
@permission_required(Permission.MANAGE_PEOPLE)
def remove_person_number(public_id: str) -> ResponseReturnValue:
    """Take a number away from a person that is not the one that is texted."""
    person, phone = get_person_or_404(public_id), get_phone_or_404(public_id)
    if phone == person.phone:
        flash("This number is texted first. Text another one first, then remove it.", "error")
        return _redirect_to_person(person)
    try:
        with audited_write("person.phone_removed", current_username()) as trace:
            trace.details = _name_person(person)
            remove_number(person, phone)
    except NotFound:
        abort(404)
    flash(f"{format_phone_number(phone)} was removed.", "success")
    return _redirect_to_person(person)


def _name_person(person: PersonProfile) -> dict[str, Any]:
    phone = person.phone or abort(404)
    return build_name_details([(load_person_record(phone).name, phone)])


def _redirect_to_person(person: PersonProfile) -> ResponseReturnValue:
    return redirect(url_for("people.show_person", public_id=person.public_id), 303)

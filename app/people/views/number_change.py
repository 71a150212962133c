"""A person has a new number: one form, which says what goes with them."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write, build_name_details
from app.core.access import current_username, permission_required
from app.core.clock import now
from app.domain.accounts.permissions import Permission
from app.people.actions.number_change import NumberChange, change_number
from app.people.forms import NumberChangeForm
from app.people.queries.person_records import load_person_record
from app.people.views.blueprint import bp, get_person_or_404, get_phone_or_404
from app.suppression.actions.consent_events import grant_consent
from app.suppression.forms import ConsentMethodField


@bp.route("/people/<public_id>/number", methods=["GET", "POST"])
@permission_required(Permission.MANAGE_PEOPLE)
def change_person_number(public_id: str) -> ResponseReturnValue:
    """Ask for the new number of a person (GET); give it to them (POST)."""
    person, old_phone = get_person_or_404(public_id), get_phone_or_404(public_id)
    name = load_person_record(old_phone).name
    form = NumberChangeForm(person, old_phone)
    if not form.validate_on_submit():
        page = render_template(
            "people/number.html", form=form, person=person, old_phone=old_phone, name=name
        )
        return page, 422 if form.errors else 200
    change = save_number_change(name, old_phone, form.new_phone.phone.e164, form.number_agreed)
    flash_number_change(change)
    return redirect(url_for("people.show_person", public_id=person.public_id), 303)


def save_number_change(
    name: str | None, old_phone: str, new_phone: str, agreed: ConsentMethodField | None = None
) -> NumberChange:
    """Give a person a new number, with its line in the audit.

    `agreed`: how they agreed to texts to it; not recorded where their opt-out is asked about.
    """
    with audited_write("person.number_changed", current_username()) as trace:
        trace.details = build_name_details([(name, new_phone)])
        change = change_number(old_phone, new_phone, now())
        if agreed and not change.needs_decision:
            record_number_consent(new_phone, agreed)
        return change


def record_number_consent(phone: str, agreed: ConsentMethodField) -> None:
    """Record how a person agreed to texts to a number, if a form said so. Inside write()."""
    method = agreed.method if agreed.raw_data else None
    if method:
        actor = current_username()
        grant_consent(phone, method, f"Added by {actor}", actor)


def flash_number_change(change: NumberChange) -> None:
    """Say what became of a changed number."""
    if change.needs_decision:
        flash(
            "Number changed. They may have opted out under the old number: decide in their "
            "conversation before they get texts.",
            "warning",
        )
    else:
        flash("Number changed.", "success")

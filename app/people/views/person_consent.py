"""Changes whether a person may be texted: the do-not-text list, and recorded consent."""

from flask import (
    flash,
)
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.core.access import current_username, permission_required
from app.core.settings import current_settings
from app.domain.accounts.permissions import Permission
from app.domain.phones.phone_number import format_phone_number
from app.people.forms import ConsentForm
from app.people.queries import person_records as queries
from app.people.views.blueprint import (
    bp,
    get_person_or_404,
    get_phone_or_404,
    mask_phone,
    redirect_to_person,
)
from app.people.views.person_page import render_person_page
from app.suppression.actions.consent_events import grant_consent
from app.suppression.actions.opt_outs import record_opt_out
from app.suppression.actions.suppression_removal import OnlyOwnerCanOptIn, remove_suppression_entry
from app.suppression.models import MANUAL_SOURCE, ConsentMethod
from app.suppression.queries.suppression_entries import (
    find_suppression_entries_by_phone,
)


@bp.post("/people/<public_id>/do-not-text")
@permission_required(Permission.SEE_PEOPLE)
def add_person_to_do_not_text_list(public_id: str) -> ResponseReturnValue:
    """Put somebody on the do-not-text list who asked for it in another way than by text."""
    phone = get_phone_or_404(public_id)
    name = queries.load_person_record(phone).name
    with audited_write("suppression.added", current_username()) as trace:
        trace.about = mask_phone(phone)
        trace.add_person(None, phone)
        is_new = record_opt_out(phone, source=MANUAL_SOURCE, name=name, actor=current_username())
    outcome = "won't get any more texts" if is_new else "is already on the do-not-text list"
    flash(f"{name or format_phone_number(phone)} {outcome}.", "success")
    return redirect_to_person(phone)


@bp.post("/people/<public_id>/take-off")
@permission_required(Permission.EDIT_DO_NOT_TEXT)
def remove_person_from_do_not_text_list(public_id: str) -> ResponseReturnValue:
    """Take somebody off the do-not-text list, unless only the phone's owner can do that."""
    phone = get_phone_or_404(public_id)
    try:
        with audited_write("suppression.removed", current_username()) as trace:
            entries = find_suppression_entries_by_phone(phone)
            trace.about = mask_phone(phone)
            trace.add_person(None, phone)
            trace.details = {"why": ", ".join(entry.why for entry in entries)}
            for entry in entries:
                remove_suppression_entry(entry.kind, entry.id, current_username())
    except OnlyOwnerCanOptIn:
        sender_number = format_phone_number(current_settings().sender)
        flash(f"Only they can undo this, by texting START to {sender_number}.", "error")
    else:
        flash(f"{format_phone_number(phone)} was removed from the do-not-text list.", "success")
    return redirect_to_person(phone)


@bp.post("/people/<public_id>/consent")
@permission_required(Permission.UPDATE_PEOPLE)
def record_person_consent(public_id: str) -> ResponseReturnValue:
    """Record when and how they agreed to texts."""
    phone, form = get_phone_or_404(public_id), ConsentForm()
    if not form.validate_on_submit():
        return render_person_page(get_person_or_404(public_id), consent_form=form), 422
    with audited_write("person.consent", current_username()) as trace:
        trace.about = mask_phone(phone)
        trace.add_person(None, phone)
        method = form.agreed.method or ConsentMethod.FORM
        is_granted = grant_consent(phone, method, form.evidence.data, current_username())
    if is_granted:
        flash("Consent recorded.", "success")
    else:
        flash("They opted out. Only they can undo this, by texting START.", "error")
    return redirect_to_person(phone)

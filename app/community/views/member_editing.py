"""One member: add, delete, put on the do-not-text list. Editing is in app/people."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write, build_name_details
from app.community import actions
from app.community.deleted_members import move_members_to_trash
from app.community.forms import (
    NUMBER_ALREADY_LISTED_ERROR,
    SHARED_NUMBER_ERROR,
    MemberForm,
)
from app.community.member_phones import find_member_by_phone
from app.community.models import CommunityMember
from app.community.views.blueprint import bp
from app.community.views.member_details import build_added_member_form, fill_details, save_details
from app.core.access import current_username, permission_required
from app.core.db import UniqueViolation
from app.core.form_fields import add_error
from app.domain.accounts.permissions import Permission
from app.domain.delivery.skip_reasons import SKIP_REASON_LABELS
from app.domain.phones.phone_number import format_phone_number
from app.domain.phones.phone_number_info import COUNTRY_PREFIX_LENGTH
from app.domain.texts.name_folding import fold_name
from app.organisation import queries as organisation
from app.profiles.forms.value_inputs import list_value_inputs
from app.profiles.person_addresses import build_person_url, find_addressed_phone
from app.suppression.actions import erased_numbers
from app.suppression.actions.consent_events import grant_consent
from app.suppression.actions.opt_outs import record_opt_out
from app.suppression.queries.sending_permission import find_suppression_reason
from app.trash.deletion_message import flash_deletion

KEPT_DETAILS = "Not changed, as this number has something else there already: {}."


@bp.route("/community/add", methods=["GET", "POST"])
@permission_required(Permission.MANAGE_PEOPLE)
def add_member() -> ResponseReturnValue:
    """Add somebody to the list. The parameters `name` and `phone` fill in the form.

    Our own pages name a known person by `person`, so that no number is in an address.
    """
    form = build_added_member_form(_read_prefill())
    if form.validate_on_submit() and _has_shared_number(form):
        flash(f"{form.name.data} was added to the name of this number.", "success")
        return redirect(build_person_url(form.phone.phone.e164), 303)
    if form.is_submitted() and not form.errors:
        member = _create_member_or_add_error(form)
        if member is not None:
            flash(_describe_added_member(member), "success")
            return redirect(url_for("community.list_members"), 303)
    page = render_template("community/add.html", form=form, inputs=list_value_inputs(form))
    return page, _get_form_status(form)


def _read_prefill() -> dict[str, str | None]:
    phone = find_addressed_phone(request.args.get("person", ""))
    phone = phone or request.args.get("phone", "")
    return {"phone": phone, "name": request.args.get("name")}


def _has_shared_number(form: MemberForm) -> bool:
    """Add the name to the member with this number, when the form says that they share it.

    Else it is said beside the field who has the number, and the page offers that.
    """
    holder = find_member_by_phone(form.phone.phone.e164)
    name = form.name.data
    if holder is None or not holder.name or not name or fold_name(holder.name) == fold_name(name):
        return False
    if not form.is_shared.data:
        form.shared_with = holder
        add_error(form.phone, SHARED_NUMBER_ERROR.format(name=holder.name))
        return False
    with audited_write("member.changed", current_username()) as trace:
        trace.about = str(holder.id)
        trace.details = {"changed": ["name"]}
        actions.share_number(holder.phone, name)
        kept_labels = fill_details(form, holder.phone)
        _record_agreement(form, holder.phone)
    if kept_labels:
        flash(KEPT_DETAILS.format(", ".join(kept_labels)), "warning")
    return True


def _record_agreement(form: MemberForm, phone: str) -> None:
    """Record how they agreed to texts, if the form says so. Inside write()."""
    if method := form.agreed.method:
        actor = current_username()
        grant_consent(phone, method, f"Added by {actor}", actor)


def _create_member_or_add_error(form: Any) -> CommunityMember | None:
    try:
        with audited_write("member.added", current_username()) as trace:
            member = actions.create_member(form.name.data, form.phone.phone.e164)
            erased_numbers.restore_erased_opt_outs([member.phone])
            save_details(form, member.phone)
            _record_agreement(form, member.phone)
            trace.about = str(member.id)
    except UniqueViolation:
        add_error(form.phone, NUMBER_ALREADY_LISTED_ERROR)
        return None
    return member


def _get_form_status(form: MemberForm) -> int:
    return 422 if form.errors else 200


def _describe_added_member(member: CommunityMember) -> str:
    """Return the message about a new member, and why no text would reach them."""
    reason = find_suppression_reason(member.phone)
    if reason:
        cause, advice = SKIP_REASON_LABELS[reason]
        more = f"They won't get texts. {cause}. {advice}"
    else:
        more = organisation.describe_foreign_numbers({member.phone[:COUNTRY_PREFIX_LENGTH]: 1})
    return f"{_get_display_name(member)} was added. {more}".rstrip()


def _get_display_name(member: CommunityMember) -> str:
    return member.name or format_phone_number(member.phone)


@bp.post("/community/<int:member_id>/delete")
@permission_required(Permission.MANAGE_PEOPLE)
def delete_member(member_id: int) -> ResponseReturnValue:
    """Delete a member from the list."""
    with audited_write("member.deleted", current_username()) as trace:
        member = actions.get_member_for_update(member_id)
        display_name = _get_display_name(member)
        trace.about = str(member_id)
        trace.details = build_name_details([(member.name, member.phone)])
        _, item_id = move_members_to_trash([member_id], trace.who, trace.user_id)
    flash_deletion(f"{display_name} was deleted.", item_id)
    return redirect(url_for("community.list_members"), 303)


@bp.post("/community/<int:member_id>/unsubscribe")
@permission_required(Permission.SEE_PEOPLE)
def unsubscribe_member(member_id: int) -> ResponseReturnValue:
    """Put a member on the do-not-text list who asked for it in another way than by text."""
    with audited_write("member.unsubscribed", current_username()) as trace:
        member = actions.get_member_for_update(member_id)
        display_name = _get_display_name(member)
        trace.about = str(member_id)
        is_new = record_opt_out(
            member.phone, source="community", name=member.name, actor=current_username()
        )
    if is_new:
        flash(f"{display_name} won't get any more texts.", "success")
    else:
        flash(f"{display_name} is already on the do-not-text list.", "success")
    return redirect(url_for("community.list_members"), 303)

"""Changes a member's name or number.

It stands here because a new number concerns events, groups and notes too.
"""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.audit.pending_acts import note_look
from app.community import actions, queries
from app.community.forms import NUMBER_ALREADY_LISTED_ERROR, MemberForm
from app.community.member_phones import is_member
from app.community.models import CommunityMember
from app.community.views.blueprint import bp
from app.core.access import current_username, permission_required
from app.core.clock import now
from app.core.form_fields import add_error
from app.domain.accounts.permissions import Permission
from app.people.actions.number_change import NumberChange, change_number
from app.people.queries.number_holders import find_named_holder
from app.people.views.number_change import flash_number_change
from app.profiles.person_addresses import build_person_url
from app.profiles.queries.person_lookup import find_person_of_phone
from app.suppression.queries.sending_permission import find_suppression_reason

HOLDER_ERROR = (
    "{name} has this number. If this is the same person, choose Change number on their page."
)


@bp.route("/community/<int:member_id>/edit", methods=["GET", "POST"])
@permission_required(Permission.MANAGE_PEOPLE)
def edit_member(member_id: int) -> ResponseReturnValue:
    """Change a member's name or number."""
    member = queries.find_member(member_id) or abort(404)
    note_look("person", member.phone, member.name)
    form = MemberForm(obj=member)
    if form.validate_on_submit() and _is_number_free(member, form):
        change = _save_member(member, form)
        flash("Saved.", "success")
        if change and change.needs_decision:
            flash_number_change(change)
        return _redirect_after_edit(form)
    return _render_edit_page(member_id, form), 422 if form.errors else 200


def _is_number_free(member: CommunityMember, form: MemberForm) -> bool:
    """Whether nobody else has the number that was typed; else the error is beside the field."""
    phone = form.phone.phone.e164
    if phone == member.phone:
        return True
    if is_member(phone):
        add_error(form.phone, NUMBER_ALREADY_LISTED_ERROR)
        return False
    person = find_person_of_phone(member.phone)
    holder = find_named_holder(phone, person.id) if person else None
    if holder is not None:
        add_error(form.phone, HOLDER_ERROR.format(name=holder.name))
    return holder is None


def _save_member(member: CommunityMember, form: MemberForm) -> NumberChange | None:
    """Store the name and the number; a new number as on the person's page."""
    member_id, old_phone = member.id, member.phone
    phone = form.phone.phone.e164
    with audited_write("member.changed", current_username()) as trace:
        trace.about = str(member_id)
        is_renamed = actions.update_member_name(member_id, form.name.data)
        change = change_number(old_phone, phone, now()) if phone != old_phone else None
        changed_columns = {"name": is_renamed, "phone": change is not None}
        trace.details = {"changed": [name for name, is_new in changed_columns.items() if is_new]}
    return change


def _redirect_after_edit(form: MemberForm) -> ResponseReturnValue:
    """Lead back to the page of the person, where the form came from it: by their new number."""
    if "to_person" not in request.form:
        return redirect(url_for("community.list_members"), 303)
    return redirect(build_person_url(form.phone.phone.e164), 303)


def _render_edit_page(member_id: int, form: MemberForm) -> str:
    """Render the form beside the member as stored, whatever was typed."""
    member = queries.find_member(member_id) or abort(404)
    return render_template(
        "community/edit.html",
        form=form,
        member=member,
        skip_reason=find_suppression_reason(member.phone),
    )

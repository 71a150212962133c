"""One member: add, edit, delete, put on the do-not-text list."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.community import actions, queries
from app.community.forms import NUMBER_ALREADY_LISTED_ERROR, MemberForm
from app.community.models import CommunityMember
from app.community.views.blueprint import bp
from app.core.access import current_username, roles_required
from app.core.db import UniqueViolation
from app.domain.accounts.roles import Role
from app.domain.delivery.skip_reasons import SKIP_REASON_LABELS
from app.domain.phones.phone_number import format_phone_number
from app.domain.phones.phone_number_info import COUNTRY_PREFIX_LENGTH
from app.organisation import queries as organisation
from app.suppression.actions import erased_numbers
from app.suppression.actions.opt_outs import record_opt_out
from app.suppression.queries.sending_permission import find_suppression_reason


@bp.route("/community/add", methods=["GET", "POST"])
@roles_required(Role.ADMIN)
def add_member() -> ResponseReturnValue:
    """One more on the list. The address may say whom."""
    form = MemberForm(
        data={"phone": request.args.get("phone", ""), "name": request.args.get("name")}
    )
    if form.validate_on_submit():
        try:
            with audited_write("member.added", current_username()) as trace:
                row = actions.create_member(form.name.data, form.phone.phone.e164)
                erased_numbers.restore_erased_opt_outs([row.phone])
                trace.about = str(row.id)
        except UniqueViolation:
            form.phone.errors = [*form.phone.errors, NUMBER_ALREADY_LISTED_ERROR]
        else:
            flash(_describe_added_member(row), "success")
            return redirect(url_for("community.list_members"), 303)
    return render_template("community/add.html", form=form), 422 if form.errors else 200


def _describe_added_member(row: CommunityMember) -> str:
    """Somebody may be on the list and get nothing: then it is said at once."""
    reason = find_suppression_reason(row.phone)
    named = row.name or format_phone_number(row.phone)
    more = (
        f"They get no texts. {SKIP_REASON_LABELS[reason][0]}."
        if reason
        else organisation.describe_foreign_numbers({row.phone[:COUNTRY_PREFIX_LENGTH]: 1})
    )
    return f"{named} is on the list. {more}".rstrip()


@bp.route("/community/<int:member_id>/edit", methods=["GET", "POST"])
@roles_required(Role.ADMIN)
def edit_member(member_id: int) -> ResponseReturnValue:
    """Another name or number."""
    member = queries.find_member(member_id) or abort(404)
    form = MemberForm(obj=member)
    if form.validate_on_submit():
        try:
            with audited_write("member.changed", current_username()) as trace:
                trace.about = str(member_id)
                trace.details = {
                    "changed": actions.update_member(
                        member_id, form.name.data, form.phone.phone.e164
                    )
                }
                erased_numbers.restore_erased_opt_outs([form.phone.phone.e164])
        except UniqueViolation:
            form.phone.errors = [*form.phone.errors, NUMBER_ALREADY_LISTED_ERROR]
        else:
            flash("Saved.", "success")
            return redirect(url_for("community.list_members"), 303)
    return _render_edit_page(member_id, form), 422 if form.errors else 200


def _render_edit_page(member_id: int, form: MemberForm) -> str:
    """The person as they are on the list, whatever was typed."""
    member = queries.find_member(member_id) or abort(404)
    return render_template(
        "community/edit.html",
        form=form,
        member=member,
        left_out=find_suppression_reason(member.phone),
    )


@bp.post("/community/<int:member_id>/delete")
@roles_required(Role.ADMIN)
def delete_member(member_id: int) -> ResponseReturnValue:
    """One less on the list."""
    with audited_write("member.deleted", current_username()) as trace:
        member = actions.get_member_for_update(member_id)
        named = member.name or format_phone_number(member.phone)
        trace.about = str(member_id)
        actions.delete_members([member_id])
    flash(f"{named} is deleted.", "success")
    return redirect(url_for("community.list_members"), 303)


@bp.post("/community/<int:member_id>/unsubscribe")
@roles_required(Role.ADMIN)
def unsubscribe_member(member_id: int) -> ResponseReturnValue:
    """Onto the do-not-text list, for somebody who asked in another way than by text."""
    with audited_write("member.unsubscribed", current_username()) as trace:
        member = actions.get_member_for_update(member_id)
        named = member.name or format_phone_number(member.phone)
        trace.about = str(member_id)
        is_new = record_opt_out(
            member.phone, source="community", name=member.name, actor=current_username()
        )
    flash(
        f"{named} gets no more texts."
        if is_new
        else f"{named} is on the do-not-text list already.",
        "success",
    )
    return redirect(url_for("community.list_members"), 303)

"""A new blast: the form, and the review of a form that is sent whole each time.

The page of the form stores a draft (draft_pages.py); programs send all fields here, with confirm=1
the second time, and nothing is stored before.
"""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.audiences.queries.audience_recipients import AudienceGone
from app.blasts.forms.audience_fields import WIDEN_BUTTON
from app.blasts.forms.blast_confirmation import BlastConfirmationForm
from app.blasts.forms.compose import ComposeForm
from app.blasts.forms.draft_fields import apply_button_changes
from app.blasts.views.blast_sending import (
    LIST_GONE_ERROR,
    confirm_checked_blast,
    confirm_tests,
    find_earlier_blast,
    get_client_token,
    redirect_to_scheduled_blast,
)
from app.blasts.views.blueprint import bp
from app.blasts.views.compose_page import render_compose_page
from app.blasts.views.compose_prefill import create_prefilled_form
from app.blasts.views.name_fixes import apply_name_fixes
from app.blasts.views.review_page import (
    CheckedBlast,
    ReviewPlace,
    check_form,
    describe_change,
    is_as_reviewed,
    render_review,
)
from app.blasts.views.test_sends import has_test_phone
from app.core.access import permission_required
from app.domain.accounts.permissions import Permission


@bp.route("/new", methods=["GET", "POST"])
@permission_required(Permission.SEND_TEXTS)
def compose_blast() -> ResponseReturnValue:
    """Show the form; check what was written; and, with confirm=1, send it."""
    if request.method != "POST":
        return render_compose_page(create_prefilled_form())
    form = ComposeForm(apply_button_changes(request.form))
    earlier_id = find_earlier_blast(get_client_token(form))
    if earlier_id is not None:
        return redirect_to_scheduled_blast(earlier_id)
    if "edit" in request.form or "edit" in request.args:
        return render_compose_page(form, shows_lists=WIDEN_BUTTON in request.form)
    if not form.validate():
        return render_compose_page(form), 422
    if "fix_names" in request.form:
        apply_name_fixes()
    checked = check_form(form)
    if checked is None or (form.is_test and not has_test_phone(form)):
        return render_compose_page(form), 422
    try:
        return _review_or_send(form, checked)
    except AudienceGone:
        # Archived or deleted since the review was computed a moment ago.
        flash(LIST_GONE_ERROR, "error")
        return redirect(url_for("blasts.compose_blast"), 303)


def _review_or_send(form: ComposeForm, checked: CheckedBlast) -> ResponseReturnValue:
    draft, count = checked.draft, checked.blast.recipient_count
    if draft.is_test:
        return confirm_tests(form, checked)
    confirmation = BlastConfirmationForm()
    is_confirming = "confirm" in request.form
    has_changed = _has_changed(checked, confirmation, is_confirming=is_confirming)
    may_confirm = is_confirming and count and not has_changed
    may_exempt = current_user.may(Permission.APPROVE_TEXTS)
    if (
        may_confirm
        and confirmation.check_typed_count(count)
        and confirmation.check_any_hour_reason(may_exempt=may_exempt)
    ):
        reason = confirmation.any_hour_reason.data or ""
        return confirm_checked_blast(checked, get_client_token(form), count, None, reason)
    place = ReviewPlace(
        url_for("blasts.compose_blast"),
        form.list_carried_fields(),
        changed_notice=describe_change(checked, confirmation) if has_changed else "",
    )
    page, status = render_review(form, checked, confirmation, place)
    return page, 422 if is_confirming else status


def _has_changed(
    checked: CheckedBlast, confirmation: BlastConfirmationForm, *, is_confirming: bool
) -> bool:
    """Whether the page that this was sent from showed others; a program may have seen none."""
    seen_count = confirmation.get_seen_count()
    if seen_count is not None and seen_count != checked.blast.recipient_count:
        return True
    return is_confirming and "review_hash" in request.form and not is_as_reviewed(checked)

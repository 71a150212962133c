"""Erases a person: shows what goes and what stays, then erases it."""

from flask import (
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.core.access import (
    current_username,
    roles_required,
)
from app.core.clock import now
from app.delivery.queries.phone_texts import count_phone_texts
from app.domain.accounts.roles import Role
from app.people.actions.person_erasure import (
    TextBeingSent,
    erase_person_data,
    find_embedded_mentions,
)
from app.people.queries import person_records as queries
from app.people.views.blueprint import bp, parse_phone_or_404
from app.suppression.queries.sending_permission import has_opted_out


@bp.route("/people/<digits>/erase", methods=["GET", "POST"])
@roles_required(Role.ADMIN)
def erase_person(digits: str) -> ResponseReturnValue:
    """Show what goes and what stays (GET); erase everything that names the person (POST)."""
    phone = parse_phone_or_404(digits)
    # Not `== "GET"`: a HEAD must not erase anybody.
    if request.method != "POST":
        return _render_erase_page(phone)
    mentions = find_embedded_mentions(phone)
    try:
        with audited_write("person.erased", current_username()) as trace:
            result = erase_person_data(phone, mentions, current_username(), now())
            trace.about = result.mark
    except TextBeingSent:
        flash("A text to them is being sent right now. Try again in a minute.", "error")
        return redirect(url_for("people.erase_person", digits=digits), 303)
    flash(
        "This person was erased. Their number is no longer stored.",
        "success",
    )
    return redirect(url_for("community.list_members"), 303)


def _render_erase_page(phone: str) -> str:
    return render_template(
        "people/erase.html",
        phone=phone,
        record=queries.load_person_record(phone),
        text_count=count_phone_texts(phone),
        has_opted_out=has_opted_out(phone),
    )

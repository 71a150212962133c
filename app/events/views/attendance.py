"""Marking who came to an event: one person, the ticked ones, or everyone whom the list shows."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement

from app.audit.actions import audited_write, build_name_details
from app.core.access import current_username, parse_local_path, permission_required
from app.domain.accounts.permissions import Permission
from app.domain.phones.named_phones import NamedPhone
from app.domain.phones.phone_number import format_phone_number
from app.domain.texts.plurals import pluralize
from app.domain.texts.whole_numbers import parse_id
from app.events.actions.attendance import mark_attendance
from app.events.forms.answer_choice import read_answer_word
from app.events.models import EventRegistration
from app.events.queries.registrations import build_registration_conditions
from app.events.views.blueprint import bp
from app.events.views.event_detail import get_event_or_404
from app.organisation import queries as organisation

MAX_TICKED_ROWS = 200
# What a button says: one registration ("came:7"), or the ticked ones ("came").
VERBS = {"came": True, "not_came": False}


@bp.post("/events/<int:event_id>/attendance")
@permission_required(Permission.MANAGE_EVENTS)
def record_attendance(event_id: int) -> ResponseReturnValue:
    """Mark registered people as come, or take the mark away."""
    event = get_event_or_404(event_id)
    verb, _, typed_id = request.form.get("attendance", "").partition(":")
    page_url = url_for("events.show_event", event_id=event_id)
    return_url = parse_local_path(request.form.get("next")) or page_url
    conditions = _read_people(event_id, typed_id)
    if verb not in VERBS or conditions is None:
        flash("Select at least one person first.", "error")
        return redirect(return_url, 303)
    with audited_write("registrations.attended", current_username()) as trace:
        people = mark_attendance(event_id, conditions, has_come=VERBS[verb])
        trace.about = f"event {event_id}"
        trace.details = {"came": VERBS[verb], "count": len(people), **build_name_details(people)}
    flash(_describe_marks(people, event.title, has_come=VERBS[verb]), "success")
    return redirect(f"{return_url}#registrations", 303)


def _read_people(event_id: int, typed_id: str) -> list[ColumnElement[bool]] | None:
    """Return the conditions that the meant registrations fulfil; None when no one is meant."""
    if typed_id:
        return [EventRegistration.id == (parse_id(typed_id) or 0)]
    if request.form.get("everyone"):
        answer = read_answer_word(request.form.get("answer", ""))
        region = organisation.get_organisation_region()
        search = request.form.get("search", "")
        return build_registration_conditions(event_id, search, region, answer)
    ids = [parse_id(text) or 0 for text in request.form.getlist("ids")[:MAX_TICKED_ROWS]]
    return [EventRegistration.id.in_(ids)] if ids else None


def _describe_marks(people: list[NamedPhone], title: str, *, has_come: bool) -> str:
    if len(people) == 1:
        ((name, phone),) = people
        who = name or format_phone_number(phone)
        return f"{who} came to {title}." if has_come else f"{who} is not marked as come any more."
    if has_come:
        return f"{pluralize(len(people), 'person is', 'people are')} marked as come."
    return f"{pluralize(len(people), 'mark was', 'marks were')} removed."

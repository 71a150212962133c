"""Whether registered people are coming, set by hand; and registering members of the community."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write, build_name_details
from app.community import queries as community
from app.community.forms import MemberSelection, read_member_selection
from app.community.member_filters import may_text_all_matches
from app.core.access import current_username, parse_local_path, permission_required
from app.core.permission_checks import is_reached
from app.domain.accounts.permissions import Permission
from app.domain.phones.phone_number import format_phone_number
from app.domain.surveys.guest_counts import MAX_GUESTS
from app.domain.texts.plurals import pluralize
from app.domain.texts.whole_numbers import parse_id, parse_whole_number
from app.events.actions import registrations as actions
from app.events.forms.answer_choice import read_answer_word
from app.events.models import EventAnswer
from app.events.queries.events import fetch_upcoming_events
from app.events.views.blueprint import bp
from app.events.views.event_date_labels import get_organisation_date
from app.events.views.event_detail import get_event_or_404

ANSWER_LABELS = {
    EventAnswer.COMING: "Coming",
    EventAnswer.MAYBE: "Maybe",
    EventAnswer.NOT_COMING: "Not coming",
}
GUESTS_ERROR = f"Enter how many guests they bring, from 0 to {MAX_GUESTS}. Nothing was changed."


@bp.app_template_filter()
def format_event_answer(answer: EventAnswer | None) -> str:
    """Return "Coming", "Maybe" or "Not coming"; who has not said counts as coming."""
    return ANSWER_LABELS[answer or EventAnswer.COMING]


@bp.post("/events/<int:event_id>/registrations/<int:rid>/answer")
@permission_required(Permission.MANAGE_EVENTS)
def set_registration_answer(event_id: int, rid: int) -> ResponseReturnValue:
    """Store whether a person is coming, and with how many guests."""
    typed = request.form.get("guests", "").strip()
    guests = parse_whole_number(typed, 3) if typed else None
    if typed and (guests is None or guests > MAX_GUESTS):
        flash(GUESTS_ERROR, "error")
        return redirect(_get_return_url(event_id), 303)
    answer = read_answer_word(request.form.get("answer", ""))
    with audited_write("registration.answered", current_username()) as trace:
        row = actions.set_registration_answer(event_id, rid, answer, guests)
        trace.about = f"event {event_id}, registration {rid}"
        trace.details = {"answer": answer or "", **build_name_details([(row.name, row.phone)])}
    name = row.name or format_phone_number(row.phone)
    flash(f"{name}: {ANSWER_LABELS[answer or EventAnswer.COMING].lower()}.", "success")
    return redirect(_get_return_url(event_id), 303)


def _get_return_url(event_id: int) -> str:
    page_url = url_for("events.show_event", event_id=event_id)
    return parse_local_path(request.form.get("next")) or page_url


@bp.post("/events/register-members")
@permission_required(Permission.MANAGE_EVENTS)
def register_members() -> ResponseReturnValue:
    """Register the selected members of the community: ask for which event, then do it."""
    selection = read_member_selection(request.form)
    community_url = parse_local_path(request.form.get("next")) or url_for("community.list_members")
    # Who is in a group that only admins text is registered, and so texted, by no other way either.
    if not may_text_all_matches(selection.filters):
        abort(403)
    if not selection.ids:
        flash("Select at least one person first.", "error")
        return redirect(community_url, 303)
    event_id = parse_id(request.form.get("event_id", ""))
    if event_id is None:
        return render_template(
            "events/choose.html",
            events=fetch_upcoming_events(get_organisation_date()),
            selection=selection,
            return_url=community_url,
        )
    return _register_selection(event_id, selection)


def _register_selection(event_id: int, selection: MemberSelection) -> ResponseReturnValue:
    event = get_event_or_404(event_id)
    if not is_reached("event_id", event_id):
        abort(404)
    with audited_write("registrations.added", current_username()) as trace:
        people = community.find_names_and_phones(selection.ids)
        count = actions.register_people(event_id, people)
        trace.about = f"event {event_id}"
        trace.details = {"count": count, **build_name_details(people)}
    known_count = len(people) - count
    more = f" {known_count:,} already were." if known_count else ""
    people_text = pluralize(count, "person is", "people are")
    flash(f"{people_text} registered for {event.title}.{more}", "success")
    return redirect(url_for("events.show_event", event_id=event_id), 303)

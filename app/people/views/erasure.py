"""Erases a person: shows what goes and what stays, then erases it."""

from datetime import timedelta

from flask import (
    abort,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.backups.backup_retention import find_kept_counts
from app.core.access import admin_required, current_username
from app.core.clock import now
from app.core.recent_sign_in import recent_sign_in_required
from app.delivery.queries.phone_texts import count_phone_texts
from app.migrations.backup_names import BackupReason
from app.people.actions.archive_replay import replay_archive_erasures
from app.people.actions.person_erasure import (
    TextBeingSent,
    erase_all_numbers,
    find_embedded_mentions,
)
from app.people.queries import person_records as queries
from app.people.views.blueprint import bp, get_person_or_404, get_phone_or_404
from app.profiles.person_addresses import find_addressed_person
from app.profiles.queries.person_lookup import PersonProfile
from app.suppression.queries.left_topics import list_left_topics
from app.suppression.queries.sending_permission import has_opted_out


@bp.route("/people/<public_id>/erase", methods=["GET", "POST"])
@admin_required
@recent_sign_in_required
def erase_person(public_id: str) -> ResponseReturnValue:
    """Show what goes and what stays (GET); erase everything that names the person (POST)."""
    # Not `== "GET"`: a HEAD must not erase anybody.
    if request.method != "POST":
        return _render_erase_page(get_person_or_404(public_id))
    phones = _get_all_phones_or_404(public_id)
    mentions = {phone: find_embedded_mentions(phone) for phone in phones}
    try:
        with audited_write("person.erased", current_username()) as trace:
            marks = erase_all_numbers(mentions, current_username(), now())
            trace.about = ", ".join(marks)
    except TextBeingSent:
        flash("A text to them is being sent right now. Try again in a minute.", "error")
        return redirect(url_for("people.erase_person", public_id=public_id), 303)
    _tell_of_erasure(replay_archive_erasures())
    return redirect(url_for("community.list_members"), 303)


def _tell_of_erasure(unwritable_years: list[int]) -> None:
    if not unwritable_years:
        flash("This person was erased. Their number is no longer stored.", "success")
        return
    years = ", ".join(map(str, unwritable_years))
    flash(
        f"This person was erased, but not from the archive of {years}: it can’t be written now. "
        "That is tried again every hour.",
        "warning",
    )


def _get_all_phones_or_404(public_id: str) -> list[str]:
    """Return every number of a person, or the one that an address of before names."""
    person = find_addressed_person(public_id)
    if person is None:
        return [get_phone_or_404(public_id)]
    return person.numbers


def _render_erase_page(person: PersonProfile) -> str:
    phone = person.phone or abort(404)
    phones = person.numbers
    return render_template(
        "people/erase.html",
        person=person,
        phone=phone,
        record=queries.load_person_record(*phones),
        text_count=count_phone_texts(phones),
        has_opted_out=any(map(has_opted_out, phones)),
        copies_until=now() + timedelta(days=find_kept_counts()[BackupReason.NIGHTLY]),
        has_left_topics=any(map(list_left_topics, phones)),
    )

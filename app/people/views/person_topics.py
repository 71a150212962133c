"""What one person said about single topics, and their pauses, as a user writes it down."""

from flask import abort, flash, request
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.core.access import current_username, permission_required
from app.core.clock import now
from app.core.user_names import name_user
from app.delivery.actions import blast_control
from app.domain.accounts.permissions import Permission
from app.domain.delivery.skip_reasons import SkipReason
from app.domain.texts.whole_numbers import parse_whole_number
from app.domain.time.pause_days import compute_pause_end
from app.groups.models import ContactGroup
from app.groups.queries.group_records import find_group
from app.organisation import queries as organisation
from app.people.forms import TopicReturnForm
from app.people.queries import person_records
from app.people.views.blueprint import (
    bp,
    get_person_or_404,
    get_phone_or_404,
    mask_phone,
    redirect_to_person,
)
from app.people.views.person_page import render_person_page
from app.suppression.actions.pauses import NewPause, set_pause
from app.suppression.actions.topic_leaves import leave_topic, return_to_topic
from app.suppression.models import ConsentMethod
from app.suppression.topic_models import TopicLeaveSource

PAUSE_CHOICES = (30, 60, 90)
MAX_DAY_DIGITS = 3


@bp.post("/people/<public_id>/topics/<int:group_id>/leave")
@permission_required(Permission.SEE_PEOPLE)
def leave_person_topic(public_id: str, group_id: int) -> ResponseReturnValue:
    """Note that somebody wants no texts of a topic, who said so in another way than by text."""
    phone, topic = get_phone_or_404(public_id), _get_topic_or_404(group_id)
    evidence = f"Added by {current_username()}"
    with audited_write("person.topic_left", current_username()) as trace:
        trace.about = mask_phone(phone)
        trace.add_person(None, phone)
        trace.details = {"title": topic.name}
        leave_topic(
            phone, group_id, TopicLeaveSource.MANUAL, evidence=evidence, actor=current_username()
        )
    flash(f"They get no more {topic.name} texts.", "success")
    return redirect_to_person(phone)


@bp.post("/people/<public_id>/topics/<int:group_id>/return")
@permission_required(Permission.UPDATE_PEOPLE)
def return_person_to_topic(public_id: str, group_id: int) -> ResponseReturnValue:
    """Note that somebody wants the texts of a topic again, and how they said so."""
    phone, topic = get_phone_or_404(public_id), _get_topic_or_404(group_id)
    form = TopicReturnForm(group_id)
    if not form.validate_on_submit():
        page = render_person_page(get_person_or_404(public_id), topic_forms={group_id: form})
        return page, 422
    with audited_write("person.topic_returned", current_username()) as trace:
        trace.about = mask_phone(phone)
        trace.add_person(None, phone)
        trace.details = {"title": topic.name}
        return_to_topic(
            phone,
            group_id,
            form.agreed.method or ConsentMethod.FORM,
            evidence=form.evidence.data,
            actor=current_username(),
        )
    flash(f"They get {topic.name} texts again.", "success")
    return redirect_to_person(phone)


def _get_topic_or_404(group_id: int) -> ContactGroup:
    group = find_group(group_id)
    if group is None:
        abort(404)
    return group


@bp.post("/people/<public_id>/pause")
@permission_required(Permission.SEE_PEOPLE)
def pause_person(public_id: str) -> ResponseReturnValue:
    """Send somebody nothing for some days, who asked for it in another way than by text."""
    phone = get_phone_or_404(public_id)
    days = parse_whole_number(request.form.get("days", ""), MAX_DAY_DIGITS)
    if days not in PAUSE_CHOICES:
        flash("Choose 30, 60 or 90 days.", "error")
        return redirect_to_person(phone)
    moment = now()
    end = compute_pause_end(moment, days, organisation.get_organisation_timezone())
    name = person_records.load_person_record(phone).name
    evidence = f"Set by {name_user(current_username())}"
    pause = NewPause(phone, end, evidence=evidence, name=name, actor=current_username())
    with audited_write("person.paused", current_username()) as trace:
        trace.about = mask_phone(phone)
        trace.add_person(None, phone)
        trace.details = {"days": days}
        is_new = set_pause(pause, moment)
        if is_new:
            blast_control.skip_queued_messages(phone, SkipReason.PAUSED)
    if is_new:
        flash(f"They get no texts until {end.day_in_words}.", "success")
    else:
        flash("Nothing changed: they already get no texts.", "error")
    return redirect_to_person(phone)

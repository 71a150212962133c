"""One person's page: what we know of a number, and notes about it."""

from collections.abc import Mapping, Sequence

from flask import (
    abort,
    flash,
    redirect,
    render_template,
    request,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.audit.actions import audited_write
from app.audit.pending_acts import note_look
from app.community.forms import MemberForm
from app.core.access import current_username, permission_required
from app.core.clock import now
from app.core.db import NotFound
from app.core.local_formats import get_display_region
from app.core.pagination import list_params
from app.core.permission_checks import is_reached
from app.core.settings import current_settings
from app.delivery.queries.archived_texts import count_archived_texts
from app.domain.accounts.permissions import Permission
from app.domain.delivery.blast_labels import format_blast_title
from app.domain.phones.landlines import is_landline_number
from app.domain.phones.phone_number import format_phone_number
from app.domain.phones.phone_number_info import get_phone_number_info
from app.domain.sequences.sequence_states import STOP_REASON_LABELS
from app.domain.sequences.sequence_words import PERSON_STATE_LABELS
from app.groups.queries.memberships import load_person_groups
from app.people.actions.person_notes import NotNoteAuthor, add_note, delete_note
from app.people.forms import AddedNumberForm, ConsentForm, NoteForm, TopicReturnForm
from app.people.queries import person_records as queries
from app.people.queries.person_topics import PersonTopic, list_person_topics
from app.people.views.blueprint import (
    bp,
    get_person_or_404,
    get_phone_or_404,
    redirect_to_person,
)
from app.people.views.check_in_card import build_check_in_card
from app.people.views.number_card import build_number_card, find_member_phone
from app.people.views.permission_card import find_text_permission
from app.people.views.person_fields import list_known_facts
from app.people.views.person_sequences import list_person_sequences
from app.profiles.person_addresses import build_person_url, is_public_id, parse_phone_digits
from app.profiles.queries.person_lookup import PersonProfile
from app.suppression.queries.consent_history import list_consent_history
from app.surveys.queries.survey_sessions import SessionOfPhone, find_survey_sessions_of_phone


@bp.get("/people/<public_id>")
@permission_required(Permission.SEE_PEOPLE)
def show_person(public_id: str) -> ResponseReturnValue:
    """Show whether a person may be texted, what they got, and everything else we know of them.

    Addresses of before, with the digits of a number, lead here.
    """
    if is_public_id(public_id):
        return render_person_page(get_person_or_404(public_id))
    phone = parse_phone_digits(public_id) or abort(404)
    person_url = build_person_url(phone)
    if not person_url:
        return _render_unknown_number(phone)
    query = request.query_string.decode("ascii", "replace")
    return redirect(f"{person_url}?{query}" if query else person_url)


def _render_unknown_number(phone: str) -> str:
    number_info = get_phone_number_info(phone)
    return render_template(
        "people/unknown.html",
        phone=phone,
        number_info=number_info,
        local_times=number_info.format_local_times(now(), get_display_region()),
    )


def render_person_page(
    person: PersonProfile,
    note_form: NoteForm | None = None,
    consent_form: ConsentForm | None = None,
    number_form: AddedNumberForm | None = None,
    topic_forms: Mapping[int, TopicReturnForm] | None = None,
) -> str:
    phone = person.phone or abort(404)
    number_info = get_phone_number_info(phone)
    record = queries.load_person_record(*(number.phone for number in person.phones))
    note_look("person", phone, record.member.name if record.member else None)
    groups = load_person_groups(phone)
    topics = list_person_topics(phone, groups)
    return render_template(
        "people/person.html",
        person=person,
        phone=phone,
        number_info=number_info,
        is_landline=is_landline_number(phone),
        local_times=number_info.format_local_times(now(), get_display_region()),
        record=record,
        permission=find_text_permission(phone, person, record),
        history=list_consent_history(phone),
        page=queries.paginate_person_texts(person, list_params((), "")),
        archived=count_archived_texts(current_settings().database_path, person.numbers),
        known=list_known_facts(person),
        groups=groups,
        group_names={group.id: group.name for group in [*groups.own, *groups.others]},
        topics=topics,
        check_ins=build_check_in_card(phone),
        topic_forms=_build_topic_forms(topics, topic_forms or {}),
        survey_sessions=_list_survey_sessions(phone),
        sequences=list_person_sequences([number.phone for number in person.phones]),
        person_states=PERSON_STATE_LABELS,
        stop_reasons=STOP_REASON_LABELS,
        note_form=note_form or NoteForm(formdata=None),
        consent_form=consent_form or ConsentForm(formdata=None),
        member_form=_build_member_form(find_member_phone(person, record), record),
        numbers=build_number_card(person, record, number_form),
        sender_number=format_phone_number(current_settings().sender),
        format_blast_title=format_blast_title,
    )


def _list_survey_sessions(phone: str) -> list[SessionOfPhone]:
    """Return what they were asked, of surveys that the user may see."""
    sessions = find_survey_sessions_of_phone(phone)
    return [row for row in sessions if is_reached("survey_id", row.session.survey_id)]


def _build_topic_forms(
    topics: Sequence[PersonTopic], filled_forms: Mapping[int, TopicReturnForm]
) -> dict[int, TopicReturnForm]:
    """Return the form of each topic that they left; one that was filled in keeps what was typed."""
    return {
        topic.group.id: filled_forms.get(topic.group.id)
        or TopicReturnForm(topic.group.id, formdata=None)
        for topic in topics
        if topic.left
    }


def _build_member_form(phone: str | None, record: queries.PersonRecord) -> MemberForm:
    name = record.member.name if record.member else None
    return MemberForm(formdata=None, data={"name": name, "phone": phone})


@bp.post("/people/<public_id>/notes")
@permission_required(Permission.UPDATE_PEOPLE)
def add_person_note(public_id: str) -> ResponseReturnValue:
    """Add a note about this person."""
    phone, form = get_phone_or_404(public_id), NoteForm()
    if not form.validate_on_submit():
        return render_person_page(get_person_or_404(public_id), note_form=form), 422
    with audited_write("person.note_added", current_username()) as trace:
        note_id = add_note(phone, form.body.data or "", current_username())
        trace.about = f"note {note_id}"
        trace.add_person(None, phone)
    flash("Note saved.", "success")
    return redirect_to_person(phone)


@bp.post("/people/<public_id>/notes/<int:note_id>/delete")
@permission_required(Permission.UPDATE_PEOPLE)
def delete_person_note(public_id: str, note_id: int) -> ResponseReturnValue:
    """Delete a note: one's own, or any by whoever may change people."""
    phone = get_phone_or_404(public_id)
    try:
        with audited_write("person.note_deleted", current_username()) as trace:
            trace.about = f"note {note_id}"
            trace.add_person(None, phone)
            may_delete_any = current_user.may(Permission.MANAGE_PEOPLE)
            delete_note(phone, note_id, current_username(), may_delete_any=may_delete_any)
    except NotFound:
        abort(404)
    except NotNoteAuthor:
        flash("Only the author of a note or an admin can delete it.", "error")
    else:
        flash("Note deleted.", "success")
    return redirect_to_person(phone)

"""One person's page: what we know of a number, and what may be done about it."""

import re

from flask import (
    Blueprint,
    abort,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.audit.actions import audited_write
from app.blasts.views.blast_labels import format_blast_title
from app.core.access import (
    ALL_ROLES,
    current_username,
    parse_local_path,
    roles_required,
)
from app.core.clock import now
from app.core.db import NotFound
from app.core.pagination import list_params
from app.core.settings import current_settings
from app.domain.accounts.roles import Role
from app.domain.delivery.skip_reasons import SKIP_REASON_LABELS, SkipReason
from app.domain.phones.phone_number import format_phone_number
from app.domain.phones.phone_number_info import get_phone_number_info
from app.people import actions, queries
from app.people.forms import ConsentForm, NoteForm
from app.suppression import actions as suppression
from app.suppression import queries as permission
from app.suppression.models import MANUAL_SOURCE, ConsentMethod

bp = Blueprint("people", __name__)
REASONS_BY_STRENGTH = (SkipReason.SAID_STOP, SkipReason.NUMBER_DEAD)
E164_DIGITS_PATTERN = re.compile(r"[1-9][0-9]{6,14}")


@bp.get("/people/<digits>")
@roles_required(*ALL_ROLES)
def show_person(digits: str) -> ResponseReturnValue:
    """Why did or didn't they get it, and everything else we know of a number."""
    return _render_person_page(_parse_phone_or_404(digits))


def _parse_phone_or_404(digits: str) -> str:
    """An address names a number by its digits in E.164; anything else is not there."""
    return f"+{digits}" if E164_DIGITS_PATTERN.fullmatch(digits) else abort(404)


def _render_person_page(
    phone: str,
    note_form: NoteForm | None = None,
    consent_form: ConsentForm | None = None,
) -> str:
    about, known = get_phone_number_info(phone), queries.load_person_record(phone)
    entries = (
        permission.find_suppression_entries_by_phone(phone)
        if known.may_be_on_do_not_text_list
        else []
    )
    why = (
        min((entry.why for entry in entries), key=REASONS_BY_STRENGTH.index)
        if entries
        else permission.find_suppression_reason(phone)
    )
    return render_template(
        "people/person.html",
        phone=phone,
        about=about,
        clocks=about.format_local_times(now()),
        known=known,
        why=why,
        what_to_do=_get_advice(why),
        entries=entries,
        history=permission.list_consent_history(phone),
        question=permission.find_open_stop_question(phone)
        if why is SkipReason.MAYBE_STOP
        else None,
        page=queries.paginate_person_texts(phone, list_params((), "")),
        note_form=note_form or NoteForm(formdata=None),
        consent_form=consent_form or ConsentForm(formdata=None),
        our_number=format_phone_number(current_settings().sender),
        headline=format_blast_title,
    )


def _get_advice(why: SkipReason | None) -> str:
    return SKIP_REASON_LABELS[why][1] if why else ""


def _redirect_to_person(phone: str) -> ResponseReturnValue:
    """Back to the person, or to the page from which it was asked for."""
    asked_from = parse_local_path(request.form.get("next"))
    return redirect(asked_from or url_for("people.show_person", digits=phone[1:]), 303)


@bp.post("/people/<digits>/notes")
@roles_required(*ALL_ROLES)
def add_person_note(digits: str) -> ResponseReturnValue:
    """Write something down about them."""
    phone, form = _parse_phone_or_404(digits), NoteForm()
    if not form.validate_on_submit():
        return _render_person_page(phone, note_form=form), 422
    with audited_write("person.note_added", current_username()) as trace:
        trace.about = f"note {actions.add_note(phone, form.body.data or '', current_username())}"
    flash("The note is kept.", "success")
    return _redirect_to_person(phone)


@bp.post("/people/<digits>/notes/<int:note_id>/delete")
@roles_required(*ALL_ROLES)
def delete_person_note(digits: str, note_id: int) -> ResponseReturnValue:
    """Throw a note away: one's own, or as an admin any."""
    phone = _parse_phone_or_404(digits)
    try:
        with audited_write("person.note_deleted", current_username()) as trace:
            trace.about = f"note {note_id}"
            actions.delete_note(phone, note_id, current_username(), is_admin=_is_admin())
    except NotFound:
        abort(404)
    except actions.NotNoteAuthor:
        flash("Only who wrote a note or an admin can delete it.", "error")
    else:
        flash("The note is deleted.", "success")
    return _redirect_to_person(phone)


def _is_admin() -> bool:
    return bool(current_user.role == Role.ADMIN)


@bp.post("/people/<digits>/do-not-text")
@roles_required(Role.ADMIN)
def add_person_to_do_not_text_list(digits: str) -> ResponseReturnValue:
    """Onto the do-not-text list, for somebody who asked in another way than by text."""
    phone = _parse_phone_or_404(digits)
    name = queries.load_person_record(phone).name
    with audited_write("suppression.added", current_username()) as trace:
        trace.about = _mask_phone(phone)
        is_new = suppression.record_opt_out(
            phone, source=MANUAL_SOURCE, name=name, actor=current_username()
        )
    words = "gets no more texts." if is_new else "is on the do-not-text list already."
    flash(f"{format_phone_number(phone)} {words}", "success")
    return _redirect_to_person(phone)


@bp.post("/people/<digits>/take-off")
@roles_required(Role.ADMIN)
def remove_person_from_do_not_text_list(digits: str) -> ResponseReturnValue:
    """Off the do-not-text list, unless only the phone's owner can do that."""
    phone = _parse_phone_or_404(digits)
    try:
        with audited_write("suppression.removed", current_username()) as trace:
            lines = permission.find_suppression_entries_by_phone(phone)
            trace.about, trace.details = (
                _mask_phone(phone),
                {"why": ", ".join(line.why for line in lines)},
            )
            for line in lines:
                suppression.remove_suppression_entry(line.kind, line.id, current_username())
    except suppression.OnlyOwnerCanOptIn:
        ours = format_phone_number(current_settings().sender)
        flash(f"Only they can undo this, by texting START to {ours}.", "error")
    else:
        flash(f"{format_phone_number(phone)} is off the do-not-text list.", "success")
    return _redirect_to_person(phone)


@bp.post("/people/<digits>/consent")
@roles_required(Role.ADMIN)
def record_person_consent(digits: str) -> ResponseReturnValue:
    """Write down when and how they agreed to texts."""
    phone, form = _parse_phone_or_404(digits), ConsentForm()
    if not form.validate_on_submit():
        return _render_person_page(phone, consent_form=form), 422
    with audited_write("person.consent", current_username()) as trace:
        trace.about = _mask_phone(phone)
        granted = suppression.grant_consent(
            phone, ConsentMethod.FORM, form.evidence.data, current_username()
        )
    if granted:
        flash("That is written down.", "success")
    else:
        flash("They said STOP, and that stands until they text START.", "error")
    return _redirect_to_person(phone)


@bp.route("/people/<digits>/erase", methods=["GET", "POST"])
@roles_required(Role.ADMIN)
def erase_person(digits: str) -> ResponseReturnValue:
    """Say what goes and what stays; then everything that names them goes."""
    phone = _parse_phone_or_404(digits)
    if request.method != "POST":  # HEAD too
        return _render_erase_page(phone)
    traces = actions.find_embedded_mentions(phone)
    try:
        with audited_write("person.erased", current_username()) as trace:
            trace.about = actions.erase_person_data(phone, traces, current_username(), now())
    except actions.TextBeingSent:
        flash("A text to them is leaving at this moment. Try again in a minute.", "error")
        return redirect(url_for("people.erase_person", digits=digits), 303)
    flash(
        "They are erased. What they said about texts is remembered without their number.",
        "success",
    )
    return redirect(url_for("community.list_members"), 303)


def _render_erase_page(phone: str) -> str:
    return render_template(
        "people/erase.html",
        phone=phone,
        known=queries.load_person_record(phone),
        texts=queries.paginate_person_texts(phone, list_params((), "")).total,
        said_stop=permission.has_opted_out(phone),
    )


def _mask_phone(phone: str) -> str:
    """Enough to recognise a number in the audit, too little to text it."""
    return f"number ending in {phone[-4:]}"

"""Adding a sequence, and editing one with all of its steps in one form."""

from flask import abort, flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.audit.actions import audited_write
from app.blasts.queries.field_fillings import list_field_chips
from app.core.access import current_username, permission_required
from app.core.db import ChangedMeanwhile, NotFound, UniqueViolation
from app.core.form_fields import add_error
from app.domain.accounts.permissions import Permission
from app.domain.sequences.sequence_states import SequenceState
from app.domain.texts.template_chips import EVENT_CHIPS, NAME_CHIPS, ORGANISATION_CHIPS
from app.domain.texts.template_purposes import TemplatePurpose
from app.message_templates.queries.translation_choices import load_translation_choices
from app.organisation import queries as organisation
from app.sequences.actions import sequence_editing as actions
from app.sequences.forms.form_data import (
    build_new_sequence_data,
    build_sequence_data,
    build_step_data,
)
from app.sequences.forms.sequence_form import NAME_TAKEN_ERROR, SequenceForm
from app.sequences.forms.step_buttons import apply_step_buttons
from app.sequences.forms.trigger_choices import load_trigger_choices
from app.sequences.models import Sequence
from app.sequences.queries.sequence_records import list_steps, reload_sequence
from app.sequences.views.blueprint import (
    bp,
    get_sequence_or_404,
    redirect_to_sequence,
    refuse_change,
    refuse_limited_sender,
)

ADD_STEP_BUTTON = "add_step"
OTHER_CHANGE = (
    "Someone changed this sequence while you were editing it. What you typed is still here: "
    "save again to use yours."
)
# While one of these is chosen, texts may name the event.
EVENT_WHEN = "trigger_kind=registered,attended,missed"
TEMPLATE_PURPOSES = (TemplatePurpose.REMINDER, TemplatePurpose.BLAST)


@bp.route("/add", methods=["GET", "POST"])
@permission_required(Permission.SEND_TEXTS, for_everybody=True)
def add_sequence() -> ResponseReturnValue:
    """Add a sequence; it is off until it is switched on."""
    form, is_button_pressed = _read_form(None)
    if is_button_pressed:
        return _render_form(form)
    if form.validate_on_submit():
        try:
            with audited_write("sequence.added", current_username()) as trace:
                sequence_id = actions.create_sequence(form.sequence_values, current_username())
                trace.about = f"sequence {sequence_id}"
        except UniqueViolation:
            add_error(form.name, NAME_TAKEN_ERROR)
        else:
            flash("Saved. It is off until you switch it on.", "success")
            return redirect_to_sequence(sequence_id)
    return _render_form(form)


@bp.route("/<int:sequence_id>/edit", methods=["GET", "POST"])
@permission_required(Permission.SEND_TEXTS, for_everybody=True)
def edit_sequence(sequence_id: int) -> ResponseReturnValue:
    """Change a sequence; people who are in it get the new texts from their next step on."""
    sequence = get_sequence_or_404(sequence_id)
    if sequence.state is SequenceState.ARCHIVED:
        return redirect_to_sequence(sequence_id)
    if refusal := refuse_change(sequence):
        return refusal
    # The texts of one that is on are sent without anyone's approval.
    is_on = sequence.state is SequenceState.ACTIVE
    if is_on and (refusal := refuse_limited_sender(sequence)):
        return refusal
    form, is_button_pressed = _read_form(sequence)
    if not is_button_pressed and form.validate_on_submit() and _save(sequence_id, form):
        flash("Saved.", "success")
        return redirect_to_sequence(sequence_id)
    return _render_form(form, sequence)


def _save(sequence_id: int, form: SequenceForm) -> bool:
    """Save the sequence; return whether it was, else say why in the form."""
    try:
        with audited_write("sequence.changed", current_username()) as trace:
            trace.about = f"sequence {sequence_id}"
            changed = actions.save_sequence(sequence_id, form.sequence_values, form.seen_revision)
            trace.details = {"changed": changed}
    except UniqueViolation:
        add_error(form.name, NAME_TAKEN_ERROR)
    except NotFound:
        abort(404)
    except ChangedMeanwhile:
        # What was typed stays in the form; saving it again is then a decision.
        other = reload_sequence(sequence_id) or abort(404)
        form.form_errors.append(OTHER_CHANGE)
        form.revision.data = str(other.revision)
    else:
        return True
    return False


def _read_form(sequence: Sequence | None) -> tuple[SequenceForm, bool]:
    """Return the form, and whether it comes back because a button beside its texts was pressed."""
    choices = load_trigger_choices(current_user.role, sequence)
    data = build_sequence_data(sequence, list_steps(sequence.id)) if sequence else None
    data = data or build_new_sequence_data()
    if request.method != "POST":
        return SequenceForm(choices, current_user.role, data=data), False
    posted, is_button_pressed = apply_step_buttons(request.form)
    # What the browser left out of a step is blank, not what is stored.
    form = SequenceForm(choices, current_user.role, formdata=posted)
    if ADD_STEP_BUTTON in request.form and form.can_grow:
        form.add_step(build_step_data())
        is_button_pressed = True
    return form, is_button_pressed


def _render_form(form: SequenceForm, sequence: Sequence | None = None) -> ResponseReturnValue:
    languages = {tag for step in form.step_forms for tag in step.translation_fields}
    texts = load_translation_choices(
        sorted(languages),
        TEMPLATE_PURPOSES,
        first_language=organisation.get_organisation_language(),
        tokens=[*NAME_CHIPS, *ORGANISATION_CHIPS, *list_field_chips()],
        event_tokens=EVENT_CHIPS,
    )
    page = render_template(
        "sequences/form.html",
        form=form,
        sequence=sequence,
        texts=texts,
        footer=organisation.get_organisation().footer,
        event_when=EVENT_WHEN,
    )
    return page, 422 if form.errors else 200

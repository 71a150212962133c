"""Switch a sequence on, pause and archive it; pause, resume and end it for people."""

from collections.abc import Callable

from flask import abort, flash
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write, build_name_details
from app.core.access import current_username, permission_required
from app.core.clock import now
from app.core.db import ChangedMeanwhile, NotFound
from app.domain.accounts.permissions import Permission
from app.domain.sequences.sequence_states import SequenceStopReason, SequenceTrigger
from app.domain.texts.plurals import pluralize
from app.events.queries.contact_names import find_names
from app.sequences.actions import person_control, sequence_control
from app.sequences.queries.sequence_people_list import find_person_in_sequence
from app.sequences.views.blueprint import (
    CHANGED_MEANWHILE,
    bp,
    get_sequence_or_404,
    redirect_to_sequence,
    refuse_change,
    refuse_limited_sender,
)

OTHER_CARRIER = (
    "People entered this sequence in practice mode, so it can’t send real texts to them. "
    "End it for everyone first."
)


@bp.post("/<int:sequence_id>/on")
@permission_required(Permission.SEND_TEXTS, for_everybody=True)
def switch_on_sequence(sequence_id: int) -> ResponseReturnValue:
    """Let a sequence start for people and send."""
    sequence = get_sequence_or_404(sequence_id)
    if refusal := refuse_change(sequence) or refuse_limited_sender(sequence):
        return refusal
    starters = "whom you add" if sequence.trigger_kind is SequenceTrigger.HAND else "from now on"
    try:
        with audited_write("sequence.switched_on", current_username()) as trace:
            trace.about = f"sequence {sequence_id}"
            sequence_control.switch_on(sequence_id, current_username(), now())
    except sequence_control.MadeForOtherCarrier:
        flash(OTHER_CARRIER, "error")
    except sequence_control.NotReady as error:
        flash(error.sentence, "error")
    except (ChangedMeanwhile, NotFound):
        flash(CHANGED_MEANWHILE, "warning")
    else:
        flash(f"It’s on. It starts for people {starters}.", "success")
    return redirect_to_sequence(sequence_id)


@bp.post("/<int:sequence_id>/pause")
@permission_required(Permission.SEE_TEXTS, for_everybody=True)
def pause_sequence(sequence_id: int) -> ResponseReturnValue:
    """Send nothing of a sequence until it is resumed."""
    return _change(
        sequence_id,
        "sequence.paused",
        "Paused. Nothing is sent until you resume it.",
        lambda: sequence_control.pause_sequence(sequence_id),
    )


@bp.post("/<int:sequence_id>/archive")
@permission_required(Permission.SEND_TEXTS, for_everybody=True)
def archive_sequence(sequence_id: int) -> ResponseReturnValue:
    """End a sequence for everyone and for good."""
    return _change(
        sequence_id,
        "sequence.archived",
        "Archived. Nothing more of it is sent.",
        lambda: sequence_control.archive_sequence(sequence_id, now()),
    )


@bp.post("/<int:sequence_id>/end")
@permission_required(Permission.SEND_TEXTS, for_everybody=True)
def end_for_everyone(sequence_id: int) -> ResponseReturnValue:
    """End a sequence for everyone who is in it now; it goes on for those who enter later."""
    get_sequence_or_404(sequence_id)
    with audited_write("sequence.people_ended", current_username()) as trace:
        trace.about = f"sequence {sequence_id}"
        count = person_control.end_everyone(sequence_id, SequenceStopReason.BY_HAND, now())
        trace.details = {"count": count}
    flash(f"Ended for {pluralize(count, 'person', 'people')}.", "success")
    return redirect_to_sequence(sequence_id)


@bp.post("/<int:sequence_id>/people/<int:person_id>/pause")
@permission_required(Permission.SEE_TEXTS, for_everybody=True)
def pause_person(sequence_id: int, person_id: int) -> ResponseReturnValue:
    """Send one person nothing more of a sequence until it is resumed for them."""
    return _change_person(
        sequence_id,
        person_id,
        "sequence.person_paused",
        "Paused for this person.",
        lambda: person_control.pause_person(sequence_id, person_id),
    )


@bp.post("/<int:sequence_id>/people/<int:person_id>/resume")
@permission_required(Permission.SEND_TEXTS, for_everybody=True)
def resume_person(sequence_id: int, person_id: int) -> ResponseReturnValue:
    """Go on with a sequence for one person."""
    if refusal := refuse_change(get_sequence_or_404(sequence_id)):
        return refusal
    return _change_person(
        sequence_id,
        person_id,
        "sequence.person_resumed",
        "Resumed for this person.",
        lambda: person_control.resume_person(sequence_id, person_id),
    )


@bp.post("/<int:sequence_id>/people/<int:person_id>/end")
@permission_required(Permission.SEND_TEXTS, for_everybody=True)
def end_person(sequence_id: int, person_id: int) -> ResponseReturnValue:
    """End a sequence for one person."""
    return _change_person(
        sequence_id,
        person_id,
        "sequence.person_ended",
        "Ended for this person.",
        lambda: person_control.end_person(sequence_id, person_id, now()),
    )


def _change(
    sequence_id: int, verb: str, success: str, change: Callable[[], object]
) -> ResponseReturnValue:
    """Do what was asked with a sequence. Anyone may stop its texts, whoever may start them."""
    get_sequence_or_404(sequence_id)
    try:
        with audited_write(verb, current_username()) as trace:
            trace.about = f"sequence {sequence_id}"
            change()
    except (ChangedMeanwhile, NotFound):
        flash(CHANGED_MEANWHILE, "warning")
    else:
        flash(success, "success")
    return redirect_to_sequence(sequence_id)


def _change_person(
    sequence_id: int, person_id: int, verb: str, success: str, change: Callable[[], None]
) -> ResponseReturnValue:
    get_sequence_or_404(sequence_id)
    person = find_person_in_sequence(sequence_id, person_id)
    if person is None:
        abort(404)
    phone = person.phone
    names = find_names([phone])
    try:
        with audited_write(verb, current_username()) as trace:
            trace.about = f"sequence {sequence_id}"
            trace.details = build_name_details([(names.get(phone), phone)])
            change()
    except ChangedMeanwhile:
        flash(CHANGED_MEANWHILE, "warning")
    else:
        flash(success, "success")
    return redirect_to_sequence(sequence_id)

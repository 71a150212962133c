"""Add people to a sequence by hand, after a look at how many they are."""

import secrets
from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.audit.actions import audited_write
from app.core.access import ALL_ROLES, current_username, roles_required
from app.core.clock import now
from app.core.db import ChangedMeanwhile, NotFound
from app.domain.sequences.sequence_states import SequenceState
from app.domain.texts.plurals import pluralize
from app.sequences.actions.sequence_control import MadeForOtherCarrier
from app.sequences.actions.starts_by_hand import start_by_hand
from app.sequences.actions.step_rehearsal import rehearse_adding
from app.sequences.forms.people_form import ChosenPeople, SequencePeopleForm
from app.sequences.models import Sequence as SequenceRow
from app.sequences.queries.chosen_phones import list_part_phones
from app.sequences.queries.sequence_people_list import find_phones_in_sequence
from app.sequences.queries.sequence_permission import find_adding_problem
from app.sequences.queries.sequence_records import list_steps
from app.sequences.views.blueprint import (
    CHANGED_MEANWHILE,
    bp,
    get_sequence_or_404,
    redirect_to_sequence,
)
from app.sequences.views.rehearsal_labels import describe_rehearsal
from app.sequences.views.sequence_labels import describe_steps

START_NAME_BYTES = 12
MAX_START_NAME_LENGTH = 40
OTHER_CARRIER = (
    "This sequence was on in another mode. Pause it and end it for everyone in it, then add people."
)


@bp.route("/<int:sequence_id>/people", methods=["GET", "POST"])
@roles_required(*ALL_ROLES)
def add_people(sequence_id: int) -> ResponseReturnValue:
    """Ask whom to add, show how many they are, and add them."""
    sequence = get_sequence_or_404(sequence_id)
    if sequence.state is SequenceState.ARCHIVED:
        return redirect_to_sequence(sequence_id)
    if problem := find_adding_problem(sequence, current_user.role):
        flash(problem, "error")
        return redirect_to_sequence(sequence_id)
    form = SequencePeopleForm(
        current_user.role, data={"start_name": secrets.token_hex(START_NAME_BYTES)}
    )
    if request.form.get("step") == "change" or not form.validate_on_submit():
        page = render_template("sequences/add_people.html", sequence=sequence, form=form)
        return page, 422 if form.errors else 200
    phones = _list_phones(form.chosen)
    if request.form.get("step") == "add":
        return _add(sequence_id, form, phones)
    return _render_check(sequence, form, phones)


def _render_check(
    sequence: SequenceRow, form: SequencePeopleForm, phones: Sequence[str]
) -> ResponseReturnValue:
    in_it = find_phones_in_sequence(sequence.id, phones)
    rehearsal = rehearse_adding(sequence, phones, in_it, now())
    return render_template(
        "sequences/check_people.html",
        sequence=sequence,
        form=form,
        count=len(set(phones)) - len(in_it),
        in_it=len(in_it),
        rehearsal=describe_rehearsal(rehearsal, "the first step") if rehearsal else None,
        first=next(iter(describe_steps(sequence, list_steps(sequence.id))), None),
    )


def _list_phones(chosen: ChosenPeople) -> Sequence[str]:
    return list_part_phones(chosen.part) if chosen.part else chosen.phones


def _add(sequence_id: int, form: SequencePeopleForm, phones: Sequence[str]) -> ResponseReturnValue:
    start_name = (form.start_name.data or "")[:MAX_START_NAME_LENGTH]
    if not start_name:
        return redirect(url_for("sequences.add_people", sequence_id=sequence_id), 303)
    try:
        with audited_write("sequence.people_added", current_username()) as trace:
            trace.about = f"sequence {sequence_id}"
            count = start_by_hand(sequence_id, phones, start_name, current_username(), now())
            trace.details = {"count": count}
    except MadeForOtherCarrier:
        flash(OTHER_CARRIER, "error")
    except (ChangedMeanwhile, NotFound):
        flash(CHANGED_MEANWHILE, "warning")
    else:
        flash(f"{pluralize(count, 'person was', 'people were')} added.", "success")
    return redirect_to_sequence(sequence_id)

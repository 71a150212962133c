"""Add people to a sequence by hand, after a look at how many they are."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.accounts.queries import find_user_by_name
from app.approvals.actions.approval_requests import record_confirmation
from app.approvals.queries.sender_excess import find_excess
from app.audit.actions import audited_write
from app.core.access import current_username, permission_required
from app.core.clock import now
from app.core.db import ChangedMeanwhile, NotFound
from app.domain.accounts.permissions import Permission
from app.domain.limits.sender_limits import BlastSize
from app.domain.sequences.sequence_states import SequenceState
from app.domain.texts.plurals import pluralize
from app.sequences.actions.sequence_control import MadeForOtherCarrier
from app.sequences.actions.starts_by_hand import start_by_hand
from app.sequences.actions.step_rehearsal import Rehearsal, rehearse_adding
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
@permission_required(Permission.SEND_TEXTS, for_everybody=True)
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
    addition = _measure(sequence, phones)
    if request.form.get("step") == "add" and not addition.excess:
        return _add(sequence_id, form, phones, addition)
    page = _render_check(sequence, form, addition)
    return page, 422 if request.form.get("step") == "add" else 200


@dataclass(frozen=True)
class Addition:
    """Who would be added: how many are in it already, and the size of what the others get.

    `excess`: why the user needs an admin for that, as a sentence; "" when they do not.
    """

    in_it: int
    size: BlastSize
    rehearsal: Rehearsal | None
    excess: str


def _measure(sequence: SequenceRow, phones: Sequence[str]) -> Addition:
    in_it, moment = find_phones_in_sequence(sequence.id, phones), now()
    rehearsal = rehearse_adding(sequence, phones, in_it, moment)
    # Each step once: no one knows how often one is repeated.
    segments = rehearsal.segments + rehearsal.later_segments if rehearsal else 0
    size = BlastSize(len(set(phones)) - len(in_it), segments)
    return Addition(len(in_it), size, rehearsal, find_excess(current_user, size, moment))


def _render_check(sequence: SequenceRow, form: SequencePeopleForm, addition: Addition) -> str:
    rehearsal = addition.rehearsal
    return render_template(
        "sequences/check_people.html",
        sequence=sequence,
        form=form,
        count=addition.size.people,
        in_it=addition.in_it,
        excess=addition.excess,
        rehearsal=describe_rehearsal(rehearsal, "the first step") if rehearsal else None,
        first=next(iter(describe_steps(sequence, list_steps(sequence.id))), None),
    )


def _list_phones(chosen: ChosenPeople) -> Sequence[str]:
    return list_part_phones(chosen.part) if chosen.part else chosen.phones


def _add(
    sequence_id: int, form: SequencePeopleForm, phones: Sequence[str], addition: Addition
) -> ResponseReturnValue:
    start_name = (form.start_name.data or "")[:MAX_START_NAME_LENGTH]
    if not start_name:
        return redirect(url_for("sequences.add_people", sequence_id=sequence_id), 303)
    username = current_username()
    try:
        with audited_write("sequence.people_added", username) as trace:
            trace.about = f"sequence {sequence_id}"
            count = start_by_hand(sequence_id, phones, start_name, username, now())
            trace.details = {"count": count}
            # Posted twice it adds no one, and costs nothing more.
            if count:
                sender = find_user_by_name(username)
                record_confirmation(None, sender, addition.size, now())
    except MadeForOtherCarrier:
        flash(OTHER_CARRIER, "error")
    except (ChangedMeanwhile, NotFound):
        flash(CHANGED_MEANWHILE, "warning")
    else:
        flash(f"{pluralize(count, 'person was', 'people were')} added.", "success")
    return redirect_to_sequence(sequence_id)

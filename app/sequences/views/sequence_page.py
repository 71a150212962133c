"""The page of one sequence: its steps, and who is on which of them."""

from collections.abc import Mapping

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.core.access import permission_required
from app.core.clock import now
from app.core.pagination import list_params
from app.core.settings import current_settings
from app.domain.accounts.permissions import Permission
from app.domain.sequences.sequence_states import (
    STOP_REASON_LABELS,
    SequencePersonState,
)
from app.domain.sequences.sequence_words import (
    PERSON_STATE_LABELS,
    SEQUENCE_STATE_LABELS,
    describe_ends,
)
from app.sequences.actions.sequence_control import MAY_START, find_missing_start
from app.sequences.actions.step_rehearsal import rehearse_resuming
from app.sequences.models import Sequence
from app.sequences.queries.sender_limit_problems import find_limit_problem
from app.sequences.queries.sequence_people_list import (
    count_people_by_state,
    count_people_by_step,
    paginate_sequence_people,
)
from app.sequences.queries.sequence_permission import find_adding_problem
from app.sequences.queries.sequence_records import list_steps
from app.sequences.views.blueprint import bp, find_problem_for_user, get_sequence_or_404
from app.sequences.views.rehearsal_labels import RehearsalLabel, describe_rehearsal
from app.sequences.views.sequence_labels import describe_steps, describe_triggers

Chip = tuple[str, str, bool]


@bp.get("/<int:sequence_id>")
@permission_required(Permission.SEE_TEXTS, for_everybody=True)
def show_sequence(sequence_id: int) -> ResponseReturnValue:
    """Show one sequence: what starts it, its steps, and the people of one state in it."""
    sequence = get_sequence_or_404(sequence_id)
    counts = count_people_by_state(sequence_id)
    state = _choose_state(counts)
    steps = describe_steps(sequence, list_steps(sequence_id))
    return render_template(
        "sequences/sequence.html",
        sequence=sequence,
        trigger=describe_triggers([sequence])[sequence_id],
        state_label=SEQUENCE_STATE_LABELS[sequence.state],
        steps=steps,
        step_numbers={label.step.id: label.number for label in steps},
        waiting_counts=count_people_by_step(sequence_id),
        page=paginate_sequence_people(
            sequence_id, state, counts.get(state, 0), list_params(("entered",), "entered", "desc")
        ),
        chips=_build_chips(sequence_id, counts, state),
        people_state=state,
        open_count=counts.get(SequencePersonState.ACTIVE, 0)
        + counts.get(SequencePersonState.PAUSED, 0),
        has_people=bool(counts),
        stop_reasons=STOP_REASON_LABELS,
        ends=describe_ends(
            sequence.trigger_kind,
            on_reply=sequence.stops_on_reply,
            on_rsvp=sequence.stops_on_rsvp,
            on_leaving=sequence.stops_on_leaving,
        ),
        missing=find_missing_start(sequence),
        rehearsal=_rehearse_resuming(sequence),
        problem=find_problem_for_user(sequence),
        limit_problem=find_limit_problem(sequence, current_user),
        may_add=not find_adding_problem(sequence, current_user.role),
        is_of_other_carrier=sequence.carrier != current_settings().carrier,
    )


def _rehearse_resuming(sequence: Sequence) -> RehearsalLabel | None:
    """Return what is sent as soon as a sequence is switched on or resumed."""
    if sequence.state not in MAY_START:
        return None
    rehearsal = rehearse_resuming(sequence, now())
    return describe_rehearsal(rehearsal, "a text at once") if rehearsal else None


def _choose_state(counts: Mapping[SequencePersonState, int]) -> SequencePersonState:
    """Return the state of the address; without one the first that anyone is in."""
    written = request.args.get("people", "")
    if written in set(SequencePersonState):
        return SequencePersonState(written)
    filled = (state for state in SequencePersonState if counts.get(state))
    return next(filled, SequencePersonState.ACTIVE)


def _build_chips(
    sequence_id: int,
    counts: Mapping[SequencePersonState, int],
    current: SequencePersonState,
) -> list[Chip]:
    """Return the filter by status: label, address, and whether it is the one in use."""
    chips = []
    for state, (_, label) in PERSON_STATE_LABELS.items():
        url = url_for(
            "sequences.show_sequence",
            sequence_id=sequence_id,
            people=state.value,
            _anchor="people",
        )
        chips.append((f"{label} {counts.get(state, 0):,}", url, state is current))
    return chips

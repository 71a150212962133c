"""What the steps of a sequence have sent."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.core.access import permission_required
from app.core.pagination import list_params
from app.domain.accounts.permissions import Permission
from app.domain.texts.whole_numbers import parse_id
from app.sequences.queries.send_history import (
    count_sends_by_step,
    list_all_steps,
    paginate_sends,
)
from app.sequences.views.blueprint import bp, get_sequence_or_404


@bp.get("/<int:sequence_id>/history")
@permission_required(Permission.SEE_TEXTS, for_everybody=True)
def show_history(sequence_id: int) -> ResponseReturnValue:
    """List what one step has sent, and what was skipped and why."""
    sequence = get_sequence_or_404(sequence_id)
    counts = count_sends_by_step(sequence_id)
    steps = [
        step for step in list_all_steps(sequence_id) if step.removed_at is None or step.id in counts
    ]
    wanted_id = parse_id(request.args.get("step", ""))
    chosen = next((step for step in steps if step.id == wanted_id), steps[0] if steps else None)
    chips = []
    for number, step in enumerate(steps, 1):
        url = url_for("sequences.show_history", sequence_id=sequence_id, step=step.id)
        name = f"Step {number}" if step.removed_at is None else "Removed step"
        chips.append((f"{name} · {counts.get(step.id, 0):,}", url, step is chosen))
    page = None
    if chosen:
        params = list_params(("sent",), "sent", "desc")
        page = paginate_sends(chosen.id, counts.get(chosen.id, 0), params)
    return render_template(
        "sequences/history.html", sequence=sequence, chosen=chosen, chips=chips, page=page
    )

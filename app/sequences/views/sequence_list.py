"""The list of sequences."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.core.access import permission_required
from app.core.pagination import list_params
from app.domain.accounts.permissions import Permission
from app.domain.sequences.sequence_words import SEQUENCE_STATE_LABELS
from app.sequences.queries.sequence_list import (
    SEQUENCE_SORT_KEYS,
    count_archived_sequences,
    count_steps_by_sequence,
    paginate_sequences,
)
from app.sequences.queries.sequence_people_list import count_open_people_by_sequence
from app.sequences.views.blueprint import bp
from app.sequences.views.sequence_labels import describe_triggers


@bp.get("")
@permission_required(Permission.SEE_TEXTS, for_everybody=True)
def list_sequences() -> ResponseReturnValue:
    """List the sequences in use, or with `archived` the others."""
    is_archive = bool(request.args.get("archived"))
    page = paginate_sequences(list_params(SEQUENCE_SORT_KEYS, "state"), archived=is_archive)
    ids = [row.id for row in page.rows]
    return render_template(
        "sequences/list.html",
        page=page,
        is_archive=is_archive,
        archived_count=count_archived_sequences(),
        triggers=describe_triggers(page.rows),
        people_counts=count_open_people_by_sequence(ids),
        step_counts=count_steps_by_sequence(ids),
        state_labels=SEQUENCE_STATE_LABELS,
    )

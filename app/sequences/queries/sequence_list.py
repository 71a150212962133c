"""The list of sequences: those in use, or the archived ones."""

from collections.abc import Collection

from sqlalchemy import case, func, select

from app.core.db import db
from app.core.fetched_rows import count_rows, fetch_dict
from app.core.list_order import build_list_order
from app.core.pagination import ListPage, ListParams, clamp_to_last_page
from app.core.search_terms import build_text_filter
from app.domain.sequences.sequence_states import SequenceState
from app.domain.texts.plurals import pluralize
from app.sequences.models import Sequence, SequenceStep

SEQUENCE_SORT_KEYS = ("name", "state")
# What can be done with is first.
_STATE_ORDER = (
    SequenceState.ACTIVE,
    SequenceState.PAUSED,
    SequenceState.OFF,
    SequenceState.ARCHIVED,
)


class SequenceListPage(ListPage):
    """A page of the list of sequences."""

    @property
    def total_in_words(self) -> str:
        """The total as a count: 1 sequence, 20 sequences."""
        return pluralize(self.total, "sequence")


def paginate_sequences(params: ListParams, *, archived: bool) -> SequenceListPage:
    """Return a page of the sequences in use, or of the archived ones."""
    row = Sequence
    is_archived = row.state == SequenceState.ARCHIVED
    conditions = [is_archived if archived else ~is_archived]
    if params.search:
        conditions.append(build_text_filter(params.search, row.name, row.description))
    total = count_rows(row, *conditions)
    params = clamp_to_last_page(total, params)
    places = {state.value: place for place, state in enumerate(_STATE_ORDER)}
    columns = {"name": row.folded_name, "state": case(places, value=row.state)}
    order = build_list_order(columns, params, row.folded_name)
    statement = select(row).where(*conditions).order_by(*order)
    rows = db.session.scalars(statement.offset(params.offset).limit(params.per_page)).all()
    return SequenceListPage(rows, total, params)


def count_archived_sequences() -> int:
    """Return how many sequences are archived."""
    return count_rows(Sequence, Sequence.state == SequenceState.ARCHIVED)


def count_steps_by_sequence(sequence_ids: Collection[int]) -> dict[int, int]:
    """Return how many steps these sequences have by id; one without steps is missing."""
    row = SequenceStep
    statement = select(row.sequence_id, func.count()).where(
        row.sequence_id.in_(sequence_ids), row.removed_at.is_(None)
    )
    return fetch_dict(statement.group_by(row.sequence_id))

"""Who is in a sequence: counts by status and by step, and pages of people."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select

from app.core.db import db
from app.core.fetched_rows import fetch_dict, fetch_tuples
from app.core.pagination import ListPage, ListParams, choose_page_window, clamp_to_last_page
from app.domain.sequences.sequence_states import OPEN_PERSON_STATES, SequencePersonState
from app.domain.texts.plurals import pluralize
from app.events.queries.contact_names import find_display_names
from app.sequences.models import Sequence
from app.sequences.progress_models import SequencePerson


@dataclass(frozen=True)
class SequencePersonRow:
    """One person in a sequence, with the name that pages show, or None."""

    person: SequencePerson
    name: str | None


class SequencePeoplePage(ListPage):
    """A page of the people in a sequence."""

    @property
    def total_in_words(self) -> str:
        """The total as a count: 1 person, 20 people."""
        return pluralize(self.total, "person", "people")


def count_people_by_state(sequence_id: int) -> dict[SequencePersonState, int]:
    """Return how many people are in each state; a state without people is missing."""
    row = SequencePerson
    statement = select(row.state, func.count()).where(row.sequence_id == sequence_id)
    return fetch_dict(statement.group_by(row.state))


def count_open_people(sequence_id: int) -> int:
    """Return how many people are in a sequence and get further steps, or would unless paused."""
    counts = count_people_by_state(sequence_id)
    return sum(counts.get(state, 0) for state in OPEN_PERSON_STATES)


def count_open_people_by_sequence(sequence_ids: Collection[int]) -> dict[int, int]:
    """Return the same for several sequences by id; one without people is missing."""
    row = SequencePerson
    statement = select(row.sequence_id, func.count()).where(
        row.sequence_id.in_(sequence_ids), row.state.in_(OPEN_PERSON_STATES)
    )
    return fetch_dict(statement.group_by(row.sequence_id))


def count_people_by_step(sequence_id: int) -> dict[int, int]:
    """Return for how many people each step is the next one, by its id."""
    row = SequencePerson
    statement = select(row.step_id, func.count()).where(
        row.sequence_id == sequence_id,
        row.state.in_(OPEN_PERSON_STATES),
        row.step_id.is_not(None),
    )
    rows = fetch_tuples(statement.group_by(row.step_id))
    return {step_id: count for step_id, count in rows if step_id is not None}


def paginate_sequence_people(
    sequence_id: int, state: SequencePersonState, total: int, params: ListParams
) -> SequencePeoplePage:
    """Return a page of the people of a sequence in one state, who entered it last first.

    `total`: how many these are.
    """
    params = clamp_to_last_page(total, params)
    window = choose_page_window(total, params.offset, params.per_page)
    row = SequencePerson
    order = row.id.asc() if window.is_reversed else row.id.desc()
    statement = select(row).where(row.sequence_id == sequence_id, row.state == state)
    people = list(
        db.session.scalars(statement.order_by(order).offset(window.offset).limit(window.limit))
    )
    if window.is_reversed:
        people.reverse()
    names = find_display_names([person.phone for person in people]) if people else {}
    rows = [SequencePersonRow(person, names.get(person.phone)) for person in people]
    return SequencePeoplePage(rows, total, params)


def find_person_in_sequence(sequence_id: int, person_id: int) -> SequencePerson | None:
    """Return one person's way through a sequence, or None."""
    person = db.session.get(SequencePerson, person_id, populate_existing=True)
    return person if person and person.sequence_id == sequence_id else None


def list_sequences_of_phones(
    phones: Collection[str], limit: int
) -> list[tuple[Sequence, SequencePerson]]:
    """Return the sequences that a person with these numbers is or was in, the newest first."""
    statement = (
        select(Sequence, SequencePerson)
        .join(SequencePerson, SequencePerson.sequence_id == Sequence.id)
        .where(SequencePerson.phone.in_(phones))
        .order_by(SequencePerson.id.desc())
        .limit(limit)
    )
    return fetch_tuples(statement)


def find_phones_in_sequence(sequence_id: int, phones: Collection[str]) -> set[str]:
    """Return which of these phones are in a sequence and get further steps."""
    row = SequencePerson
    statement = select(row.phone).where(
        row.sequence_id == sequence_id, row.state.in_(OPEN_PERSON_STATES)
    )
    return set(db.session.scalars(statement)).intersection(phones)

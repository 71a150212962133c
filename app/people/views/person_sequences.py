"""The sequences that a person is or was in, for their page."""

from collections.abc import Collection

from app.sequences.models import Sequence
from app.sequences.progress_models import SequencePerson
from app.sequences.queries.sequence_people_list import list_sequences_of_phones
from app.sequences.queries.sequence_records import find_step_numbers

MAX_SHOWN_SEQUENCES = 20


def list_person_sequences(
    phones: Collection[str],
) -> list[tuple[Sequence, SequencePerson, int | None]]:
    """Return the sequences of a person with these numbers, the newest first.

    Each with the person's way through it, and the number of the step that is next.
    """
    pairs = list_sequences_of_phones(phones, MAX_SHOWN_SEQUENCES)
    numbers = find_step_numbers({sequence.id for sequence, _ in pairs})
    return [(sequence, entry, numbers.get(entry.step_id or 0)) for sequence, entry in pairs]

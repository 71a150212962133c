"""Storing the sequences that come with the program, without changing what users made of them."""

from sqlalchemy import select

from app.core.db import db, write
from app.domain.sequences.seed_sequences import SEED_SEQUENCES, SeedSequence, SeedStep
from app.domain.sequences.sequence_states import SequenceState
from app.domain.texts.text_languages import DEFAULT_LANGUAGE
from app.organisation import queries as organisation
from app.sequences.actions.sequence_editing import (
    SequenceValues,
    StepValues,
    TriggerValues,
    create_sequence,
    replace_values,
)
from app.sequences.models import Sequence, fold_sequence_name
from app.sequences.queries.sequence_records import list_steps

SPANISH = "es"


def store_missing_sequences() -> None:
    """Store the sequences of the program at a start, in a write() of its own if there is need."""
    # A read first: at nearly every start nothing is missing, and no write lock is taken.
    if any(map(_needs_storing, SEED_SEQUENCES)):
        db.session.rollback()
        with write():
            store_seed_sequences()


def store_seed_sequences() -> None:
    """Create or update each sequence of the program, switched off. Inside write().

    One that a user changed or ever switched on stays as it is, and so does a user's own sequence
    that has its name.
    """
    for seed in SEED_SEQUENCES:
        if not _needs_storing(seed):
            continue
        row = _find_seed(seed)
        if row is None:
            create_sequence(_build_values(seed), None, seed.key)
        else:
            replace_values(row, _build_values(seed))


def _needs_storing(seed: SeedSequence) -> bool:
    """Whether a sequence is missing, or has other texts and was never changed by a user."""
    row = _find_seed(seed)
    if row is None:
        return not _is_name_taken(seed.name)
    if row.revision > 1 or row.state is not SequenceState.OFF:
        return False
    stored = [(step.body, step.translations or {}) for step in list_steps(row.id)]
    return stored != [(step.body, step.translations) for step in _build_values(seed).steps]


def _find_seed(seed: SeedSequence) -> Sequence | None:
    return db.session.scalars(select(Sequence).where(Sequence.seed_key == seed.key)).first()


def _is_name_taken(name: str) -> bool:
    statement = select(Sequence.id).where(Sequence.folded_name == fold_sequence_name(name))
    return db.session.scalar(statement) is not None


def _build_values(seed: SeedSequence) -> SequenceValues:
    organisation_row = organisation.get_organisation()
    return SequenceValues(
        name=seed.name,
        description=seed.description,
        trigger=TriggerValues(seed.trigger, days=seed.trigger_days, count=seed.trigger_count),
        footer=organisation_row.footer,
        steps=list(map(_build_step, seed.steps)),
        stops_on_reply=seed.stops_on_reply,
    )


def _build_step(step: SeedStep) -> StepValues:
    texts = {DEFAULT_LANGUAGE: step.english, SPANISH: step.spanish}
    # The first text is in the organisation's language; English where that is another.
    first = organisation.get_organisation_language()
    body = texts.pop(first, None) or texts.pop(DEFAULT_LANGUAGE)
    return StepValues(
        None, step.delay_days, step.time_of_day, body, texts, repeat_days=step.repeat_days
    )

"""Plan anew when people are due whose next step was changed, moved, switched or removed."""

from collections.abc import Collection, Iterator
from datetime import datetime

from sqlalchemy import select

from app.core.column_types import datetime_to_db
from app.core.db import db
from app.core.listed_values import build_listed_column
from app.domain.sequences.sequence_states import (
    OPEN_PERSON_STATES,
    SequencePersonState,
)
from app.domain.sequences.step_times import compute_step_time
from app.sequences import sql
from app.sequences.actions.person_changes import PersonChange, StepPlan, load_step_plan
from app.sequences.models import Sequence
from app.sequences.progress_models import SequencePerson
from app.sequences.queries.due_people import DUE_COLUMNS, DuePerson
from app.sequences.queries.sequence_records import list_steps


def replan_people(sequence: Sequence, step_ids: Collection[int], moment: datetime) -> None:
    """Give who waits for one of these steps the time that it has now. Inside write().

    A time that has passed is the step's next time of day: a step that is moved from next week to
    yesterday is sent tomorrow morning, and not at midnight. 10,000 people take 0.2 s.
    """
    plan = load_step_plan(sequence, list_steps(sequence.id), moment)
    rows = []
    for person in _iterate_waiting(sequence.id, step_ids):
        change = _plan_person(plan, person)
        if change.state is not SequencePersonState.ACTIVE or change.next_at is None:
            # The job ends their way: after it nothing follows.
            rows.append((person.step_id, person.repetition, datetime_to_db(moment), person.id))
            continue
        rows.append((change.step_id, change.repetition, datetime_to_db(change.next_at), person.id))
    sql.PLAN_PERSON.execute_many(rows)


def _plan_person(plan: StepPlan, person: DuePerson) -> PersonChange:
    step = plan.find_step(person.step_id)
    if step is None:
        change = plan.pass_over(person)
        step = plan.find_step(change.step_id)
    else:
        change = plan.postpone(person, plan.compute_due_time(person, step))
    if step is None or change.next_at is None or change.next_at >= plan.moment:
        return change
    next_at = compute_step_time(plan.moment, 0, step.time_of_day, plan.zone)
    return plan.postpone(person._replace(step_id=step.id, repetition=change.repetition), next_at)


def _iterate_waiting(sequence_id: int, step_ids: Collection[int]) -> Iterator[DuePerson]:
    row = SequencePerson
    statement = select(*DUE_COLUMNS).where(
        row.sequence_id == sequence_id,
        row.state.in_(OPEN_PERSON_STATES),
        row.step_id.in_(select(build_listed_column(step_ids))),
    )
    # Below the session: of 10,000 rows it would take as long as all the rest.
    for values in db.session.connection().execute(statement):
        yield DuePerson._make(values)

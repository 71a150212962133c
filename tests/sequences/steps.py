"""Steps that tests of sequences repeat: make one that is on, let people join, let the job run."""

from datetime import UTC, datetime, timedelta

from app.core.clock import pretend_moment
from app.core.db import db, write
from app.delivery.models import Message
from app.domain.sequences.sequence_states import SequenceTrigger
from app.groups.actions.memberships import add_people_to_group
from app.groups.models import ContactGroup, MembershipSource
from app.organisation.models import Organisation
from app.sequences.actions.sequence_control import switch_on
from app.sequences.actions.sequence_editing import (
    SequenceValues,
    StepValues,
    TriggerValues,
    create_sequence,
)
from app.sequences.actions.sequence_running import run_sequences
from app.sequences.progress_models import SequencePerson, SequenceSend

DENVER = "America/Denver"
# Saturday noon in Denver.
START = datetime(2026, 11, 28, 19, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PHONE = "+13035550111"
WELCOME = StepValues(None, 0, None, "Welcome, {first_name}!")
DAY_AFTER = StepValues(None, 1, "09:00", "How was your first day?")
WEEK_AFTER = StepValues(None, 7, "09:00", "Still with us?")
WELCOME_SERIES = (WELCOME, DAY_AFTER, WEEK_AFTER)


def save_organisation(**values):
    """Store the organisation, on Denver's clocks; keyword arguments change it."""
    with write() as session:
        session.merge(
            Organisation(id=1, **{"name": "Ohr", "timezone": DENVER, "region": "US"} | values)
        )


def make_group(name="New people", **values):
    """Store a group and return its id."""
    with write() as session:
        session.add(row := ContactGroup(name=name, **values))
        session.flush()
        return row.id


def make_sequence(trigger, *steps, moment=START, name="Welcome", **values):
    """Store a sequence and switch it on; return its id."""
    with write():
        sequence_id = create_sequence(
            SequenceValues(name, None, trigger, None, steps or WELCOME_SERIES, **values), "ada"
        )
        switch_on(sequence_id, "ada", moment)
    return sequence_id


def make_group_sequence(*steps, **values):
    """Store a group, and a sequence that joining it starts; return the ids of both."""
    group_id = make_group()
    trigger = TriggerValues(SequenceTrigger.GROUP, group_id=group_id)
    return group_id, make_sequence(trigger, *steps, **values)


def join(group_id, *phones, moment=START):
    """Put numbers into a group at a moment."""
    with pretend_moment(moment), write():
        add_people_to_group(group_id, phones or [PHONE], MembershipSource.KEYWORD, None)


def run_at(moment):
    """Let the job run at a moment until nothing is due; return how many people moved on."""
    with pretend_moment(moment):
        return run_sequences(moment)


def list_texts(phone=PHONE):
    """Return the texts that were made for a number, in order."""
    statement = db.select(Message.body).where(Message.phone == phone, Message.kind == "reminder")
    return list(db.session.scalars(statement.order_by(Message.id)))


def read_person(phone=PHONE):
    """Return (state, why it stopped, when the next step is due) of a number's last start."""
    statement = db.select(SequencePerson).where(SequencePerson.phone == phone)
    statement = statement.order_by(SequencePerson.id.desc()).limit(1)
    row = db.session.scalar(statement.execution_options(populate_existing=True))
    return row and (row.state.value, row.stop_reason, row.next_at)


def list_skips():
    """Return why steps were skipped, in order."""
    statement = db.select(SequenceSend.skip_reason).where(SequenceSend.outcome == "skipped")
    return list(db.session.scalars(statement.order_by(SequenceSend.id)))


def deliver():
    """Let everything that waits be sent and arrive."""
    with write():
        queued = db.update(Message).where(Message.status == "queued")
        db.session.execute(queued.values(status="delivered"))

"""Dates, birthdays and what was missed start sequences on their day, once each."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import update

from app.check_ins.actions.check_in_recording import CheckInSource, record_check_in
from app.core.clock import pretend_moment
from app.core.db import db, write
from app.domain.profiles.field_types import FieldType
from app.domain.sequences.sequence_states import SequenceTrigger
from app.events.models import Event, EventRegistration
from app.profiles.field_models import PersonField, PersonValue
from app.profiles.models import Person
from app.profiles.queries.other_phones import find_person_id
from app.sequences.actions.date_starts import start_by_dates
from app.sequences.actions.sequence_editing import (
    SequenceValues,
    StepValues,
    TriggerValues,
    save_sequence,
)
from tests.sample_rows import add_member
from tests.sequences.steps import (
    DAY,
    HOUR,
    PHONE,
    START,
    list_texts,
    make_sequence,
    read_person,
    run_at,
    save_organisation,
)

GREETING = StepValues(None, 0, "09:00", "Hello, {first_name}!")
NINE_ON_SUNDAY = START + 21 * HOUR


@pytest.fixture
def zoe(shop):
    """Zoe is in the community; returns the id of the person."""
    save_organisation()
    add_member(PHONE, "Zoe Ames")
    return find_person_id(PHONE)


def look_at(moment):
    """Do what a serving process does at a moment: look for dates, then send what is due."""
    with pretend_moment(moment):
        start_by_dates(moment)
    run_at(moment)


def set_birthday(person_id, day):
    with write() as session:
        session.execute(update(Person).where(Person.id == person_id).values(birthday=day))


def set_date(person_id, day):
    """Store a date field with its value; return the id of the field."""
    with write() as session:
        field = db.session.get(PersonField, 1)
        if field is None:
            session.add(field := PersonField(id=1, name="Due", field_type=FieldType.DATE))
            session.flush()
        session.merge(PersonValue(person_id=person_id, field_id=1, value=day, sort_value=day))
    return 1


def test_a_birthday_is_greeted_once_a_year_and_on_the_28th_for_leap_days(zoe):
    set_birthday(zoe, date(1980, 2, 29))
    make_sequence(TriggerValues(SequenceTrigger.BIRTHDAY), GREETING)
    morning = datetime(2027, 2, 28, 16, 0, tzinfo=UTC)
    for moment in (START, morning - 2 * HOUR, morning, morning + HOUR, morning + DAY):
        look_at(moment)
    assert list_texts() == ["Hello, Zoe!"]
    look_at(datetime(2028, 2, 28, 17, 0, tzinfo=UTC))
    assert len(list_texts()) == 1
    look_at(datetime(2028, 2, 29, 17, 0, tzinfo=UTC))
    assert len(list_texts()) == 2


def test_a_birthday_whose_hour_had_passed_when_it_was_switched_on_waits_a_year(zoe):
    set_birthday(zoe, date(1980, 11, 28))
    make_sequence(TriggerValues(SequenceTrigger.BIRTHDAY), GREETING)
    for moment in (START, START + DAY):
        look_at(moment)
    assert list_texts() == []


def test_a_date_starts_days_before_and_a_moved_one_stops_it_and_starts_anew(zoe):
    field_id = set_date(zoe, "2026-12-01")
    trigger = TriggerValues(SequenceTrigger.DATE_FIELD, field_id=field_id, days=-2)
    later = StepValues(None, 1, "09:00", "Tomorrow is the day.")
    make_sequence(trigger, GREETING, later)
    look_at(NINE_ON_SUNDAY)
    assert list_texts() == ["Hello, Zoe!"]
    set_date(zoe, "2026-12-11")
    look_at(NINE_ON_SUNDAY + DAY)
    assert read_person()[:2] == ("stopped", "date_changed")
    look_at(NINE_ON_SUNDAY + 10 * DAY)
    look_at(NINE_ON_SUNDAY + 11 * DAY)
    assert list_texts() == ["Hello, Zoe!", "Hello, Zoe!", "Tomorrow is the day."]
    set_date(zoe, "2026-12-01")
    look_at(NINE_ON_SUNDAY + 11 * DAY + HOUR)
    assert len(list_texts()) == 3


def miss_supper():
    """Zoe was not marked at a supper in November, at which another one was."""
    with write() as session:
        session.add(event := Event(title="Supper", date=date(2026, 11, 28), created_at=START))
        session.flush()
        rows = [
            EventRegistration(event_id=event.id, phone=PHONE),
            EventRegistration(event_id=event.id, phone="+13035550112", attended_at=START),
            EventRegistration(event_id=event.id, phone="+13035550113", answer="not_coming"),
        ]
        session.add_all(rows)


def test_who_missed_an_event_is_texted_the_day_after_unless_they_came(zoe):
    miss_supper()
    trigger = TriggerValues(SequenceTrigger.MISSED, is_any_event=True)
    step = StepValues(None, 0, "09:00", "We missed you at {event_title}.")
    make_sequence(trigger, step, StepValues(None, 1, "09:00", "Next week again?"))
    for moment in (START, NINE_ON_SUNDAY, NINE_ON_SUNDAY + HOUR):
        look_at(moment)
    assert list_texts() == ["We missed you at Supper."]
    assert list_texts("+13035550112") + list_texts("+13035550113") == []
    with write() as session:
        session.execute(update(EventRegistration).values(attended_at=START))
    look_at(NINE_ON_SUNDAY + DAY)
    assert read_person()[:2] == ("stopped", "attended")


def test_no_one_missed_an_event_that_has_another_day_since(zoe):
    miss_supper()
    make_sequence(TriggerValues(SequenceTrigger.MISSED, is_any_event=True), GREETING)
    look_at(START + 14 * HOUR)
    with write() as session:
        session.execute(update(Event).values(date=date(2026, 12, 12)))
    look_at(NINE_ON_SUNDAY)
    assert (list_texts(), read_person()[1]) == ([], "event_moved")


def test_events_of_before_another_trigger_was_chosen_count_for_no_one(zoe):
    miss_supper()
    sequence_id = make_sequence(TriggerValues(SequenceTrigger.HAND), GREETING)
    missed = TriggerValues(SequenceTrigger.MISSED, is_any_event=True)
    with pretend_moment(START + 2 * DAY), write():
        save_sequence(sequence_id, SequenceValues("Welcome", None, missed, None, [GREETING]), 1)
    look_at(START + 2 * DAY)
    assert read_person() is None


def test_a_streak_and_a_missed_check_in_start_sequences(zoe):
    streak = TriggerValues(SequenceTrigger.STREAK, count=2)
    make_sequence(streak, StepValues(None, 0, None, "Two days in a row!"), name="Streak")
    missed = TriggerValues(SequenceTrigger.MISSED_CHECK_IN, count=1)
    make_sequence(missed, GREETING, name="Missed")
    for moment in (START, START + DAY):
        with write():
            record_check_in(CheckInSource("PRAY"), PHONE, moment)
        look_at(moment)
    assert list_texts() == ["Two days in a row!"]
    for days in (2, 3, 4):
        look_at(NINE_ON_SUNDAY + days * DAY)
    assert list_texts()[1:] == ["Hello, Zoe!"]

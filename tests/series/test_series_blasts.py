"""A series has one blast that waits, and the next when that one is over."""

from datetime import date, timedelta

import pytest

from app.core.db import ChangedMeanwhile, db, write
from app.delivery.actions import blast_control, blast_scheduling
from app.delivery.alert_models import Alert
from app.delivery.models import MessageLog
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.audiences.audience_rules import AudiencePart, AudienceRule, PartKind
from app.domain.audiences.chosen_audience import ChosenAudience
from app.domain.delivery.message_statuses import BlastTarget
from app.domain.recurrence.recurrence_rules import RecurrenceKind, RecurrenceRule
from app.events.models import Event, EventRegistration
from app.groups.models import ContactGroup, GroupMembership
from app.series.actions.date_editing import edit_date, move_date, restore_date, skip_date
from app.series.actions.series_editing import (
    SeriesTiming,
    change_series,
    pause_series,
    resume_series,
)
from app.series.actions.series_progress import continue_series
from app.series.models import BlastSeries
from app.series.queries.series_texts import SeriesText
from tests.sample_rows import add_members
from tests.series.helpers import (
    FIRST_SUNDAY,
    START,
    SUNDAY_SERIES,
    SUNDAYS,
    WEEK,
    list_dates,
    list_waiting_blasts,
    pass_time,
    start_sunday_series,
)

BODY = "Worship is at ten."
FIRST, SECOND, THIRD = date(2026, 11, 29), date(2026, 12, 6), date(2026, 12, 13)


@pytest.fixture
def members(shop):
    """Three members, and an app context."""
    add_members(3)
    return shop


def get_series(series_id):
    return db.session.get(BlastSeries, series_id, populate_existing=True)


def test_the_next_blast_waits_once_this_one_is_released(members):
    series_id, _ = start_sunday_series()
    assert list_waiting_blasts() == [(FIRST_SUNDAY, BODY)]
    assert continue_series(START) == 0
    for week in range(3):
        assert pass_time(FIRST_SUNDAY + week * WEEK) == 1
        assert list_waiting_blasts() == [(FIRST_SUNDAY + (week + 1) * WEEK, BODY)]
        assert continue_series(FIRST_SUNDAY + week * WEEK) == 0
    assert list_dates() == [
        ("11-29", "done"),
        ("12-06", "done"),
        ("12-13", "done"),
        ("12-20", "pending"),
    ]
    # The next release is compared with this one, not with the first confirmation.
    assert get_series(series_id).confirmed_count == 3


def test_what_was_missed_is_one_blast_that_expired(members):
    start_sunday_series()
    late = FIRST_SUNDAY + 3 * WEEK + timedelta(days=2)
    assert pass_time(late) == 0
    assert list_waiting_blasts() == [(FIRST_SUNDAY + 4 * WEEK, BODY)]
    assert db.session.scalars(db.select(ScheduledMessage.status)).all() == ["expired", "pending"]
    assert db.session.scalar(db.select(db.func.count()).select_from(MessageLog)) == 0


def test_a_series_ends_with_its_rule(members):
    rule = RecurrenceRule(RecurrenceKind.WEEKLY, weekdays=(6,), max_count=2)
    series_id, _ = start_sunday_series(timing=SeriesTiming(rule, FIRST, "10:00"))
    pass_time(FIRST_SUNDAY)
    pass_time(FIRST_SUNDAY + WEEK)
    assert list_waiting_blasts() == []
    assert get_series(series_id).state == "ended"


def test_the_first_blast_moves_to_the_first_date_of_the_rule(members):
    rule = RecurrenceRule(RecurrenceKind.MONTH_WEEKDAY, weekdays=(2,), nth=1)
    start_sunday_series(timing=SeriesTiming(rule, FIRST, "18:30"))
    assert [f"{due:%m-%d %H:%M}" for due, _ in list_waiting_blasts()] == ["12-03 01:30"]


def test_what_is_set_back_into_the_past_is_not_sent_at_once(members):
    """A series that starts weeks ago, or whose time moves to before now, begins with the next."""
    weeks_ago = SeriesTiming(SUNDAYS, date(2026, 11, 1), "10:00")
    series_id, _ = start_sunday_series(timing=weeks_ago)
    assert list_waiting_blasts() == [(FIRST_SUNDAY, BODY)]
    an_hour_before = FIRST_SUNDAY - timedelta(hours=1)
    with write():
        at_eight = SeriesTiming(SUNDAYS, FIRST, "08:00")
        change_series(series_id, SeriesText(BODY), None, at_eight, an_hour_before)
    assert list_waiting_blasts() == [(FIRST_SUNDAY + WEEK - timedelta(hours=2), BODY)]
    assert pass_time(FIRST_SUNDAY) == 0


def test_skipping_and_restoring_aim_the_blast_that_waits(members):
    series_id, blast_id = start_sunday_series()
    with write():
        skip_date(series_id, FIRST, START)
        skip_date(series_id, THIRD, START)
    assert list_waiting_blasts() == [(FIRST_SUNDAY + WEEK, BODY)]
    with write():
        restore_date(series_id, FIRST, START)
    assert list_waiting_blasts() == [(FIRST_SUNDAY, BODY)]
    with write():
        skip_date(series_id, FIRST, START)
    assert pass_time(FIRST_SUNDAY) == 0
    assert pass_time(FIRST_SUNDAY + WEEK) == 1
    assert list_waiting_blasts() == [(FIRST_SUNDAY + 3 * WEEK, BODY)]
    assert db.session.get(ScheduledMessage, blast_id).message_log_id is not None


def test_one_date_is_moved_and_has_its_own_text(members):
    series_id, _ = start_sunday_series()
    with write():
        move_date(series_id, SECOND, date(2026, 12, 5), "18:00", START)
        edit_date(series_id, SECOND, SeriesText("This week on Saturday."), START)
    pass_time(FIRST_SUNDAY)
    saturday = FIRST_SUNDAY + WEEK - timedelta(hours=16)
    assert list_waiting_blasts() == [(saturday, "This week on Saturday.")]
    with write():
        text = SeriesText("Worship is at eleven.")
        change_series(series_id, text, None, SUNDAY_SERIES, FIRST_SUNDAY)
    assert list_waiting_blasts() == [(saturday, "This week on Saturday.")]
    assert pass_time(saturday) == 1
    assert list_waiting_blasts() == [(FIRST_SUNDAY + 2 * WEEK, "Worship is at eleven.")]


def test_a_date_is_not_moved_to_a_time_that_has_just_passed(members):
    """The form was checked a moment before: no blast would wait for it, and none be sent."""
    series_id, _ = start_sunday_series()
    with pytest.raises(ChangedMeanwhile), write():
        move_date(series_id, date(2026, 11, 29), date(2026, 11, 28), "05:00", START)
    assert [due for due, _ in list_waiting_blasts()] == [FIRST_SUNDAY]


def test_a_changed_series_takes_the_blast_that_waits_along(members):
    series_id, _ = start_sunday_series()
    saturdays = RecurrenceRule(RecurrenceKind.WEEKLY, weekdays=(5,))
    with write():
        skip_date(series_id, THIRD, START)
        timing = SeriesTiming(saturdays, FIRST, "09:00")
        change_series(series_id, SeriesText("Come at nine."), "Saturdays", timing, START)
    (waiting,) = list_waiting_blasts()
    assert (f"{waiting[0]:%m-%d %H:%M}", waiting[1]) == ("12-05 16:00", "Come at nine.")
    assert list_dates() == [("12-05", "pending")]


def test_a_paused_series_sends_nothing_until_it_is_resumed(members):
    series_id, _ = start_sunday_series()
    with write():
        pause_series(series_id)
    pass_time(FIRST_SUNDAY)
    assert list_waiting_blasts() == []
    with write():
        resume_series(series_id, "sol", FIRST_SUNDAY + timedelta(days=1))
    assert list_waiting_blasts() == [(FIRST_SUNDAY + WEEK, BODY)]
    assert get_series(series_id).created_by == "sol"


def test_a_canceled_blast_is_a_skipped_date(members):
    _, blast_id = start_sunday_series()
    with write():
        blast_scheduling.cancel_scheduled_blast(blast_id)
    continue_series(START)
    assert list_waiting_blasts() == [(FIRST_SUNDAY + WEEK, BODY)]
    with write():
        blast_scheduling.delete_scheduled_blast(blast_id)
    assert list_dates() == [("11-29", "skipped"), ("12-06", "pending")]


def test_a_series_stops_when_its_event_is_gone_and_tells(members):
    with write() as session:
        session.add(event := Event(title="Choir"))
        session.flush()
        event_id = event.id
        session.add(EventRegistration(event_id=event_id, phone="+13035550142"))
    series_id, _ = start_sunday_series(target=BlastTarget.EVENT, event_id=event_id)
    with write() as session:
        blast_scheduling.cancel_event_blasts(event_id, "its event was deleted")
        session.delete(session.get(Event, event_id))
    continue_series(START)
    series = get_series(series_id)
    assert (series.state, series.stop_reason) == ("stopped", "Its event was deleted.")
    assert "Its event was deleted." in db.session.scalar(db.select(Alert.words))
    assert list_waiting_blasts() == []


def test_a_series_stops_when_its_group_is_gone_and_resumes_when_it_is_back(members):
    group_id = add_group("Choir", "+13035550142")
    choir = AudiencePart(PartKind.GROUP, group_id)
    chosen = ChosenAudience(AudienceRule((choir,)), names={choir: "Choir"})
    series_id, _ = start_sunday_series(target=BlastTarget.AUDIENCE, people_of=chosen)
    assert pass_time(FIRST_SUNDAY) == 1
    with write() as session:
        session.get(ContactGroup, group_id).archived_at = FIRST_SUNDAY
    assert pass_time(FIRST_SUNDAY + WEEK) == 0
    series = get_series(series_id)
    assert series.state == "stopped"
    assert "“Choir” is archived" in series.stop_reason
    assert list_waiting_blasts() == []
    with write() as session:
        session.get(ContactGroup, group_id).archived_at = None
    with write():
        resume_series(series_id, "ada", FIRST_SUNDAY + WEEK)
    assert pass_time(FIRST_SUNDAY + 2 * WEEK) == 1
    # Its blasts share one audience, which outlives those that are deleted from the list.
    with write():
        for blast_id in db.session.scalars(db.select(ScheduledMessage.id)).all():
            blast_scheduling.delete_scheduled_blast(blast_id)
    assert pass_time(FIRST_SUNDAY + 3 * WEEK) == 1


def add_group(name, phone):
    with write() as session:
        session.add(group := ContactGroup(name=name))
        session.flush()
        session.add(GroupMembership(group_id=group.id, phone=phone))
        return group.id


def test_an_empty_list_is_no_error(shop):
    series_id, _ = start_sunday_series()
    pass_time(FIRST_SUNDAY)
    assert get_series(series_id).state == "active"
    assert list_waiting_blasts() == [(FIRST_SUNDAY + WEEK, BODY)]


def test_a_list_that_grew_waits_for_a_person_and_nothing_else_is_made(members):
    start_sunday_series(confirmed_count=3)
    add_members(20, start=10)
    assert pass_time(FIRST_SUNDAY) == 0
    pass_time(FIRST_SUNDAY + 2 * WEEK)
    assert list_waiting_blasts() == [(FIRST_SUNDAY, BODY)]
    with write():
        blast_id = db.session.scalar(db.select(ScheduledMessage.id))
        blast_scheduling.confirm_held_blast(blast_id, 23, FIRST_SUNDAY + 2 * WEEK)
    assert pass_time(FIRST_SUNDAY + 2 * WEEK) == 1
    assert list_waiting_blasts() == [(FIRST_SUNDAY + 3 * WEEK, BODY)]
    add_members(2, start=40)
    assert pass_time(FIRST_SUNDAY + 3 * WEEK) == 1


def test_a_date_waits_behind_a_paused_blast_and_stops_after_a_failed_one(members):
    series_id, _ = start_sunday_series()
    pass_time(FIRST_SUNDAY)
    with write():
        blast_control.pause_blasts_for_fault(MessageLog.id == 1, "Twilio is down.", 21606)
    soon = FIRST_SUNDAY + WEEK - timedelta(seconds=30)
    assert continue_series(FIRST_SUNDAY + WEEK / 2) == 0
    assert continue_series(soon) == 1
    assert continue_series(soon) == 0
    assert pass_time(FIRST_SUNDAY + WEEK) == 0
    assert list_waiting_blasts() == [(FIRST_SUNDAY + WEEK, BODY)]
    with write() as session:
        session.get(ScheduledMessage, 1).status = "failed"
    continue_series(soon)
    series = get_series(series_id)
    assert (series.state, series.stop_reason) == (
        "stopped",
        "No text of its last blast could be sent.",
    )
    assert list_waiting_blasts() == []
    with write():
        resume_series(series_id, "ada", soon)
    continue_series(soon)
    assert list_waiting_blasts() == [(FIRST_SUNDAY + WEEK, BODY)]


def test_a_text_of_a_passed_date_waits_for_a_person(members):
    series_id, _ = start_sunday_series(body="Potluck on Sunday, Nov 29!")
    assert pass_time(FIRST_SUNDAY) == 1
    held = db.session.scalar(
        db.select(ScheduledMessage.held_reason).where(ScheduledMessage.status == "pending")
    )
    assert held.startswith("Nov 29 has passed. Edit the text of this date")
    assert pass_time(FIRST_SUNDAY + WEEK) == 0
    assert "Nov 29 has passed." in db.session.scalar(db.select(Alert.words))
    with write():
        edit_date(series_id, SECOND, SeriesText("Potluck today!"), FIRST_SUNDAY + 3 * WEEK)
    assert pass_time(FIRST_SUNDAY + 3 * WEEK) == 1


def test_a_zone_that_the_system_lost_stops_a_series(members):
    series_id, _ = start_sunday_series()
    with write():
        get_series(series_id).timezone = "America/Atlantis"
    pass_time(FIRST_SUNDAY)
    assert "America/Atlantis" in get_series(series_id).stop_reason
    assert list_waiting_blasts() == []


def test_every_sunday_is_the_rule(members):
    start_sunday_series()
    assert RecurrenceRule.from_json(db.session.scalar(db.select(BlastSeries.rule))) == SUNDAYS

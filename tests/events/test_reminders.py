"""The plan of an event's reminders: on the list of scheduled blasts, moved with the date, gone
with the event.
"""

import html
import re
from datetime import UTC, date, datetime, timedelta

import pytest

from app.blasts.actions.due_blasts import release_due_blasts
from app.core.clock import now
from app.core.db import db, write
from app.delivery.actions.hour_exemptions import exempt_scheduled_blast
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.time import local_times
from app.domain.time.reminder_timing import DEFAULT_REMINDER_STEPS
from app.events.actions.registrations import record_survey_answer
from app.events.actions.reminder_plan import (
    ReminderStep,
    create_reminder_plan,
    reschedule_all_reminders,
    reschedule_reminders,
    save_reminder_plan,
)
from app.events.models import Event, EventAnswer, EventRegistration, EventReminder
from app.events.queries.events import build_event_placeholders
from app.organisation.models import Organisation
from app.texting_hours.actions import create_default_hours
from app.texting_hours.models import TextingHoursMode
from app.texting_hours.queries import find_texting_hours_setting
from tests.blasts.helpers import get_form_fields, list_messages

ZOE, MAX = "+13035550101", "+13035550102"
DENVER = "America/Denver"
DAY = timedelta(days=1)
LATE_STEP = ReminderStep(None, -7, "23:00", "Bring a blanket", True)
SELECT = re.compile(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', re.DOTALL)
TEXTAREA = re.compile(r'<textarea[^>]* name="([^"]+)"[^>]*>(.*?)</textarea>', re.DOTALL)


def get_today():
    return local_times.get_local_date(DENVER, now())


def add_picnic(visit, in_days=30, title="Spring picnic", **more):
    """An event that Ada adds; its id."""
    typed = {
        "title": title,
        "date": str(get_today() + in_days * DAY),
        "start_time": "18:30",
        "place": "Town hall",
    }
    answer = visit("/events/add", "ada", **(typed | more))
    assert answer.status_code == 303, answer.words
    return int(answer.location.rsplit("/", 1)[1])


@pytest.fixture
def event_id(app, visit, copied_steps):
    """The id of the Spring picnic in 30 days, which has the reminders of every event."""
    return copied_steps.take(app, plan_picnic, visit)


def plan_picnic(_app, visit):
    return add_picnic(visit)


def edit_event(visit, event_id, **typed):
    """Ada changes it; what she leaves away stays empty."""
    answer = visit(f"/events/{event_id}/edit", "ada", **({"title": "Spring picnic"} | typed))
    assert answer.status_code == 303, answer.words


def register(app, event_id, *phones, when=None):
    """These people registered, days ago unless said."""
    with app.app_context(), write() as session:
        session.add_all(
            EventRegistration(
                event_id=event_id,
                phone=phone,
                name=None,
                created_at=when or now() - 20 * DAY,
            )
            for phone in phones
        )


def list_scheduled(app, status=None):
    """The blasts of plans, in the order of their times."""
    with app.app_context():
        chosen = db.select(ScheduledMessage).where(ScheduledMessage.created_by == "Reminder")
        found = db.session.scalars(chosen.order_by(ScheduledMessage.scheduled_at)).all()
        return [blast for blast in found if status is None or blast.status == status]


def format_local_time(moment, zone=DENVER):
    shown = local_times.build_local_time_input(moment, zone)
    return shown.date, shown.time


def list_pending_times(app):
    return [format_local_time(blast.scheduled_at) for blast in list_scheduled(app, "pending")]


def release_blasts(app, moment):
    with app.app_context():
        return release_due_blasts(moment)


def read_plan_form(visit, event_id):
    """What the form of the plan would send."""
    page = visit(f"/events/{event_id}/reminders", "sol")
    chosen = {
        name: re.search(r'<option selected value="(\w+)"', rest)[1]
        for name, rest in SELECT.findall(page.text)
    }
    written = {name: html.unescape(text).strip() for name, text in TEXTAREA.findall(page.text)}
    return (
        {
            name: value
            for name, value in get_form_fields(page, "plan").items()
            if name != "csrf_token"
        }
        | chosen
        | written
    )


def save_plan(visit, event_id, **changes):
    """Sol saves the plan with these fields changed; None unticks."""
    fields = {
        name: value
        for name, value in (read_plan_form(visit, event_id) | changes).items()
        if value is not None
    }
    return visit(f"/events/{event_id}/reminders", "sol", **fields)


def build_step_fields(**changes):
    """Fields of the form, by step: step_1_body is steps-1-body."""
    return {f"steps-{name[5]}-{name[7:]}": value for name, value in changes.items()}


def test_a_new_event_has_reminders_on_the_scheduled_list(app, visit, event_id):
    day = get_today() + 30 * DAY
    assert list_pending_times(app) == [(str(day - 7 * DAY), "10:00"), (str(day - DAY), "10:00")]
    for blast in list_scheduled(app):
        assert (blast.event_id, blast.timezone, blast.target) == (
            event_id,
            DENVER,
            "event",
        )
        assert format_local_time(blast.not_after) == (str(day), "18:30")
        assert blast.footer == "Reply STOP to opt out."
    page = visit("/blasts/scheduled", "sol")
    assert "Reminder, 7 days before" in page.words
    assert "Reminder, 1 day before" in page.words
    assert "See you tomorrow: Spring picnic." in page.words
    one = visit(f"/blasts/scheduled/{list_scheduled(app)[0].id}", "sol")
    assert "Reminder, 7 days before" in one.words
    assert "[Date]" not in page.words + one.words


def test_a_blast_is_called_by_the_date_of_its_event(app, visit):
    event_id = add_picnic(visit, in_days=3)
    with app.app_context(), write():
        body = "{event_date} at {event_time}, {event_place}: come!"
        db.session.execute(db.update(ScheduledMessage).values(message_body=body))
        date = build_event_placeholders(event_id)["event_date"]
    for address in ("/", "/blasts/scheduled"):
        assert f"{date} at 6:30 PM" in visit(address, "sol").words, address


def test_the_event_s_page_says_what_becomes_of_each(app, visit):
    page = visit(f"/events/{add_picnic(visit, in_days=3)}", "sol")
    assert "7 days before at 10:00 AM" in page.words
    assert "Not sent: its time has passed" in page.words
    assert "Scheduled" in page.words
    assert "1 day after at 10:00 AM" in page.words


def test_a_title_that_makes_two_parts_of_a_reminder_is_said(visit):
    long = add_picnic(
        visit,
        title="The seventy-fifth annual neighbourhood picnic and raffle",
        place="The old town hall " * 4,
    )
    assert "parts a person" not in visit(f"/events/{add_picnic(visit)}", "sol").words
    assert "2 segments per person" in visit(f"/events/{long}", "sol").words
    plan = visit(f"/events/{long}/reminders", "sol")
    assert "2 segments per person." in plan.words


def test_they_move_with_the_date_and_the_time(app, visit, event_id):
    first = [blast.id for blast in list_scheduled(app)]
    day = get_today() + 60 * DAY
    edit_event(visit, event_id, date=str(day), start_time="09:00")
    assert list_pending_times(app) == [(str(day - 7 * DAY), "10:00"), (str(day - DAY), "10:00")]
    assert [blast.id for blast in list_scheduled(app)] == first, "the same two, at another time"
    assert format_local_time(list_scheduled(app)[0].not_after) == (str(day), "09:00")


def test_one_that_may_be_sent_at_any_hour_may_not_at_another_time(app, visit, event_id):
    first = list_scheduled(app)[0].id
    with app.app_context(), write():
        assert exempt_scheduled_blast(first, "A storm")
        reschedule_reminders(event_id, now())
    assert list_scheduled(app)[0].any_hour_reason == "A storm", "nothing has moved"
    edit_event(visit, event_id, date=str(get_today() + 60 * DAY))
    assert [blast.any_hour_reason for blast in list_scheduled(app)] == [None, None]


def test_what_is_too_late_for_the_new_date_is_not_sent_and_comes_back_with_a_later_one(
    app, visit, event_id
):
    edit_event(visit, event_id, date=str(get_today() + 3 * DAY))
    assert list_pending_times(app) == [(str(get_today() + 2 * DAY), "10:00")]
    gone = list_scheduled(app, "cancelled")
    assert [blast.error_message for blast in gone] == ["too late for the event's new date"]
    edit_event(visit, event_id, date=str(get_today() + 40 * DAY))
    assert len(list_pending_times(app)) == 2


def test_without_a_date_none_waits(app, visit):
    event_id = add_picnic(visit, date="", start_time="")
    assert list_pending_times(app) == []
    assert "no date yet" in visit(f"/events/{event_id}/reminders", "sol").words
    edit_event(visit, event_id, date=str(get_today() + 30 * DAY))
    assert len(list_pending_times(app)) == 2


def test_they_die_with_the_event(app, visit, event_id):
    register(app, event_id, ZOE)
    assert visit.post(f"/events/{event_id}/delete", "ada").status_code == 303
    assert [blast.status for blast in list_scheduled(app)] == ["cancelled", "cancelled"]
    assert release_blasts(app, now() + 365 * DAY) == 0
    assert list_messages(app) == []
    with app.app_context():
        assert db.session.scalar(db.select(db.func.count()).select_from(EventReminder)) == 0


def test_planning_again_and_again_leaves_one_for_each_step(app, event_id):
    with app.app_context():
        for _ in range(3):
            with write():
                reschedule_reminders(event_id, now())
                create_reminder_plan(event_id, now())
    assert len(list_scheduled(app)) == 2


class TestThePlan:
    def test_a_step_is_changed_and_its_blast_with_it(self, app, visit, event_id):
        assert (
            save_plan(
                visit,
                event_id,
                **build_step_fields(
                    step_1_body="Tomorrow, {event_place}!", step_1_time_of_day="08:15"
                ),
            ).status_code
            == 303
        )
        day = get_today() + 30 * DAY
        assert list_pending_times(app) == [
            (str(day - 7 * DAY), "10:00"),
            (str(day - DAY), "08:15"),
        ]
        assert list_scheduled(app)[1].message_body == "Tomorrow, {event_place}!"

    def test_switched_off_its_blast_is_cancelled_and_on_again_there_is_one(
        self, app, visit, event_id
    ):
        save_plan(visit, event_id, **build_step_fields(step_0_is_on=None))
        assert len(list_pending_times(app)) == 1
        save_plan(visit, event_id, **build_step_fields(step_0_is_on="y"))
        assert len(list_pending_times(app)) == 2

    def test_a_step_is_added_and_one_is_removed(self, app, visit, event_id):
        new = build_step_fields(
            step_3_number="0",
            step_3_side="before",
            step_3_time_of_day="12:00",
            step_3_body="Today at {event_time}!",
            step_3_is_on="y",
        )
        assert (
            save_plan(visit, event_id, **build_step_fields(step_0_remove="y"), **new).status_code
            == 303
        )
        day = get_today() + 30 * DAY
        assert list_pending_times(app) == [(str(day - DAY), "10:00"), (str(day), "12:00")]
        assert (
            "removed from the event's reminders"
            in list_scheduled(app, "cancelled")[0].error_message
        )

    def test_two_steps_may_change_places(self, app, visit, event_id):
        assert (
            save_plan(
                visit, event_id, **build_step_fields(step_0_number="1", step_1_number="7")
            ).status_code
            == 303
        )
        assert len(list_pending_times(app)) == 2
        assert list_scheduled(app)[0].message_body.startswith("See you tomorrow")

    def test_all_steps_may_go_and_the_usual_plan_is_offered_again(self, app, visit, event_id):
        save_plan(
            visit,
            event_id,
            **build_step_fields(step_0_remove="y", step_1_remove="y", step_2_remove="y"),
        )
        assert list_pending_times(app) == []
        assert "This event has no reminders" in visit(f"/events/{event_id}", "sol").words
        assert save_plan(visit, event_id).status_code == 303
        assert len(list_pending_times(app)) == 2

    def test_what_cannot_be_kept_is_said_and_nothing_typed_is_lost(self, app, visit, event_id):
        for wrong, said in [
            (build_step_fields(step_0_number="x"), "Enter a number of days from 0 to 365."),
            (build_step_fields(step_0_number="366"), "Enter a number of days from 0 to 365."),
            (build_step_fields(step_0_side="beside"), "Choose before or after."),
            (
                build_step_fields(step_0_time_of_day="25:00"),
                "Enter a time, such as 6:30 PM.",
            ),
            (build_step_fields(step_0_body=""), "Write a text first."),
            (build_step_fields(step_0_body="x" * 1601), "This text has 1,601 characters."),
            (
                build_step_fields(step_0_body="Come to {event_titel}"),
                "{event_titel} is not a placeholder. Did you mean {event_title}?",
            ),
            (build_step_fields(step_0_number="1"), "There is another reminder at this time."),
        ]:
            page = save_plan(
                visit, event_id, **wrong, **build_step_fields(step_1_body="Kept as typed")
            )
            assert page.status_code == 422, wrong
            assert said in page.words, wrong
            assert "Kept as typed" in page.text, wrong
            assert list_scheduled(app)[1].message_body != "Kept as typed", wrong

    def test_there_are_at_most_ten(self, app, visit, event_id):
        more = {}
        for place in range(3, 12):
            more |= {
                f"steps-{place}-number": str(place + 10),
                f"steps-{place}-side": "before",
            }
            more |= {
                f"steps-{place}-time_of_day": "10:00",
                f"steps-{place}-body": "Soon",
                f"steps-{place}-is_on": "y",
            }
        page = save_plan(visit, event_id, **more)
        assert page.status_code == 422
        assert "An event can have up to 10 reminders." in page.words

    def test_a_step_that_somebody_else_removed_stays_removed(self, app, visit, event_id):
        old = read_plan_form(visit, event_id)
        save_plan(visit, event_id, **build_step_fields(step_0_remove="y"))
        assert visit(f"/events/{event_id}/reminders", "ada", **old).status_code == 303
        assert len(list_pending_times(app)) == 1

    def test_a_step_of_another_event_is_out_of_reach(self, app, visit):
        other, event_id = add_picnic(visit, title="Other"), add_picnic(visit)
        theirs = read_plan_form(visit, other)["steps-0-step_id"]
        save_plan(
            visit, event_id, **build_step_fields(step_0_step_id=theirs, step_0_body="Mine now")
        )
        with app.app_context():
            assert db.session.get(EventReminder, int(theirs)).body != "Mine now"

    def test_no_event_no_page(self, visit):
        assert visit("/events/999/reminders", "ada").status_code == 404


class TestCancelledByAPerson:
    def test_it_stays_cancelled_and_the_plan_shows_it_off(self, app, visit, event_id):
        first = list_scheduled(app)[0].id
        page = visit(f"/blasts/scheduled/{first}/cancel", "sol", follow=True, _="")
        assert "This reminder is now turned off for its event." in page.words
        assert "steps-0-is_on" not in read_plan_form(visit, event_id)
        edit_event(visit, event_id, date=str(get_today() + 50 * DAY))
        assert len(list_pending_times(app)) == 1


class TestOnTheWay:
    def test_the_event_is_filled_in_as_it_is_when_it_leaves(self, app, event_id):
        register(app, event_id, ZOE)
        with app.app_context(), write() as session:
            session.get(Event, event_id).place = "The {name} hall"
        release_blasts(app, list_scheduled(app)[1].scheduled_at)
        row = list_messages(app)[-1]
        day = get_today() + 30 * DAY
        words = local_times.format_day(day, today=get_today(), region="US")
        assert row.body.splitlines() == [
            "See you tomorrow: Spring picnic.",
            f"{words} 6:30 PM",
            "The {name} hall",
            "Reply STOP to opt out.",
        ]

    def test_nothing_leaves_after_the_event_began(self, app, event_id):
        register(app, event_id, ZOE)
        begins = list_scheduled(app)[1].not_after
        with app.app_context(), write() as session:  # as if nothing had run until then
            session.execute(
                db.text("UPDATE scheduled_messages SET scheduled_at = :at"),
                {"at": f"{begins:%Y-%m-%d %H:%M:%S}.000000"},
            )
        assert release_blasts(app, begins + timedelta(seconds=1)) == 0
        assert list_messages(app) == []
        assert {blast.status for blast in list_scheduled(app)} == {"expired"}

    def test_who_registered_within_the_last_hour_skips_it(self, app, event_id):
        step = list_scheduled(app)[0]
        register(app, event_id, ZOE, when=step.scheduled_at - timedelta(minutes=61))
        register(app, event_id, MAX, when=step.scheduled_at - timedelta(minutes=59))
        release_blasts(app, step.scheduled_at)
        assert {row.phone: (row.status, row.reason) for row in list_messages(app)} == {
            ZOE: ("queued", None),
            MAX: ("skipped", "registered_late"),
        }

    def test_who_is_not_coming_skips_it(self, app, event_id):
        register(app, event_id, ZOE, MAX)
        with app.app_context(), write():
            record_survey_answer(event_id, MAX, EventAnswer.NOT_COMING, None)
        release_blasts(app, list_scheduled(app)[0].scheduled_at)
        assert {row.phone: (row.status, row.reason) for row in list_messages(app)} == {
            ZOE: ("queued", None),
            MAX: ("skipped", "not_coming"),
        }

    def test_a_step_that_left_is_not_sent_again_when_its_time_changes_on_that_day(
        self, app, event_id
    ):
        register(app, event_id, ZOE)
        due = list_scheduled(app)[0].scheduled_at
        release_blasts(app, due)
        with app.app_context():
            first = db.session.scalars(
                db.select(EventReminder).order_by(EventReminder.days)
            ).first()
            later = ReminderStep(first.id, first.days, "20:00", first.body, True)
            with write():
                save_reminder_plan(event_id, [later], due + timedelta(minutes=5))
        assert list_scheduled(app, "pending") == []
        assert len(list_messages(app)) == 1


class TestTheClocks:
    @pytest.mark.parametrize(
        ("change", "leaves"),
        [
            (
                date(2035, 3, 11),
                datetime(2035, 3, 11, 9, 30, tzinfo=UTC),
            ),  # there is no 02:30
            (date(2035, 11, 4), datetime(2035, 11, 4, 9, 30, tzinfo=UTC)),
        ],
    )
    def test_a_reminder_in_the_night_of_the_change_is_sent_exactly_once(
        self, app, visit, change, leaves
    ):
        """S3: at 02:30 across both nights, one send on each local day."""
        event_id = add_picnic(visit, date=str(change + DAY), start_time="")
        register(app, event_id, ZOE)
        with app.app_context(), write():
            nights = [
                ReminderStep(None, days, "02:30", f"Night {days}", True) for days in (-2, -1, 0)
            ]
            save_reminder_plan(event_id, nights, leaves - 3 * DAY)
        moment = leaves - 2 * DAY
        while moment < leaves + 2 * DAY:
            release_blasts(app, moment)
            # Each half hour of the nights in Denver, and some of the day.
            is_night = 7 <= moment.hour < 11
            moment += timedelta(minutes=30) if is_night else timedelta(hours=5)
        assert [row.body.split("\n")[0] for row in list_messages(app)] == [
            "Night -2",
            "Night -1",
            "Night 0",
        ]
        assert leaves in [each.scheduled_at for each in list_scheduled(app)]

    def test_one_at_a_time_that_comes_twice_is_sent_once(self, app, visit):
        event_id = add_picnic(visit, date="2035-11-05", start_time="")
        register(app, event_id, ZOE)
        first = datetime(2035, 11, 4, 7, 30, tzinfo=UTC)
        with app.app_context(), write():
            save_reminder_plan(
                event_id, [ReminderStep(None, -1, "01:30", "Soon", True)], first - DAY
            )
        for minutes in range(0, 180, 15):
            release_blasts(app, first + timedelta(minutes=minutes))
        assert len(list_messages(app)) == 1

    def test_they_follow_the_zone_of_the_organisation(self, app, visit):
        add_picnic(visit)
        before = list_pending_times(app)
        with app.app_context(), write() as session:
            session.get(Organisation, 1).timezone = "Asia/Tokyo"
        release_blasts(app, now())
        assert [
            format_local_time(each.scheduled_at, "Asia/Tokyo")
            for each in list_scheduled(app, "pending")
        ] == before


def test_what_was_planned_in_practice_is_planned_again_by_saving(app, visit, event_id):
    # As the first start with real sending does.
    with app.app_context(), write() as session:
        session.execute(
            db.text(
                "UPDATE scheduled_messages"
                " SET status = 'cancelled', error_message = 'made in practice'"
            )
        )
    assert (
        "Not scheduled. Save the reminders to schedule it"
        in visit(f"/events/{event_id}", "sol").words
    )
    save_plan(visit, event_id)
    assert len(list_pending_times(app)) == 2


def test_what_was_sent_is_shown_with_the_way_to_its_blast(app, visit, event_id):
    register(app, event_id, ZOE)
    first = list_scheduled(app)[0]
    release_blasts(app, first.scheduled_at)
    page = visit(f"/events/{event_id}", "sol")
    assert "Sending" in page.words
    assert f'href="/blasts/scheduled/{first.id}"' in page.text


def test_an_event_from_before_has_none_until_somebody_takes_the_usual_ones(app, visit):
    """An update texts nobody: the page says that nothing is sent by itself, and one press plans
    the usual reminders.
    """
    with app.app_context(), write() as session:
        session.add(row := Event(title="Spring picnic", date=get_today() + 30 * DAY))
        session.flush()
        event_id = row.id
    page = visit(f"/events/{event_id}", "sol")
    assert "This event has no reminders." in page.words
    assert "7 days before at 10:00 AM : Reminder: Spring picnic is in one week." in page.words
    assert "1 day after at 10:00 AM (off)" in page.words
    assert list_scheduled(app) == []
    (usual,) = [
        form for form in page.forms if form["attrs"].get("action", "").endswith("/reminders")
    ]
    assert visit(f"/events/{event_id}/reminders", "sol", **dict(usual["fields"])).status_code == 303
    page = visit(f"/events/{event_id}", "sol")
    assert "Reminders saved. 2 reminders will be sent." in page.words
    assert "Use these reminders" not in page.words
    assert len(list_scheduled(app, "pending")) == 2
    with app.app_context():
        steps = db.session.scalars(db.select(EventReminder).order_by(EventReminder.days)).all()
        assert [(step.days, step.time_of_day, step.body, step.is_on) for step in steps] == [
            (seed.days, seed.time_of_day, seed.body, seed.is_on) for seed in DEFAULT_REMINDER_STEPS
        ]


def test_an_event_that_is_over_is_offered_none(app, visit):
    with app.app_context(), write() as session:
        session.add(Event(title="Spring picnic", date=get_today() - DAY))
    assert "Use these reminders" not in visit("/events/1", "sol").words


class TestTextingHours:
    def test_a_late_reminder_is_planned_earlier_and_sent_once_whatever_becomes_of_the_hours(
        self, app, visit
    ):
        event_id = add_picnic(visit)
        register(app, event_id, ZOE)
        day = str(get_today() + 23 * DAY)
        with app.app_context():
            with write():
                create_default_hours().mode = TextingHoursMode.ON
            with write():
                save_reminder_plan(event_id, [LATE_STEP], now())
        assert list_pending_times(app) == [(day, "20:30")]
        page = visit(f"/events/{event_id}", "sol")
        assert "Moved into your texting hours" in page.words
        due = list_scheduled(app, "pending")[0].scheduled_at
        release_blasts(app, due)
        for mode in (TextingHoursMode.ON, TextingHoursMode.OFF):
            with app.app_context(), write():
                find_texting_hours_setting().mode = mode
                reschedule_all_reminders(due + timedelta(minutes=5))
        assert list_scheduled(app, "pending") == []
        assert len(list_messages(app)) == 1

    def test_reminders_that_wait_move_when_the_hours_change(self, app, visit, event_id):
        with app.app_context(), write():
            save_reminder_plan(event_id, [LATE_STEP], now())
        day = str(get_today() + 23 * DAY)
        assert list_pending_times(app) == [(day, "23:00")]
        page = visit("/settings/texting-hours", "ada")
        form = next(form for form in page.forms if form["attrs"].get("id") == "hours")
        fields = dict(form["fields"]) | {"mode": "on"}
        assert visit("/settings/texting-hours", "ada", **fields).status_code == 303
        assert list_pending_times(app) == [(day, "20:30")]
        visit("/settings/texting-hours", "ada", **(fields | {"mode": "off"}))
        assert list_pending_times(app) == [(day, "23:00")]

"""What no one presses Send for counts as well: dates of a series, reminders, grown blasts."""

from datetime import timedelta
from decimal import Decimal

import time_machine
from sqlalchemy import update

from app.accounts.models import AppUser
from app.accounts.queries import find_user_id
from app.blasts.actions.waiting_approvals_job import attend_waiting_approvals
from app.core.clock import now
from app.core.db import db, write
from app.delivery.actions.blast_scheduling import hold_scheduled_blast
from app.delivery.scheduled_models import ScheduledMessage
from app.events.models import EventRegistration
from app.series.models import BlastSeries
from tests.approvals.helpers import (
    get_blast,
    get_decide_fields,
    limit_user,
    list_requests,
    list_texts,
    release,
    set_price,
)
from tests.blasts.helpers import send_blast
from tests.events.test_reminders import add_picnic, list_scheduled, save_plan
from tests.sample_rows import add_members, make_phone
from tests.series.helpers import FIRST_SUNDAY, START, WEEK, pass_time, start_sunday_series

A_MINUTE = timedelta(minutes=1)


def start_series_of_sol(app, body):
    """A Sunday series that Sol answers for."""
    with app.app_context():
        series_id, blast_id = start_sunday_series(body)
        with write() as session:
            for model in (BlastSeries, ScheduledMessage):
                mine = model.created_by == "ada"
                values = {"created_by": "sol", "created_by_id": find_user_id("sol")}
                session.execute(update(model).where(mine).values(values))
    return series_id, blast_id


def rename_sol(app):
    """An admin gives Sol another user name, and another person gets the former one."""
    with app.app_context(), write() as session:
        is_sol = AppUser.username == "sol"
        session.execute(update(AppUser).where(is_sol).values(username="solveig"))
        session.add(AppUser(username="sol", password_hash="!", role="admin", session_key="k"))


def pass_to(app, clock, moment):
    """Release what is due at a moment and continue the series."""
    clock.move_to(moment)
    with app.app_context():
        return pass_time(moment)


def test_a_new_name_lifts_no_limit_of_a_running_series(app, visit):
    limit_user(app, max_people=5)
    with time_machine.travel(START, tick=False) as clock:
        with app.app_context():
            add_members(5)
        start_series_of_sol(app, "Worship is at ten.")
        rename_sol(app)
        assert pass_to(app, clock, FIRST_SUNDAY + A_MINUTE) == 1
        with app.app_context():
            add_members(1, start=100)
        assert pass_to(app, clock, FIRST_SUNDAY + WEEK + A_MINUTE) == 0
    (request,) = list_requests(app)
    assert (request.state, request.asked_by) == ("asked", "solveig")
    assert get_blast(app, request.scheduled_id).approval == "waiting"


def test_the_dates_of_several_series_add_up_to_the_money_of_their_day(app, visit):
    set_price(app, Decimal("0.5"))
    limit_user(app, max_money_a_day=Decimal(5))
    with time_machine.travel(START, tick=False) as clock:
        with app.app_context():
            add_members(4)
        for number in range(3):
            start_series_of_sol(app, f"Worship {number}")
        assert pass_to(app, clock, FIRST_SUNDAY + A_MINUTE) == 2
        # The third one waits, and counts no more once an admin decides about it.
        assert [request.why for request in list_requests(app)] == [
            "Sol can spend up to $5.00 a day without approval. $4.00 of it was confirmed today."
        ]
        assert pass_to(app, clock, FIRST_SUNDAY + WEEK + A_MINUTE) == 2


def test_what_grew_since_it_was_confirmed_counts_as_large_as_it_is(app, visit):
    set_price(app, Decimal("0.5"))
    limit_user(app, max_money_a_day=Decimal(5))
    with app.app_context():
        add_members(4)
    for number in range(2):
        send_blast(visit, "sol", message_body=f"Picnic {number}")
    with app.app_context():
        add_members(2, start=100)
    # Three dollars each now: one is within the five, the other waits.
    assert release(app) == 1
    assert [request.state for request in list_requests(app)] == ["asked"]


def test_a_reminder_that_sol_writes_waits_and_ada_is_asked_a_day_ahead(app, visit):
    limit_user(app, max_people=2)
    event_id = add_picnic(visit)
    with app.app_context(), write() as session:
        for number in range(3):
            phone = make_phone(number)
            session.add(EventRegistration(event_id=event_id, phone=phone, created_at=now()))
    save_plan(visit, event_id, **{"steps-0-body": "Bring a friend", "steps-0-is_on": "y"})
    first = list_scheduled(app, "pending")[0]
    with app.app_context():
        attend_waiting_approvals(first.scheduled_at - timedelta(hours=23))
    assert get_blast(app, first.id).approval == "waiting"
    assert "3 people" in list_texts(app)[-1]
    assert "by Sol" in list_texts(app)[-1]
    with app.app_context():
        attend_waiting_approvals(first.scheduled_at - timedelta(hours=22))
    assert len(list_requests(app)) == 1
    until = first.scheduled_at - now() + A_MINUTE
    assert release(app, until) == 0
    page = visit(f"/blasts/scheduled/{first.id}", "ada")
    url = f"/blasts/scheduled/{first.id}/approve"
    visit(url, "ada", **get_decide_fields(page, "/approve"))
    assert release(app, until) == 1


def test_who_confirms_the_growth_of_adas_blast_answers_for_it(app, visit):
    limit_user(app, max_people=5)
    with app.app_context():
        add_members(6)
    blast_id = send_blast(visit, "ada")
    with app.app_context(), write():
        hold_scheduled_blast(blast_id, "The list grew.")
    visit.post(f"/blasts/scheduled/{blast_id}/confirm", "sol", people_count="6")
    assert release(app) == 0
    assert get_blast(app, blast_id).approval == "waiting"
    with app.app_context():
        assert db.session.get(ScheduledMessage, blast_id).created_by == "sol"

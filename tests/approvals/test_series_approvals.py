"""A series above its sender's limit: the first approval covers the dates that are the same."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import update

from app.accounts.queries import find_user_id
from app.core.db import db, write
from app.delivery.scheduled_models import ScheduledMessage
from app.series.models import BlastSeries
from tests.approvals.helpers import (
    count_logs,
    get_blast,
    get_decide_fields,
    limit_user,
    list_requests,
)
from tests.blasts.helpers import get_form_fields
from tests.sample_rows import add_members
from tests.series.helpers import FIRST_SUNDAY, START, WEEK, pass_time, start_sunday_series


@pytest.fixture
def clock():
    """It is Saturday, Nov 28, 2026, five in the morning in Denver."""
    with time_machine.travel(START, tick=False) as clock:
        yield clock


@pytest.fixture
def series(app, clock):
    """Sol's Sunday series to 20 people, above Sol's limit of 5: (series, its first blast)."""
    limit_user(app, max_people=5)
    with app.app_context():
        add_members(20)
        series_id, blast_id = start_sunday_series(confirmed_count=20)
        with write() as session:
            for model in (BlastSeries, ScheduledMessage):
                change = update(model).values(created_by="sol", created_by_id=find_user_id("sol"))
                session.execute(change)
    return series_id, blast_id


def pass_to(app, clock, moment):
    """Release what is due at a moment and continue the series."""
    clock.move_to(moment)
    with app.app_context():
        return pass_time(moment)


def approve(app, visit):
    """Ada approves what waits."""
    blast_id = list_requests(app)[-1].scheduled_id
    page = visit(f"/blasts/scheduled/{blast_id}", "ada")
    url = f"/blasts/scheduled/{blast_id}/approve"
    visit(url, "ada", **get_decide_fields(page, "/approve"))


def edit_series(visit, series_id, who, body):
    """Give the series another text, after the look at its dates."""
    address = f"/blasts/series/{series_id}/edit"
    fields = get_form_fields(visit(address, who), "edit") | {"body": body}
    check = visit(address, who, **fields)
    visit(address, who, **(get_form_fields(check, "check") | {"step": "start"}))


def find_waiting(app):
    """The blast of the series that is pending."""
    with app.app_context():
        statement = db.select(ScheduledMessage).where(ScheduledMessage.status == "pending")
        return db.session.scalar(statement)


def test_the_first_approval_covers_the_dates_that_follow(app, visit, clock, series):
    due = FIRST_SUNDAY + timedelta(minutes=1)
    assert pass_to(app, clock, due) == 0
    approve(app, visit)
    assert pass_to(app, clock, due + timedelta(minutes=1)) == 1
    with app.app_context():
        add_members(2, start=100)
    assert pass_to(app, clock, due + WEEK) == 1
    with app.app_context():
        add_members(1, start=200)
    # 23 people are more than 10 % above the 20 that were approved.
    assert pass_to(app, clock, due + 2 * WEEK) == 0
    assert [request.state for request in list_requests(app)] == ["approved", "asked"]
    assert count_logs(app) == 2


def test_another_text_is_asked_at_once_and_an_admins_series_is_no_way_around(
    app, visit, clock, series
):
    series_id, _ = series
    with app.app_context(), write() as session:
        session.execute(update(BlastSeries).values(created_by="ada", created_by_id=None))
    # Sol's sign-in ends a day after the first page.
    clock.move_to(FIRST_SUNDAY - timedelta(hours=1))
    edit_series(visit, series_id, "sol", "Worship is at eleven.")
    blast = find_waiting(app)
    assert (blast.created_by, blast.approval) == ("sol", "waiting")
    assert blast.message_body == "Worship is at eleven."
    assert pass_to(app, clock, FIRST_SUNDAY + timedelta(minutes=1)) == 0
    approve(app, visit)
    edit_series(visit, series_id, "sol", "Worship is at noon.")
    assert pass_to(app, clock, FIRST_SUNDAY + timedelta(minutes=2)) == 0
    assert get_blast(app, blast.id).approval == "waiting"


def test_a_declined_date_waits_until_its_text_is_another(app, visit, clock, series):
    series_id, blast_id = series
    pass_to(app, clock, FIRST_SUNDAY + timedelta(minutes=1))
    url = f"/blasts/scheduled/{blast_id}"
    page = visit(url, "ada")
    visit(f"{url}/decline", "ada", **get_decide_fields(page, "/decline"))
    assert pass_to(app, clock, FIRST_SUNDAY + WEEK) == 0
    edit_series(visit, series_id, "sol", "Worship is at eleven.")
    assert find_waiting(app).approval == "waiting"

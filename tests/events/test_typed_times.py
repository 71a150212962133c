"""Days and times of events as people type them, whatever their browser offers."""

import pytest

from app.core.db import db, write
from app.events.models import Event
from app.organisation import queries as organisation

TYPED = [
    ("US", "2031-05-08", "18:30", ("2031-05-08", "18:30")),
    ("US", "5/8/2031", "6:30 PM", ("2031-05-08", "18:30")),
    ("US", "12/21/2031", "6pm", ("2031-12-21", "18:00")),
    ("US", "Dec 21, 2031", "6:30", ("2031-12-21", "06:30")),
    ("US", "21/12/2031", "12:15 a.m.", ("2031-12-21", "00:15")),
    ("DE", "8.5.2031", "18.30", ("2031-05-08", "18:30")),
    ("DE", "8/5/2031", "18 Uhr", ("2031-05-08", "18:00")),
    ("FR", "8/5/2031", "18h30", ("2031-05-08", "18:30")),
    ("FR", "21 décembre 2031", "", None),
    ("GB", "21 December 2031", "1830", ("2031-12-21", "18:30")),
    ("GB", "21/12/31", "noon", ("2031-12-21", "12:00")),
    ("US", "12/21", "", None),
    ("US", "soon", "", None),
    ("US", "2031-02-29", "", None),
]


@pytest.mark.parametrize(("region", "day", "clock", "stored"), TYPED)
def test_an_event_is_added_with_the_day_and_time_as_they_are_typed(
    app, visit, region, day, clock, stored
):
    """E03: the browsers' own field hides it, but not every browser has one."""
    with app.app_context(), write():
        organisation.get_organisation().region = region
    page = visit("/events/add", "sol", title="Picnic", date=day, start_time=clock)
    with app.app_context():
        rows = db.session.scalars(db.select(Event)).all()
        if stored is None:
            assert page.status_code == 422
            assert "Enter a date, such as" in page.words
        else:
            assert [(str(row.date), row.start_time) for row in rows] == [stored]


def test_what_is_not_understood_comes_back_as_it_was_typed(visit):
    page = visit("/events/add", "sol", title="Picnic", date="12/21/2031", start_time="late")
    assert page.status_code == 422
    assert 'value="late"' in page.text
    assert "Enter a time, such as" in page.words

"""The audit page, and the rows behind it."""

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy.exc import IntegrityError

from app.audit import queries
from app.audit.actions import audited_write
from app.audit.models import AuditEvent
from app.core.db import db, write


def add_event(app, at, who="ada", verb="user.added", about="kim", details=None):
    """Insert an audit row of a past moment."""
    with app.app_context(), write() as session:
        session.add(AuditEvent(at=at, who=who, verb=verb, about=about, details=details))


def test_only_admins_read_it(visit):
    assert visit("/audit", "sol").status_code == 403


def test_an_empty_audit_says_what_it_is_for(visit):
    assert "Everything users do is recorded" in visit("/audit", "ada").words


def test_rows_are_shown_in_words_newest_first(visit, app):
    add_event(app, datetime(2026, 5, 8, 2, 0, tzinfo=UTC))
    details = json.dumps({"role": ["social_manager", "admin"], "undo_seconds": [None, 5]})
    add_event(
        app,
        datetime(2026, 5, 9, 2, 0, tzinfo=UTC),
        verb="user.changed",
        about="sol",
        details=details,
    )
    words = visit("/audit", "ada").words
    assert "role social_manager → admin undo seconds nothing → 5" in words
    assert words.index("changed the user Sol") < words.index("added the user kim")


def test_times_are_on_the_organisations_clocks(visit, app):
    add_event(app, datetime(2020, 5, 9, 2, 45, tzinfo=UTC))
    assert "Fri, May 8, 2020, 8:45 PM" in visit("/audit", "ada").words


def test_a_day_is_the_organisations_day(visit, app):
    add_event(app, datetime(2026, 5, 8, 5, 59, tzinfo=UTC), about="the day before")
    add_event(app, datetime(2026, 5, 8, 6, 0, tzinfo=UTC), about="midnight")
    add_event(app, datetime(2026, 5, 9, 5, 59, tzinfo=UTC), about="last minute")
    add_event(app, datetime(2026, 5, 9, 6, 0, tzinfo=UTC), about="the day after")
    page = visit("/audit?day=2026-05-08", "ada")
    assert "midnight" in page.words
    assert "last minute" in page.words
    assert "the day" not in page.words
    assert 'value="2026-05-08"' in page.text


def test_the_rows_of_one_user(visit, app):
    add_event(app, datetime(2026, 5, 8, tzinfo=UTC), who="sol", about="by sol")
    add_event(app, datetime(2026, 5, 8, tzinfo=UTC), who="ada", about="by ada")
    page = visit("/audit?who=sol", "ada")
    assert "by sol" in page.words
    assert "by ada" not in page.words
    assert "Nothing matches that." in visit("/audit?who=nobody", "ada").words


@pytest.mark.parametrize(
    "day",
    [
        "5/8",
        "2026-13-01",
        "0000-00-00",
        "0001-01-01",
        "9999-12-31",
        "2026-05-08T00:00",
        "<b>",
    ],
)
def test_an_invalid_day_is_an_error_and_shows_everything(visit, app, day):
    add_event(app, datetime(2026, 5, 8, tzinfo=UTC))
    page = visit(f"/audit?day={day}", "ada")
    assert page.status_code == 200
    assert "Enter a date, such as" in page.words
    assert "Ada added the user kim" in page.words


def test_an_unknown_verb_is_shown_as_it_is(visit, app):
    add_event(
        app,
        datetime(2026, 5, 8, tzinfo=UTC),
        verb="rocket.launched",
        details="not <json>",
    )
    add_event(
        app,
        datetime(2026, 5, 8, tzinfo=UTC),
        who="",
        verb="sign_in.refused",
        details='["a list", 1, 2]',
    )
    page = visit("/audit", "ada")
    for shown in ("rocket.launched", "not <json>", "Someone entered a wrong password"):
        assert shown in page.words


def test_details_are_shown_in_words(app):
    details = {
        "made_up_people": 1,
        "none": 0,
        "gone": True,
        "kept": False,
        "reason": "",
        "ids": [1, 2, 3],
    }
    add_event(app, datetime(2026, 5, 8, tzinfo=UTC), details=json.dumps(details))
    with app.app_context(), app.test_request_context():
        from app.core.pagination import list_params as asked

        facts = dict(queries.fetch_audit_page(asked(["at"], "at")).rows[0].details)
    assert facts == {
        "made up people": "1",
        "none": "0",
        "gone": "yes",
        "kept": "no",
        "reason": "nothing",
        "ids": "[1, 2, 3]",
    }


def test_long_histories_come_in_pages_that_keep_the_filter(visit, app):
    with app.app_context(), write() as session:
        session.add_all(AuditEvent(who="sol", verb="sign_in", about=f"time {n}") for n in range(7))
    page = visit("/audit?who=sol&per_page=3&page=2", "ada")
    assert "4–6 of 7" in page.words
    assert "who=sol" in page.text
    assert "time 3" in page.words
    assert visit("/audit?per_page=3&page=999", "ada").status_code == 200


def test_a_failed_action_leaves_no_row(shop):
    with pytest.raises(ZeroDivisionError), audited_write("user.added", "ada"):
        1 / 0  # noqa: B018 - the act goes wrong here
    assert db.session.query(AuditEvent).count() == 0


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_events SET who = 'eve'", "DELETE FROM audit_events"]
)
def test_rows_cannot_be_changed_or_deleted(shop, statement):
    with audited_write("user.added", "ada"):
        pass
    with pytest.raises(IntegrityError, match="append-only"), write() as session:
        session.connection().exec_driver_sql(statement)

"""When a blast leaves and when it is too late for it: typed in a zone, checked, stored as one
moment, shown again.
"""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from app.blasts.actions import due_blasts as releasing
from app.blasts.actions.due_blasts import BlastsNotReleased, release_due_blasts
from app.core.clock import now
from app.core.db import db, write
from tests.blasts.helpers import (
    AT_NOON,
    COMPOSE_URL,
    LATER,
    compose_fields,
    get_form_fields,
    get_one_line_html,
    get_review_fields,
    list_messages,
    list_scheduled_blasts,
    open_review,
    press_button,
    release_blasts,
    send_blast,
)
from tests.delivery.helpers import get_log
from tests.sample_people import ZOE
from tests.sample_rows import add_member, add_members
from tests.visit import Visitor

# Friday 8 May 20:45 in Denver, and an end a quarter of an hour later.
UNTIL = LATER | {"end_date": "2026-05-08", "end_time": "21:00"}


@pytest.fixture(autouse=True)
def zoe(app):
    with app.app_context():
        add_member(ZOE, "Zoë")


@pytest.fixture
def noon():
    """The clock stands still on a Wednesday, 06:00 in Denver."""
    with time_machine.travel(AT_NOON, tick=False) as clock:
        yield clock


def refused(visit, **changes):
    """What is said about a form that cannot be sent, not even with the last yes."""
    page = visit(COMPOSE_URL, "sol", **compose_fields(**changes), confirm="1")
    assert page.status_code == 422
    return page


GAPS = [
    ("2026-03-08 02:30", "America/New_York", "3:30 AM"),
    ("2026-03-29 01:30", "Europe/London", "2:30 AM"),
    ("2026-10-04 02:15", "Australia/Lord_Howe", "2:45 AM"),
    ("2026-09-06 00:30", "America/Santiago", "1:30 AM"),
    ("2011-12-30 12:00", "Pacific/Apia", "Sat, Dec 31, 12:00 PM"),
]


@pytest.mark.parametrize("of_the_end", [False, True], ids=["start", "end"])
def test_a_time_that_the_clocks_skip_is_refused_with_one_that_exists(app, of_the_end):
    """S1."""
    names = ("end_date", "end_time") if of_the_end else ("schedule_date", "schedule_time")
    for typed, zone, instead in GAPS:
        day, clock = typed.split()
        with time_machine.travel(datetime(int(day[:4]), 1, 2, 12, tzinfo=UTC), tick=False):
            mode = {"send_mode": "now" if of_the_end else "later", "timezone": zone}
            # A visitor of that day: the token of a form is as old as its page.
            page = refused(Visitor(app), **mode, **dict(zip(names, (day, clock), strict=True)))
        assert "This time does not exist: clocks go forward then." in page.words, zone
        assert f"Did you mean {instead}?" in page.words, zone
        assert f'id="{names[1]}-error"' in page.text, zone
        assert f'value="{clock}"' in page.text, zone
    assert list_scheduled_blasts(app) == []


def test_a_time_that_comes_twice_is_asked_about_and_stored_as_chosen(app, visit, noon):
    """S2: nobody is asked without a page (a program, no JavaScript): then it is the first, and
    that is shown.
    """
    twice = {
        "schedule_date": "2026-11-01",
        "schedule_time": "01:30",
        "timezone": "America/New_York",
    }
    choices = (("first", "05:30", "first"), ("second", "06:30", "second"), (None, "05:30", "first"))
    for fold, moment, shown in choices:
        page = open_review(visit, **LATER | twice, fold=fold)
        assert f"so 1:30 AM comes twice. It will be sent the {shown} time." in page.words
        assert "Use the" in page.words
        assert press_button(visit, page, confirm="1").status_code == 303
        assert f"{list_scheduled_blasts(app)[-1].scheduled_at:%H:%M}" == moment


NO_MOMENTS = [
    ("schedule_date", "9999-01-01", "more than 5 years away"),
    ("schedule_date", "0001-01-01", "That day has passed."),
    ("schedule_date", "2026-02-30", "Enter a date, such as"),
    ("schedule_date", "2026-W23-1", "Enter a date, such as"),
    ("schedule_date", "2026-06-01T10:00Z", "Enter a date, such as"),
    ("schedule_date", "", "Choose a day."),
    ("schedule_time", "24:00", "Enter a time, such as"),
    ("schedule_time", "10:00Z", "Enter a time, such as"),
    ("schedule_time", "", "Choose a time."),
]


class TestThePast:
    """S4."""

    def test_the_minute_before_has_passed(self, app, visit, noon):
        """S4: now - 1 min."""
        page = refused(visit, **LATER | {"schedule_date": "2026-05-06", "schedule_time": "05:59"})
        assert "That time has passed: it is 6:00 AM there now." in page.words
        assert list_scheduled_blasts(app) == []

    def test_the_running_minute_is_sent_at_once(self, app, visit, noon):
        """S4: now."""
        noon.shift(40)
        send_blast(visit, **LATER | {"schedule_date": "2026-05-06", "schedule_time": "06:00"})
        release_blasts(app, later=timedelta())
        assert [row.status for row in list_messages(app)] == ["queued"]

    def test_what_is_no_moment_is_said_beside_its_field(self, app, visit, noon):
        """S4: and of an end too."""
        for field, typed, sentence in NO_MOMENTS:
            assert sentence in refused(visit, **LATER | {field: typed}).words, typed
            of_the_end = field.replace("schedule", "end")
            page = refused(visit, **UNTIL | {of_the_end: typed})
            assert sentence in page.words, typed
            assert f'id="{of_the_end}-error"' in page.text, typed
        assert list_scheduled_blasts(app) == []


def test_only_zones_that_exist_are_taken(app, visit, noon):
    """S5: there is no cookie with a zone; pages speak in the organisation's."""
    until = {"send_mode": "now", "end_date": "2026-05-08", "end_time": "21:00"}
    wrong = ("Mars/Phobos", "../../etc/passwd", "America", "A" * 5000, "UTC\0", "/etc/localtime")
    for when, zone in [*((LATER, zone) for zone in wrong), (until, wrong[0]), (until, wrong[4])]:
        page = refused(visit, **when | {"timezone": zone})
        assert page.words.count("Choose a time zone from the list.") == 2, (
            f"in the summary and beside the field: {zone[:20]!r}"
        )
    assert list_scheduled_blasts(app) == []


WRONG_ENDS = [
    (
        {"end_time": "20:45"},
        "end_time",
        "Choose a time after the start, Fri, May 8, 8:45 PM.",
    ),
    (
        {"end_date": "2026-05-07"},
        "end_time",
        "Choose a time after the start, Fri, May 8, 8:45 PM.",
    ),
    ({"end_date": "2026-05-05"}, "end_date", "That day has passed."),
    ({"end_date": ""}, "end_date", "Choose a day."),
    ({"end_time": ""}, "end_time", "Choose a time."),
    (
        {"send_mode": "now", "end_date": "2026-05-06", "end_time": "06:00"},
        "end_time",
        "That is too soon: nothing can be sent before then.",
    ),
    (
        {"send_mode": "now", "end_date": "2026-05-06", "end_time": "05:00"},
        "end_time",
        "That time has passed: it is 6:00 AM there now.",
    ),
]


class TestAnEnd:
    def test_it_is_stored_with_the_blast_and_its_log(self, app, visit, noon):
        blast = send_blast(visit, **UNTIL)
        assert f"{list_scheduled_blasts(app)[0].not_after:%Y-%m-%d %H:%M}" == "2026-05-09 03:00"
        noon.shift(timedelta(days=2, hours=14, minutes=46))
        release_blasts(app, later=timedelta())
        assert get_log(app, blast).not_after == list_scheduled_blasts(app)[0].not_after

    def test_a_blast_for_now_may_have_one_on_the_organisation_s_clocks(self, app, visit, noon):
        send_blast(visit, end_date="2026-05-06", end_time="08:00")
        blast = list_scheduled_blasts(app)[0]
        assert f"{blast.not_after:%H:%M}" == "14:00"
        assert (blast.immediate, blast.timezone) == (True, "America/Denver")

    def test_or_on_those_of_another_zone(self, app, visit, noon):
        send_blast(visit, end_date="2026-05-06", end_time="22:00", timezone="Asia/Tokyo")
        assert f"{list_scheduled_blasts(app)[0].not_after:%H:%M}" == "13:00"

    def test_without_one_there_is_none(self, app, visit, noon):
        page = open_review(visit, **LATER)
        assert "Stops sending at" not in page.words
        assert "end_date" not in get_review_fields(page)
        send_blast(visit, **LATER, end_date="", end_time=" ")
        assert list_scheduled_blasts(app)[0].not_after is None

    def test_the_check_says_when_the_last_leaves(self, visit, noon):
        page = open_review(visit, **UNTIL)
        assert "Stops sending at Fri, May 8, 9:00 PM, America/Denver" in page.words
        assert "Last text sent about Fri, May 8, 8:45 PM" in page.words
        assert "would not get it" not in page.words

    def test_the_page_of_the_blast_says_it_too(self, visit, noon):
        page = visit(f"/blasts/scheduled/{send_blast(visit, **UNTIL)}", "sol")
        assert "Stops sending at Fri, May 8, 9:00 PM, America/Denver" in page.words

    def test_one_that_makes_no_sense_is_said_beside_its_field(self, app, visit, noon):
        for changes, field, sentence in WRONG_ENDS:
            page = refused(visit, **UNTIL | changes)
            assert page.words.count(sentence) == 2, f"in the summary and beside it: {changes}"
            assert f'id="{field}-error"' in page.text, changes
            assert '<details class="fold" open>' in page.text, "a mistake is not hidden"
        assert list_scheduled_blasts(app) == []

    def test_one_that_comes_twice_is_asked_about(self, app, visit, noon):
        """S2, of an end."""
        night = {
            "schedule_date": "2026-10-31",
            "end_date": "2026-11-01",
            "end_time": "01:30",
        }
        page = open_review(visit, **UNTIL | night)
        assert "so 1:30 AM comes twice. Sending stops the first time." in page.words
        page = press_button(visit, page, other_end_fold="second")
        assert (
            "Stops sending at Sun, Nov 1, 1:30 AM, America/Denver, "
            "the second time the clocks show it" in page.words
        )
        assert press_button(visit, page, confirm="1").status_code == 303
        assert f"{list_scheduled_blasts(app)[0].not_after:%H:%M}" == "08:30"

    def test_everything_typed_comes_back_from_the_check(self, visit, noon):
        page = press_button(visit, open_review(visit, **UNTIL), edit="1")
        fields = get_form_fields(page, "compose")
        assert (fields["end_date"], fields["end_time"]) == ("2026-05-08", "21:00")
        assert '<details class="fold" open>' in page.text

    def test_a_form_without_one_keeps_it_folded(self, visit):
        page = visit(COMPOSE_URL, "ada")
        assert '<details class="fold"> <summary>Stop sending at…' in get_one_line_html(page)

    def test_a_test_has_none(self, visit):
        page = visit(
            COMPOSE_URL,
            "ada",
            **compose_fields(send_mode="test", end_date="2020-01-01", end_time="10:00"),
        )
        assert page.status_code == 303, "a test is sent, whatever end was typed"

    def test_copying_the_blast_copies_an_end_that_is_still_to_come(self, app, visit, noon):
        blast = send_blast(visit, **UNTIL)
        fields = get_form_fields(visit(f"{COMPOSE_URL}?again={blast}", "ada"), "compose")
        assert (fields["end_date"], fields["end_time"]) == ("2026-05-08", "21:00")
        noon.shift(timedelta(days=3))
        # Ada, who was away for three days, has been signed out; Sol signs in now.
        fields = get_form_fields(visit(f"{COMPOSE_URL}?again={blast}", "sol"), "compose")
        assert (fields["end_date"], fields["end_time"]) == ("", "")

    def test_a_blast_whose_end_has_passed_is_not_released(self, app, visit, noon):
        blast = send_blast(visit, **UNTIL)
        noon.shift(
            timedelta(days=2, hours=15, minutes=3)
        )  # 21:03: 18 minutes late is not too late in itself
        release_blasts(app, later=timedelta())
        assert [(each.status, each.message_log_id) for each in list_scheduled_blasts(app)] == [
            ("expired", None)
        ]
        assert list_messages(app) == []
        # Ada, who was away for two days, has been signed out; Sol signs in now.
        page = visit(f"/blasts/scheduled/{blast}", "sol")
        assert (
            "sending was set to stop at Fri, May 8, 9:00 PM, America/Denver, "
            "and that time has passed." in page.words
        )
        assert "Send now anyway" in page.words


class TestTooManyForTheTime:
    @pytest.fixture
    def app(self, make_app):
        app = make_app(send_rate=1.0)
        with app.app_context():
            add_members(99, start=100)
        return app

    def test_the_check_says_how_many_would_not_be_sent(self, visit, noon):
        """100 people, one part a second; a minute less the last 30 seconds is enough for 30 of
        them.
        """
        page = open_review(visit, **UNTIL | {"end_time": "20:46"})
        assert (
            "about 70 of 100 people would not get it. Choose a later end or an earlier start."
            in page.words
        )
        assert "At this pace the last text would be sent about Fri, May 8, 8:46 PM" in page.words
        assert "Last text sent" not in page.words

    def test_a_long_text_takes_longer(self, visit, noon):
        page = open_review(visit, **UNTIL | {"end_time": "20:47"}, message_body="a" * 200)
        assert "about 55 of 100 people would not get it." in page.words

    def test_it_may_be_sent_all_the_same(self, app, visit, noon):
        send_blast(visit, **UNTIL | {"end_time": "20:46"})
        assert len(list_scheduled_blasts(app)) == 1


def test_after_a_long_night_a_blast_is_not_sent_by_itself_and_three_ways_on_are_offered(
    app, visit, noon
):
    """S6: due 08:05, down until 11:15."""
    due = LATER | {"schedule_date": "2026-05-06", "schedule_time": "08:05"}
    blast = send_blast(visit, **due)
    noon.shift(timedelta(hours=5, minutes=15))
    release_blasts(app, later=timedelta())
    assert list_messages(app) == []
    page = visit(f"/blasts/scheduled/{blast}", "ada")
    assert (
        "sending was off when it was due, or the clock was wrong. "
        "It is now 3 hours 10 minutes late." in page.words
    )
    for way in ("Send now anyway", "Choose another time", "Delete"):
        assert way in page.words
    assert "Delete" not in visit(f"/blasts/scheduled/{blast}", "sol").words
    again = visit(f"{COMPOSE_URL}?again={blast}&later=1", "sol")
    assert get_form_fields(again, "compose")["send_mode"] == "later"


def test_after_a_short_one_it_is_sent_late(app, visit, noon):
    """S6: due 08:05, up again at 08:40: 35 minutes late is not too late."""
    send_blast(visit, **LATER | {"schedule_date": "2026-05-06", "schedule_time": "08:05"})
    noon.shift(timedelta(hours=2, minutes=40))
    release_blasts(app, later=timedelta())
    assert [row.status for row in list_messages(app)] == ["queued"]


def test_new_rules_for_the_clocks_are_said_and_the_blast_leaves_at_the_moment_that_was_meant(
    app, visit, noon
):
    """S13: Denver stays on winter time, say, as Phoenix does."""
    blast = send_blast(visit, **LATER)
    assert "clock rules" not in visit(f"/blasts/scheduled/{blast}", "sol").words
    with app.app_context(), write() as session:
        session.execute(db.text("UPDATE scheduled_messages SET timezone = 'America/Phoenix'"))
    page = visit(f"/blasts/scheduled/{blast}", "sol")
    assert (
        "It was scheduled for 2026-05-08 20:45, "
        "but the clock rules of America/Phoenix have changed since then." in page.words
    )
    assert "now Fri, May 8, 7:45 PM, America/Phoenix" in page.words
    noon.move_to("2026-05-09 02:44:59+00:00")
    release_blasts(app, later=timedelta())
    assert list_messages(app) == []
    noon.shift(1)
    release_blasts(app, later=timedelta())
    assert len(list_messages(app)) == 1


def test_a_blast_that_cannot_be_released_holds_back_no_other(app, visit, noon, caplog):
    """Whatever is wrong with one (this one's text is no text any more), the others leave; it is
    tried again.
    """
    bad, good = send_blast(visit, message_body="Bad"), send_blast(visit, message_body="Good")
    with app.app_context(), write() as session:
        session.execute(
            db.text("UPDATE scheduled_messages SET message_body = X'FF' WHERE id = :id"),
            {"id": bad},
        )
    for _ in range(2):
        with (
            app.app_context(),
            pytest.raises(BlastsNotReleased, match=f"not released: {bad}$"),
        ):
            release_due_blasts(now() + timedelta(minutes=1))
    assert f"blast {bad} could not be released" in caplog.text
    assert get_log(app, good) is not None
    assert get_log(app, bad) is None
    assert releasing.log.name in {record.name for record in caplog.records}

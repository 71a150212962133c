"""Review says who gets a blast later because of texting hours, and who would never get it."""

import random
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from app.core.db import write
from app.domain.quiet_hours.hold_judge import HoldJudge
from app.domain.quiet_hours.text_purposes import TextPurpose
from app.domain.quiet_hours.texting_hours import TextingHours, build_default_windows
from app.domain.quiet_hours.waiting_people import ZoneKeyCounts
from app.texting_hours.actions import create_default_hours
from app.texting_hours.models import TextingHoursMode
from app.texting_hours.queries import find_texting_hours_setting
from tests.blasts.helpers import get_review_fields, open_review
from tests.sample_rows import add_member
from tests.speed_limits import limit_seconds

# Monday, November 30: 8:20 PM in Denver, 10:20 PM in New York, 7:20 PM in Los Angeles.
EVENING = datetime(2026, 12, 1, 3, 20, tzinfo=UTC)
NEW_YORK = ("+12125550143", "+17185550144")
DENVER, LOS_ANGELES, SOUTH_DAKOTA = (
    "+13035550142",
    "+13235550145",
    "+16055550146",
)


@pytest.fixture
def people(app):
    """Members in several zones, and hours from 8 AM to 9 PM in practice mode too."""
    with app.app_context():
        for number, phone in enumerate((*NEW_YORK, DENVER, LOS_ANGELES, SOUTH_DAKOTA)):
            add_member(phone, f"Person {number}")
        with write():
            create_default_hours().mode = TextingHoursMode.ON


def test_those_who_sleep_are_counted_by_where_they_are_and_when_they_wake(visit, people):
    with time_machine.travel(EVENING):
        words = open_review(visit, message_body="Come").words
    assert "2 people on New York time get it tomorrow from 8 AM, as it is 10:20 PM there." in words
    assert (
        "1 person on Denver or North Dakota time gets it tomorrow from 8 AM your time, when their "
        "texting hours start." in words
    )
    assert "2 people get it right away." in words
    assert "wake people up" not in words


def test_a_scheduled_blast_names_days_and_off_means_a_warning(app, visit, people):
    later = {"send_mode": "later", "schedule_date": "2026-12-06", "schedule_time": "05:00"}
    with time_machine.travel(EVENING):
        words = open_review(visit, message_body="Come", timezone="America/Denver", **later).words
        assert (
            "2 people on New York time get it Sun, Dec 6, from 8 AM, as it will be 7:00 AM there."
            in words
        )
        with app.app_context(), write():
            find_texting_hours_setting().mode = TextingHoursMode.OFF
        page = open_review(visit, message_body="Come", timezone="America/Denver", **later)
        assert "This will be sent at 5:00 AM." in page.words
        assert "New York time" not in page.words
        assert 'href="/settings/texting-hours"' in page.text
        page = open_review(visit, "sol", message_body="Come", timezone="America/Denver", **later)
        assert 'href="/settings/texting-hours"' not in page.text


def test_who_could_only_be_texted_after_the_end_is_skipped_and_named(visit, people):
    end = {"has_end": "y", "end_date": "2026-12-01", "end_time": "06:00"}
    with time_machine.travel(EVENING):
        page = open_review(visit, message_body="Come", timezone="America/Denver", **end)
    assert "3 people skipped" in page.words
    assert "Outside texting hours until the end time" in page.words
    assert "Person 0" in page.words
    assert get_review_fields(page)["seen_count"] == "2"


def test_a_hundred_thousand_people_are_judged_in_a_moment():
    """0.3 s is the limit of the whole block; it takes 0.06."""
    chance = random.Random(5)
    areas = (212, 303, 305, 323, 415, 605, 617, 718)
    phones = [f"+1{chance.choice(areas)}{chance.randrange(2_000_000, 10**7)}" for _ in range(10**5)]
    hours = TextingHours(True, "America/Denver", "US", build_default_windows())
    ZoneKeyCounts.from_phones(phones).list_waiting(HoldJudge(hours, EVENING), TextPurpose.BLAST)
    with limit_seconds(0.3):
        counts = ZoneKeyCounts.from_phones(phones)
        groups = counts.list_waiting(HoldJudge(hours, EVENING), TextPurpose.BLAST)
        start, end = HoldJudge(hours, EVENING), HoldJudge(hours, EVENING + timedelta(hours=2))
        assert counts.count_closing(start, end, TextPurpose.BLAST) > 0
    assert {group.hold.until.hour for group in groups} == {13, 14, 15}

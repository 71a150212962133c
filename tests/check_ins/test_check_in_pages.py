"""A keyword that counts as a check-in is made on its page; the page of a person says the streak."""

from datetime import timedelta

import time_machine
from sqlalchemy import select

from app.core.clock import now
from app.core.db import db, write
from app.delivery.models import Message
from app.keywords.actions.keyword_text_handling import handle_keyword_text
from tests.keywords.keyword_helpers import build_inbound_text
from tests.sample_people import LEO, ZOE
from tests.sample_rows import add_member
from tests.webhooks.calls import INBOUND, call, sid

WALK = {
    "keyword": "walk",
    "match_kind": "whole",
    "response_body": "Day {streak}!",
    "action": "none",
    "is_active": "y",
}
PAGE = f"/people/{ZOE[1:]}"


def text_days_ago(app, *days_ago):
    """Zoe texts WALK so many days ago; returns the replies."""
    replies = []
    for days in days_ago:
        with app.app_context(), write():
            moment = now() - timedelta(days=days)
            text = build_inbound_text("walk", moment=moment)
            replies += handle_keyword_text(text).replies
    return replies


def test_three_days_in_a_row_are_a_streak_of_three_on_her_page(app, visit):
    assert "{streak}" in visit("/keywords/add", "sol", **WALK).words  # it counts as nothing yet
    page = visit("/keywords/add", "sol", **WALK, counts_as_check_in="y")
    assert page.status_code == 303
    assert "Counts as a check-in" in visit("/keywords", "sol").words
    assert text_days_ago(app, 2, 1, 0) == ["Day 1!", "Day 2!", "Day 3!"]
    words = visit(PAGE, "sol", follow=True).words
    assert "Streak 3 days" in words
    assert "Longest streak 3 days" in words
    assert "Last check-in Today" in words
    assert "WALK 3 days" in words


def text_by_webhook(app, number):
    """Zoe texts WALK to the webhook, as her carrier hands it over."""
    settings = app.extensions["settings"]
    fields = {"MessageSid": sid(number), "From": ZOE, "To": settings.sender, "Body": "Walk!"}
    options = {"token": settings.webhook_keys[0], "base": settings.public_base_url}
    assert call(app, INBOUND, fields, **options).status_code == 200


def test_texts_at_the_webhook_are_answered_with_the_days(app, visit):
    visit("/keywords/add", "sol", **WALK, counts_as_check_in="y")
    for number in (1, 2, 3):
        with time_machine.travel(now() + timedelta(days=number - 3), tick=False):
            text_by_webhook(app, number)
    with app.app_context():
        answers = select(Message.body).where(Message.kind == "keyword").order_by(Message.id)
        assert db.session.scalars(answers).all() == ["Day 1!", "Day 2!", "Day 3!"]
    assert "Streak 3 days" in visit(PAGE, "sol", follow=True).words


def test_a_streak_that_has_ended_says_so_and_a_keyword_stops_counting(app, visit):
    visit("/keywords/add", "sol", **WALK, counts_as_check_in="y")
    page = visit("/keywords/1/edit", "sol")
    assert "checked" in page.text.partition("counts_as_check_in")[2]
    assert 'data-insert="{streak}"' in page.text
    assert 'data-insert="{streak}"' not in visit("/keywords/add", "sol").text
    text_days_ago(app, 5, 4)
    words = visit(PAGE, "sol", follow=True).words
    assert "Streak None now" in words
    assert "Longest streak 2 days" in words
    visit("/keywords/1/edit", "sol", **WALK | {"response_body": "Hi."})
    assert text_days_ago(app, 0) == ["Hi."]
    assert "Longest streak 2 days" in visit(PAGE, "sol", follow=True).words
    assert "Last check-in Today" not in words


def test_who_never_checked_in_has_no_card(app, visit):
    visit("/keywords/add", "sol", **WALK | {"response_body": "Hi."})
    text_days_ago(app, 0)
    assert "Check-ins" not in visit(PAGE, "sol", follow=True).words


def test_the_community_is_filtered_by_streaks_and_by_days_without_a_check_in(app, visit):
    visit("/keywords/add", "sol", **WALK, counts_as_check_in="y")
    with app.app_context():
        add_member(ZOE, "Zoë")
        add_member(LEO, "Leo")
    text_days_ago(app, 2, 1)
    found = {
        "streak_at_least:2": {"Zoë"},
        "streak_at_least:3": set(),
        "!checked_in_last_days:1": {"Leo"},
        "check_ins_stopped:1": set(),
    }
    for condition, names in found.items():
        words = visit(f"/community?filter={condition}", "sol").words
        assert {name for name in ("Zoë", "Leo") if name in words} == names, condition
    assert "Streak of at least 2 days" in visit("/community?filter=streak_at_least:2", "sol").words
    streak = {
        "rows-0-family": "check_in",
        "rows-0-parent": "",
        "rows-0-test": "streak_at_least",
        "rows-0-days": "2",
    }
    frame = {"name": "Walkers", "description": "", "among": "community", "join": "all"}
    page = visit("/segments/new", "sol", **frame, **streak, follow=True)
    assert page.headings == ["Walkers"]
    assert "Zoë" in page.words

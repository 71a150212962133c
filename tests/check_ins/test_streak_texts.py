"""{streak} in a blast: what the review shows is what each person gets."""

from datetime import timedelta

import pytest

from app.check_ins.queries.streak_texts import load_streak_texts
from app.core.clock import now
from app.core.db import write
from app.keywords.actions.keyword_text_handling import handle_keyword_text
from app.people.actions.number_change import add_number
from app.profiles.models import PhoneKind
from app.profiles.queries.person_lookup import find_person_of_phone
from tests.blasts.helpers import (
    COMPOSE_URL,
    list_messages,
    open_review,
    press_button,
    read_review_texts,
    release_blasts,
)
from tests.check_ins.check_in_helpers import create_check_in_keyword
from tests.keywords.keyword_helpers import build_inbound_text
from tests.profiles.conftest import add_field, set_value
from tests.sample_people import LEO, MIA, ZOE
from tests.sample_rows import add_member

TEXT = {
    "message_body": "{if streak}Day {streak}!{end} Walk today, {voice_part|friend}.",
    "include_unsubscribe": None,
}
FILLED = {
    ZOE: "Day 3! Walk today, Alto.",
    LEO: "Walk today, friend.",
    MIA: "Day 1! Walk today, friend.",
}
SECOND = "+13035550188"


def check_in(*days_ago, phone=ZOE):
    for days in days_ago:
        with write():
            moment = now() - timedelta(days=days)
            handle_keyword_text(build_inbound_text("walk", phone=phone, moment=moment))


@pytest.fixture
def walkers(app):
    """Zoë is at her third day, Leo's streak has ended, Mia began yesterday."""
    with app.app_context():
        for phone, name in ((ZOE, "Zoë"), (LEO, "Leo"), (MIA, None)):
            add_member(phone, name)
        add_field("Voice part")
        set_value(ZOE, 1, "Alto")
        create_check_in_keyword()
        check_in(2, 1, 0)
        check_in(5, 4, phone=LEO)
        check_in(1, phone=MIA)
    return app


def test_each_person_reads_their_own_streak(walkers, visit):
    assert 'data-insert="{streak}"' in visit(COMPOSE_URL, "sol").text
    page = open_review(visit, "sol", **TEXT)
    assert [text for text, _ in read_review_texts(page)] == list(FILLED.values())
    assert press_button(visit, page, "sol", confirm="1").status_code == 303
    release_blasts(walkers)
    texts = {row.phone: row.body for row in list_messages(walkers) if row.message_log_id}
    assert texts == FILLED


def test_a_field_of_the_organisation_with_this_name_comes_first(walkers, visit):
    with walkers.app_context():
        add_field("Streak")
        set_value(ZOE, 2, "golden")
    page = open_review(visit, "sol", message_body="Your streak: {streak|none}")
    assert "Your streak: golden" in page.words


def test_without_check_ins_it_is_not_offered_and_leaves_its_fallback(app, visit):
    with app.app_context():
        add_member(ZOE, "Zoë")
    assert 'data-insert="{streak}"' not in visit(COMPOSE_URL, "sol").text
    page = open_review(visit, "sol", message_body="{streak|no} days")
    assert "no days" in page.words


def test_both_numbers_of_a_person_read_the_same_streak(walkers):
    with walkers.app_context():
        with write():
            add_number(find_person_of_phone(ZOE), SECOND, PhoneKind.MOBILE)
        assert load_streak_texts([SECOND]) == {ZOE: "3", SECOND: "3"}
        assert load_streak_texts([LEO]) == {}

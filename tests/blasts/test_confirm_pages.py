"""The last yes: it makes exactly one blast, and only for the people that were shown."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine

from app.audit.models import AuditEvent
from app.core.db import db
from tests.blasts.helpers import (
    AT_NOON,
    COMPOSE_URL,
    LATER,
    compose_fields,
    create_event,
    get_review_fields,
    list_messages,
    list_scheduled_blasts,
    open_review,
    press_button,
    release_blasts,
    send_blast,
)
from tests.sample_people import LEO, MIA, ZOE
from tests.sample_rows import add_member, add_members, add_opt_out
from tests.visit import Visitor


@pytest.fixture(autouse=True)
def zoe(app):
    with app.app_context():
        add_member(ZOE, "Zoë")


def acts(app, verb):
    with app.app_context():
        return db.session.scalars(db.select(AuditEvent).where(AuditEvent.verb == verb)).all()


def test_yes_freezes_the_blast_and_leads_to_it(app, visit):
    with time_machine.travel(AT_NOON, tick=False):
        scheduled_id = send_blast(visit, "sol", message_body="Hi {name}", client_token="mine")
    blast = list_scheduled_blasts(app)[0]
    assert blast.id == scheduled_id
    assert (blast.message_body, blast.footer, blast.created_by) == (
        "Hi {name}",
        "Reply STOP to opt out.",
        "sol",
    )
    assert (blast.immediate, blast.test_mode, blast.carrier, blast.sender) == (
        True,
        False,
        "sandbox",
        "+12025550100",
    )
    assert f"{blast.scheduled_at:%H:%M:%S}" == "12:00:10"
    assert [act.about for act in acts(app, "blast.confirmed")] == [
        f"scheduled blast {scheduled_id}"
    ]


def test_later_is_the_moment_that_was_typed_in_its_zone(app, visit):
    with time_machine.travel(AT_NOON, tick=False):
        send_blast(visit, **LATER)
    blast = list_scheduled_blasts(app)[0]
    assert f"{blast.scheduled_at:%Y-%m-%d %H:%M}" == "2026-05-09 02:45"
    assert (blast.immediate, blast.timezone) == (False, "America/Denver")


def test_without_a_zone_the_organisation_s_is_meant(app, visit):
    with time_machine.travel(AT_NOON, tick=False):
        send_blast(visit, **LATER | {"timezone": None})
    assert list_scheduled_blasts(app)[0].timezone == "America/Denver"


def test_the_running_minute_is_not_the_past(app, visit):
    now = LATER | {"schedule_date": "2026-05-06", "schedule_time": "06:00"}
    with time_machine.travel("2026-05-06 12:00:40+00:00", tick=False):
        send_blast(visit, **now)
    assert len(list_scheduled_blasts(app)) == 1


def test_without_the_line_about_stopping_none_is_added(app, visit):
    send_blast(visit, include_unsubscribe=None)
    release_blasts(app)
    assert list_messages(app)[0].body == "Hi Zoë, the picnic is at eleven."


def test_a_blast_for_an_event_keeps_it(app, visit):
    picnic = create_event(app, "Spring picnic", LEO)
    send_blast(visit, target="event", event_id=str(picnic))
    assert (list_scheduled_blasts(app)[0].target, list_scheduled_blasts(app)[0].event_id) == (
        "event",
        picnic,
    )


def test_an_event_chosen_and_then_not_meant_is_forgotten(app, visit):
    picnic = create_event(app, "Spring picnic", LEO)
    send_blast(visit, event_id=str(picnic))
    assert (list_scheduled_blasts(app)[0].target, list_scheduled_blasts(app)[0].event_id) == (
        "community",
        None,
    )


def test_a_program_may_confirm_at_once_without_a_token(app, visit):
    for _ in range(2):
        assert visit(COMPOSE_URL, "ada", **compose_fields(), confirm="1").status_code == 303
    assert len(list_scheduled_blasts(app)) == 2


def test_a_second_post_leads_to_the_first_blast_whatever_else_it_says(app, visit):
    first = send_blast(visit, client_token="mine")
    for changes in (
        {},
        {"message_body": "Another text"},
        {"message_body": ""},
        {"target": "nobody"},
        {"edit": "1"},
    ):
        for confirm in ({}, {"confirm": "1"}):
            answer = visit(
                COMPOSE_URL, "ada", **(compose_fields(client_token="mine") | changes | confirm)
            )
            assert answer.status_code == 303
            assert answer.location == f"/blasts/scheduled/{first}"
    assert len(list_scheduled_blasts(app)) == 1
    assert len(acts(app, "blast.confirmed")) == 1


def test_a_double_click_makes_one_blast(app):
    """Eight posts at the same moment, as an impatient finger or two open windows send them."""
    visitors = [Visitor(app) for _ in range(8)]
    for each in visitors:
        each.token("ada")
    fields = compose_fields(client_token="mine", confirm="1")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda each: each(COMPOSE_URL, "ada", **fields), visitors))
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.location for answer in answers}) == 1
    assert len(list_scheduled_blasts(app)) == 1
    assert len(acts(app, "blast.confirmed")) == 1


class TestManyPeople:
    @pytest.fixture(autouse=True)
    def more(self, app):
        with app.app_context():
            add_members(29, start=100)

    def test_the_number_must_be_that_of_the_people(self, app, visit):
        review = open_review(visit)
        for typed in ("", "29", "31", "thirty", "3 0 1", "٣٠"):
            page = press_button(visit, review, confirm="1", people_count=typed)
            assert page.status_code == 422
            assert "Type the number of people: 30." in page.words
            assert f'value="{typed}"' in page.text
        assert list_scheduled_blasts(app) == []

    def test_the_right_number_sends(self, app, visit):
        answer = press_button(visit, open_review(visit), confirm="1", people_count=" 30 ")
        assert answer.status_code == 303
        assert len(list_scheduled_blasts(app)) == 1

    def test_nobody_who_is_left_out_counts(self, app, visit):
        with app.app_context():
            add_opt_out(ZOE)
        page = press_button(visit, open_review(visit), confirm="1", people_count="30")
        assert "Type the number of people: 29." in page.words


def test_people_who_came_meanwhile_are_shown_before_anything_leaves(app, visit):
    fields = get_review_fields(open_review(visit)) | {"confirm": "1"}
    with app.app_context():
        add_member(LEO, "Leo")
        add_member(MIA, "Mia")
    page = visit(COMPOSE_URL, "ada", **fields)
    assert page.status_code == 422
    assert "Now 3 people (2 more). Please review again." in page.words
    assert list_scheduled_blasts(app) == []
    assert press_button(visit, page, confirm="1").status_code == 303


def test_people_who_went_meanwhile_too(app, visit):
    with app.app_context():
        add_member(LEO, "Leo")
    fields = get_review_fields(open_review(visit)) | {"confirm": "1"}
    with app.app_context():
        add_opt_out(LEO)
    page = visit(COMPOSE_URL, "ada", **fields)
    assert "Now 1 person (1 fewer). Please review again." in page.words


def test_an_event_that_is_deleted_meanwhile_stops_it(app, visit):
    picnic = create_event(app, "Spring picnic", LEO)
    fields = get_review_fields(open_review(visit, target="event", event_id=str(picnic))) | {
        "confirm": "1"
    }
    with app.app_context():
        db.session.execute(db.text("DELETE FROM events"))
        db.session.commit()
    page = visit(COMPOSE_URL, "ada", **fields)
    assert page.status_code == 422
    assert "That event was deleted." in page.words
    assert list_scheduled_blasts(app) == []


class TestATest:
    @pytest.fixture
    def app(self, make_app):
        return make_app(admin_test_phone="(303) 555-0199")

    def test_it_goes_straight_to_the_test_phone_and_nobody_else(self, app, visit):
        answer = visit(COMPOSE_URL, "ada", **compose_fields(send_mode="test"))
        assert answer.status_code == 303
        release_blasts(app)
        assert [(row.phone, row.kind, row.body) for row in list_messages(app)] == [
            (
                "+13035550199",
                "test",
                "Hi Zoë, the picnic is at eleven.\nReply STOP to opt out.",
            )
        ]

    def test_the_button_outweighs_the_choice_beside_it(self, app, visit):
        visit.browser("ada").post(
            COMPOSE_URL,
            data=compose_fields(
                csrf_token=visit.token("ada"), send_mode=["now", "test"], confirm="1"
            ),
        )
        assert [blast.test_mode for blast in list_scheduled_blasts(app)] == [True]

    def test_it_leaves_the_blast_itself_still_to_come(self, app, visit):
        test = visit(COMPOSE_URL, "ada", **compose_fields(send_mode="test", client_token="mine"))
        again = visit(COMPOSE_URL, "ada", **compose_fields(send_mode="test", client_token="mine"))
        assert again.location == test.location
        blast = send_blast(visit, client_token="mine")
        assert f"/blasts/scheduled/{blast}" != test.location
        assert [each.test_mode for each in list_scheduled_blasts(app)] == [True, False]

    def test_a_mistake_sends_no_test(self, app, visit):
        page = visit(
            COMPOSE_URL, "ada", **compose_fields(send_mode="test", message_body="{nickname}")
        )
        assert page.status_code == 422
        assert list_scheduled_blasts(app) == []

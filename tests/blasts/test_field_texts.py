"""Fields of people in blasts: what the review shows is what is stored and sent to each one."""

import pytest

from app.accounts.models import AppUser
from app.core.db import db, write
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.profiles.field_types import FieldClass
from app.profiles.actions import field_editing
from tests.blasts.helpers import (
    COMPOSE_URL,
    compose_fields,
    get_review_fields,
    list_messages,
    list_scheduled_blasts,
    open_review,
    press_button,
    read_review_texts,
    release_blasts,
    send_blast,
)
from tests.profiles.conftest import add_field, set_value
from tests.sample_people import LEO, MIA, ZOE
from tests.sample_rows import add_member

BODY = "Hi {first_name|friend}, you sing {voice_part|with us}."
TEXT = {"message_body": BODY, "include_unsubscribe": None}
FILLED = {
    ZOE: "Hi Zoë, you sing Alto.",
    LEO: "Hi Leo, you sing Bass 2.",
    MIA: "Hi friend, you sing with us.",
}


@pytest.fixture(autouse=True)
def choir(app):
    """Three members, of whom two have a voice part; a fee that no text may name."""
    with app.app_context():
        for phone, name in ((ZOE, "Zoë"), (LEO, "Leo"), (MIA, None)):
            add_member(phone, name)
        add_field("Voice part")
        add_field("Membership fee", field_class=FieldClass.ADMINISTRATIVE)
        set_value(ZOE, 1, "Alto")
        set_value(LEO, 1, "Bass\r\n 2")
        set_value(ZOE, 2, "120")


def change_field(app, act, *arguments):
    """Change a field behind the pages' back, which refuse it while a text names it."""
    with app.app_context(), write():
        act(*arguments)


def test_review_rows_and_requests_are_the_same_texts(app, visit):
    page = open_review(visit, "sol", **TEXT)
    assert [text for text, _ in read_review_texts(page)] == list(FILLED.values())
    assert "1 person has nothing in Voice part. Their text: “Hi friend, you sing with us.”" in (
        page.words
    )
    assert press_button(visit, page, "sol", confirm="1").status_code == 303
    release_blasts(app)
    assert {row.phone: row.body for row in list_messages(app)} == FILLED
    assert "Hi friend, you sing with us." in visit("/blasts/logs/1", "ada").words


def test_compose_offers_public_fields_and_previews_them(app, visit):
    page = visit(COMPOSE_URL, "sol")
    assert 'data-insert="{Voice part}"' in page.text
    assert "Membership fee" not in page.text
    fields = compose_fields(**TEXT)
    for person, text in enumerate(FILLED.values()):
        assert text in visit("/blasts/preview", "sol", **fields, person=str(person)).words
    costly = visit(
        "/blasts/preview", "sol", **fields | {"message_body": "{voice part}" + "x" * 155}
    )
    assert "1 segment for 2 people, 2 for 1 person" in costly.words
    assert "3 people" in visit("/blasts/preview", "sol", **fields | {"message_body": "{voi"}).words


def test_fields_that_texts_may_not_name_are_refused_with_the_reason(app, visit):
    reason = "Membership fee may not be put in texts. Change that in Settings > Fields."
    page = visit(COMPOSE_URL, "sol", **compose_fields(message_body="Pay {membership fee|it}."))
    assert page.status_code == 422
    assert reason in page.words
    assert "Pay {membership fee|it}." in page.text
    page = visit(COMPOSE_URL, "sol", **compose_fields(message_body="{voice parts}"))
    assert "{voice parts} is not a placeholder. Did you mean {Voice part}?" in page.words


def test_a_gap_in_a_text_is_said_before_it_is_sent(visit):
    page = open_review(visit, **TEXT | {"message_body": "You sing {Voice part} tonight."})
    assert (
        "1 person has nothing in Voice part. Their text: “You sing tonight.” "
        "Add a fallback for them, like {Voice part|…}."
    ) in page.words


def test_a_test_is_filled_in_as_the_first_person_reads_it(app, visit):
    with app.app_context(), write():
        user = db.session.scalar(db.select(AppUser).filter_by(username="sol"))
        user.phone = "+13035550177"
    fields = compose_fields(**TEXT | {"send_mode": "test"})
    assert visit(COMPOSE_URL, "sol", **fields).status_code == 303
    release_blasts(app)
    (row,) = list_messages(app)
    assert (row.phone, row.body) == ("+13035550177", FILLED[ZOE])


def test_a_renamed_field_is_filled_in_where_a_blast_waits(app, visit):
    send_blast(visit, **TEXT)
    visit("/settings/fields/1", "ada", name="Voice", field_class="public", choices="")
    assert list_scheduled_blasts(app)[0].message_body == BODY.replace("voice_part", "Voice")
    release_blasts(app)
    assert {row.phone: row.body for row in list_messages(app)} == FILLED


def test_a_blast_whose_field_is_gone_waits_and_says_so(app, visit):
    """The pages refuse to archive the field; another program may have done it all the same."""
    page = open_review(visit, **TEXT)
    blast_id = send_blast(visit, **TEXT)
    change_field(app, field_editing.archive_field, 1)
    assert release_blasts(app) is None
    assert list_messages(app) == []
    reason = "Voice part is archived, so it can't be put in texts."
    page_of_blast = visit(f"/blasts/scheduled/{blast_id}", "ada")
    assert f"Its text can't be filled in now. {reason}" in page_of_blast.words
    answer = press_button(visit, page, confirm="1")
    assert answer.status_code == 422
    assert reason in answer.words
    change_field(app, field_editing.delete_field, 1)
    assert visit(f"/blasts/scheduled/{blast_id}", "ada").status_code == 200
    with app.app_context():
        assert db.session.query(ScheduledMessage).count() == 1


def test_a_value_that_makes_one_text_too_long_skips_only_that_person(app, visit):
    with app.app_context():
        set_value(LEO, 1, "x" * 1000)
    page = open_review(visit, **TEXT | {"message_body": "{voice part|a}" + "y" * 700})
    assert "the text is too long for Leo (1,700 characters)" in page.words
    fields = get_review_fields(page)
    assert fields["seen_count"] == "2"

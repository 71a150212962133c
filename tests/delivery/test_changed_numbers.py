"""Numbers change while a blast is sent: each person gets it once, at a number that is theirs."""

from collections import Counter

import pytest

from app.blasts.actions.blast_confirmation import confirm_blast
from app.blasts.actions.due_blasts import release_due_blasts
from app.core.clock import now
from app.core.db import db, write
from app.delivery.actions.claim_skips import skip_texts_to_number
from app.delivery.actions.message_claiming import SendCapacity, claim_messages
from app.delivery.models import MessageLog
from app.delivery.queries.number_rows import TEXT_COLUMNS
from app.domain.delivery.send_rate import TokenBucket
from app.domain.delivery.skip_reasons import SkipReason
from app.organisation.models import Organisation
from app.people.actions.number_change import change_number, join_two_people
from app.profiles.queries.person_lookup import find_person_of_phone
from app.suppression.actions.consent_events import grant_consent
from app.suppression.actions.undeliverable_numbers import mark_number_undeliverable
from app.suppression.models import ConsentMethod
from app.surveys.models import SurveyFlow, SurveySession
from tests.blasts.test_languages import draft, set_language, set_organisation
from tests.delivery.helpers import list_messages, start_blast, wait_until_ended
from tests.person_numbers import give_numbers
from tests.sample_people import LEO, MIA, ZOE
from tests.sample_rows import add_member, add_opt_out

NEW = "+13035550199"


@pytest.fixture
def town(sending_app):
    """Zoe and Leo are members; a blast to both was released and nothing of it has left."""
    with sending_app.app_context():
        add_member(ZOE, "Zoe")
        add_member(LEO, "Leo")
        start_blast(sending_app, "Hi {first_name|friend}")
        release_due_blasts(now())
    return sending_app


def change(app, old=ZOE, new=NEW):
    with app.app_context(), write():
        change_number(old, new, now())


def read_rows(app):
    return {row.phone: (row.status.value, row.reason) for row in list_messages(app)}


def claim(app, rows=40):
    """Claim what may leave now and return its numbers."""
    with app.app_context(), write() as session:
        session.query(MessageLog).update({"proven": True})
        bucket = TokenBucket(1000.0)
        return [row.phone for row in claim_messages("twilio", SendCapacity(rows, bucket, 0), now())]


def count_requests(twilio):
    return Counter(request.to for request in twilio.requests)


def test_what_waits_leaves_to_the_new_number_and_to_it_alone(town, twilio, background):
    change(town)
    assert read_rows(town) == {NEW: ("queued", None), LEO: ("queued", None)}
    background(town)
    log = wait_until_ended(town, 1)
    assert count_requests(twilio) == {NEW: 1, LEO: 1}
    assert {request.body for request in twilio.requests} == {"Hi Zoe", "Hi Leo"}
    assert (log.total_recipients, log.success_count) == (2, 2)


def test_a_crash_in_the_change_leaves_everything_at_the_old_number(town):
    with town.app_context(), write() as session:
        change_number(ZOE, NEW, now())
        session.rollback()
    assert sorted(claim(town)) == sorted([ZOE, LEO])


def test_what_is_on_the_wire_stays_and_is_not_sent_again(town):
    assert len(claim(town)) == 2
    change(town)
    assert claim(town) == []
    assert {phone for phone, _ in read_rows(town).items()} == {ZOE, LEO}


@pytest.mark.parametrize("agreed", [False, True])
def test_where_consent_is_demanded_the_new_number_needs_its_own(town, agreed):
    with town.app_context(), write() as session:
        session.get(Organisation, 1).consent_required = True
        for phone in (ZOE, LEO):
            grant_consent(phone, ConsentMethod.FORM, "Signed", "ada")
    change(town)
    if agreed:
        with town.app_context(), write():
            grant_consent(NEW, ConsentMethod.FORM, "Signed", "ada")
    assert sorted(claim(town)) == sorted([LEO, NEW] if agreed else [LEO])
    if not agreed:
        assert read_rows(town)[NEW] == ("skipped", SkipReason.NO_CONSENT)


def test_an_opt_out_is_asked_about_and_nothing_leaves_meanwhile(town):
    with town.app_context():
        add_opt_out(ZOE)
    change(town)
    assert claim(town) == [LEO]
    assert read_rows(town)[NEW] == ("skipped", SkipReason.MAYBE_STOP)


def test_two_rows_of_one_person_become_one(town):
    """Leo's number is Zoe's new one: the blast has a row of it already."""
    change(town, ZOE, LEO)
    assert read_rows(town)[ZOE] == ("skipped", SkipReason.OTHER_NUMBER)
    assert claim(town) == [LEO]


def test_a_second_number_that_becomes_the_new_one_gets_what_waited(sending_app):
    with sending_app.app_context():
        add_member(ZOE, "Zoe")
        add_member(MIA, "Zoe at work")
        give_numbers(ZOE, MIA)
        start_blast(sending_app, "Hi")
        release_due_blasts(now())
    assert read_rows(sending_app)[MIA] == ("skipped", SkipReason.OTHER_NUMBER)
    change(sending_app, ZOE, MIA)
    assert claim(sending_app) == [MIA]
    assert read_rows(sending_app)[ZOE] == ("skipped", SkipReason.OTHER_NUMBER)


@pytest.mark.parametrize("first_number", ["is dead", "is given up"])
def test_a_second_number_gets_the_text_that_the_first_one_had(sending_app, first_number):
    """Its row was skipped when the blast was released, before it had a text."""
    with sending_app.app_context():
        add_member(ZOE, "Zoe")
        add_member(MIA, "Zoe at work")
        give_numbers(ZOE, MIA)
        set_language(ZOE, "es")
        set_organisation(name="Ohr", introduction_days=30)
        with write():
            confirm_blast(draft(), None, "ada", now())
        release_due_blasts(now())
    (before,) = [row for row in list_messages(sending_app) if row.phone == ZOE]
    assert before.body.startswith("Ohr: Hola Zoe")
    if first_number == "is given up":
        change(sending_app, ZOE, MIA)
    else:
        with sending_app.app_context(), write():
            mark_number_undeliverable(ZOE, reason="No such number")
        claim(sending_app)
    (after,) = [row for row in list_messages(sending_app) if row.phone == MIA]
    assert after.status == "queued"
    for column in TEXT_COLUMNS:
        assert getattr(after, column) == getattr(before, column)


@pytest.mark.parametrize("may_be_texted", [True, False])
def test_a_survey_goes_on_at_the_new_number_or_ends(app, may_be_texted):
    with app.app_context():
        add_member(ZOE, "Zoe")
        if not may_be_texted:
            add_opt_out(ZOE)
        with write() as session:
            session.add(SurveyFlow(id=1, name="Food", trigger_keyword="FOOD", questions_json="[]"))
            session.add(SurveySession(survey_id=1, phone=ZOE, questions_json="[]"))
    change(app)
    with app.app_context():
        row = db.session.query(SurveySession).one()
        assert (row.phone, row.status.value) == (
            (NEW, "active") if may_be_texted else (ZOE, "stopped")
        )


def join(app, kept, joined):
    with app.app_context(), write():
        join_two_people(find_person_of_phone(kept), find_person_of_phone(joined), [])


@pytest.mark.parametrize("kept", [ZOE, LEO])
@pytest.mark.parametrize("dies", ["while it waits", "when it is claimed", "at the carrier"])
def test_joined_people_get_it_once_where_the_first_number_is_dead(
    town, twilio, background, kept, dies
):
    other = LEO if kept == ZOE else ZOE
    join(town, kept, other)
    if dies == "when it is claimed":
        with town.app_context(), write():
            mark_number_undeliverable(kept, reason="No such number")
    elif dies == "while it waits":
        # Another blast has told.
        with town.app_context(), write():
            mark_number_undeliverable(kept, reason="No such number")
            skip_texts_to_number(kept, SkipReason.NUMBER_DEAD)
    else:
        twilio.answer(to=kept, status=400, code=21211)
    background(town)
    wait_until_ended(town, 1)
    assert count_requests(twilio) == {other: 1} | ({kept: 1} if dies == "at the carrier" else {})

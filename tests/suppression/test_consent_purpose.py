"""Only people with recorded consent: whom we may begin to text, and whom we may answer."""

import pytest

from app.core.clock import now
from app.core.db import db, write
from app.delivery.actions.direct_messages import DirectMessage, queue_direct_message
from app.delivery.models import Message, MessageLog
from app.delivery.sql.sending_purpose import select_skip_reason
from app.domain.delivery.message_statuses import MessageKind
from app.domain.delivery.skip_reasons import SkipReason
from app.events.actions.registrations import register_for_event_by_text
from app.events.models import Event
from app.organisation.models import Organisation
from app.suppression.actions.consent_events import (
    add_consent_event,
    build_event_scope,
    grant_consent,
)
from app.suppression.actions.opt_outs import record_opt_out
from app.suppression.models import ConsentAct, ConsentEvent, ConsentMethod
from app.suppression.queries.sending_permission import (
    PermissionPurpose,
    find_event_suppression_reason,
    find_suppression_reason,
)
from tests.sample_people import LEO, ZOE
from tests.sample_rows import add_member


@pytest.fixture(autouse=True)
def consent_required(app):
    """Text only people with recorded consent."""
    with app.app_context(), write() as session:
        session.execute(db.update(Organisation).values(consent_required=True))


@pytest.fixture
def shop_context(app):
    """Keep an app context open."""
    with app.app_context():
        yield


def list_consent(app, phone=ZOE):
    """Return (act, method, scope, actor) of each consent event of a phone, the oldest first."""
    with app.app_context():
        rows = db.session.scalars(
            db.select(ConsentEvent).where(ConsentEvent.phone == phone).order_by(ConsentEvent.id)
        )
        return [(row.act.value, row.method.value, row.scope, row.actor) for row in rows]


def make_event(title="Picnic"):
    with write() as session:
        session.add(row := Event(title=title))
    return row.id


@pytest.mark.usefixtures("shop_context")
def test_without_consent_we_may_answer_and_not_begin():
    assert find_suppression_reason(ZOE) is SkipReason.NO_CONSENT
    assert find_suppression_reason(ZOE, PermissionPurpose.ANSWERING) is None
    with write():
        record_opt_out(ZOE, source="inbound")
    assert find_suppression_reason(ZOE, PermissionPurpose.ANSWERING) is SkipReason.SAID_STOP


@pytest.mark.usefixtures("shop_context")
def test_a_yes_for_one_event_is_no_yes_for_everything():
    picnic, choir = make_event(), make_event("Choir")
    with write():
        grant_consent(ZOE, ConsentMethod.VERBAL, "at the door", "sol", build_event_scope(picnic))
    assert find_event_suppression_reason(ZOE, picnic) is None
    assert find_event_suppression_reason(ZOE, choir) is SkipReason.NO_CONSENT
    assert find_suppression_reason(ZOE) is SkipReason.NO_CONSENT
    with write():
        add_consent_event(ZOE, ConsentAct.WITHDRAWN, ConsentMethod.VERBAL, None, "sol")
    assert find_event_suppression_reason(ZOE, picnic) is SkipReason.NO_CONSENT


@pytest.mark.usefixtures("shop_context")
def test_that_an_admin_took_an_entry_off_the_list_is_no_consent():
    with write():
        add_consent_event(ZOE, ConsentAct.RETURNED, ConsentMethod.ADMIN, None, "ada")
        register_for_event_by_text(make_event_inside(), "Zoë", ZOE, evidence="Texted: PICNIC")
    scopes = db.session.scalars(db.select(ConsentEvent.scope).order_by(ConsentEvent.id)).all()
    assert scopes == [None, "event:1"]


def make_event_inside():
    db.session.add(row := Event(title="Picnic"))
    db.session.flush()
    return row.id


@pytest.mark.usefixtures("shop_context")
def test_what_is_claimed_is_judged_by_what_it_is_for():
    """Answers leave, the community's blast does not, and the event's does on a yes for it."""
    picnic = make_event()
    with write() as session:
        grant_consent(LEO, ConsentMethod.VERBAL, "said so", "sol", build_event_scope(picnic))
        logs = [
            MessageLog(message_body="Hi", target="community"),
            MessageLog(message_body="Hi", target="event", event_id=picnic),
        ]
        session.add_all(logs)
        session.flush()
        for log in logs:
            text = Message(phone=LEO, body="Hi", kind="blast", status="queued")
            text.message_log_id = log.id
            session.add(text)
        inbound = Message(phone=LEO, body="?", direction="inbound", kind="inbound")
        inbound.status = "received"
        session.add(inbound)
        session.flush()
        for kind in (MessageKind.SURVEY, MessageKind.KEYWORD, MessageKind.REPLY):
            in_reply_to = None if kind is MessageKind.SURVEY else inbound.id
            queue_direct_message(DirectMessage(LEO, "Hello", kind, None, in_reply_to), now())
    rows = db.session.execute(
        db.select(Message.kind, Message.message_log_id, select_skip_reason())
        .where(Message.direction == "outbound")
        .order_by(Message.id)
    ).all()
    assert [(row[0].value, row[1], row[2]) for row in rows] == [
        ("blast", 1, "no_consent"),
        ("blast", 2, None),
        ("survey", None, None),
        ("keyword", None, None),
        ("reply", None, None),
    ]


def test_registering_by_form_writes_a_yes_for_the_event_with_its_actor(app, visit):
    with app.app_context():
        picnic = make_event()
    page = visit(f"/events/{picnic}/register", "sol", name="Zoë", phone="3035550142", agreed="web")
    assert page.status_code == 303
    assert list_consent(app) == [("granted", "web", f"event:{picnic}", "sol")]
    visit(f"/events/{picnic}/register", "sol", name="Leo", phone=LEO, agreed="none")
    assert list_consent(app, LEO) == []
    # Another program, or an older page, does not ask.
    visit(f"/events/{make_other(app)}/register", "sol", name="Leo", phone=LEO)
    assert [entry[1] for entry in list_consent(app, LEO)] == ["form"]


def make_other(app):
    with app.app_context():
        return make_event("Choir")


def test_whoever_is_added_by_hand_can_be_texted_and_the_page_said_how(app, visit):
    assert "How they agreed to texts" in visit("/community/add", "ada").words
    visit("/community/add", "ada", name="Zoë", phone=ZOE, agreed="written")
    assert list_consent(app) == [("granted", "written", None, "ada")]
    with app.app_context():
        assert find_suppression_reason(ZOE) is None


def test_a_social_manager_may_record_consent_with_its_method(app, visit):
    digits = ZOE.lstrip("+")
    with app.app_context():
        add_member(ZOE, "Zoë")
    assert "Record that they agreed" in visit(f"/people/{digits}", "sol").words
    page = visit(f"/people/{digits}/consent", "sol", evidence="At the picnic", agreed="verbal")
    assert page.status_code == 303
    assert list_consent(app) == [("granted", "verbal", None, "sol")]


def test_who_opts_somebody_out_on_the_page_of_an_event_is_recorded(app, visit):
    with app.app_context():
        picnic = make_event()
    visit(f"/events/{picnic}/register", "sol", name="Zoë", phone=ZOE, agreed="verbal")
    visit.post(f"/events/{picnic}/registrations/1/unsubscribe", "sol")
    assert list_consent(app)[-1] == ("withdrawn", "admin", None, "sol")


def test_the_settings_count_consent_as_sending_does(app, visit):
    with app.app_context():
        add_member(ZOE, "Zoë")
        add_member(LEO, "Leo")
        with write():
            add_consent_event(ZOE, ConsentAct.RETURNED, ConsentMethod.ADMIN, None, "ada")
            grant_consent(LEO, ConsentMethod.WRITTEN, "a list", "ada")
    assert "A yes is recorded for 1 of 2 people" in visit("/settings", "ada").words

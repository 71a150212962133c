"""Only people with recorded consent: whom we may begin to text, and whom we may answer."""

import pytest

from app.community.models import CommunityMember
from app.core.clock import now
from app.core.db import db, write
from app.delivery.actions.direct_messages import DirectMessage, queue_direct_message
from app.delivery.models import Message, MessageLog
from app.delivery.sql.sending_purpose import select_skip_reason
from app.demo import load_demo_data
from app.domain.delivery.message_statuses import MessageKind
from app.domain.delivery.skip_reasons import SkipReason
from app.events.actions.registrations import register_for_event_by_text
from app.events.models import Event
from app.organisation.actions import create_organisation
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
    select_suppression_reason,
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
    assert "Record consent" in visit(f"/people/{digits}", "sol").words
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
    assert "Consent on file for 1 of 2 people" in visit("/settings", "ada").words


def import_people(visit, rows="Zoë, +13035550142", path="/community/import", **choice):
    """Import pasted rows to the end, as the check page posts it."""
    page = visit(path, "ada", rows=rows)
    visit.post(f"{page.location}/confirm", "ada", **choice)


def test_a_newcomer_imports_people_and_texts_them(app, visit):
    """The first minute: nobody has to find a setting before the first blast reaches anybody."""
    page = visit("/community/import", "ada", rows="Zoë, +13035550142")
    assert "How did these people agree to texts?" in visit(page.location, "ada").words
    missing = visit.post(f"{page.location}/confirm", "ada", agreed="")
    assert missing.status_code == 422
    assert '<a href="#agreed">Choose how these people agreed to texts' in missing.text
    assert 'aria-describedby="agreed-hint agreed-error"' in missing.text
    visit.post(f"{page.location}/confirm", "ada", agreed="written")
    assert list_consent(app) == [("granted", "written", None, "ada")]
    with app.app_context():
        assert find_suppression_reason(ZOE) is None


def test_an_import_that_was_not_asked_is_taken_at_its_word(app, visit):
    import_people(visit)
    assert list_consent(app) == [("granted", "import", None, "ada")]


def test_people_who_have_not_agreed_are_imported_and_not_texted(app, visit):
    import_people(visit, agreed="none")
    assert list_consent(app) == []
    with app.app_context():
        assert find_suppression_reason(ZOE) is SkipReason.NO_CONSENT


@pytest.mark.parametrize("has_event", [False, True])
def test_the_import_says_who_is_left_out_and_importing_again_records_their_yes(
    app, visit, has_event
):
    with app.app_context():
        path = f"/events/{make_event()}/import" if has_event else "/community/import"
    rows, left_out = f"Zoë, {ZOE}\nLeo, {LEO}", "2 people have not agreed to texts yet"
    first = visit(path, "ada", rows=rows).location
    visit.post(f"{first}/confirm", "ada", agreed="none")
    assert left_out in visit(first, "ada").words
    again = visit(path, "ada", rows=rows).location
    visit.post(f"{again}/confirm", "ada", agreed="verbal")
    for address in (first, again):
        assert "not agreed to texts yet" not in visit(address, "ada").words


def test_people_imported_for_an_event_agreed_to_that_event_and_an_undo_takes_only_that_back(
    app, visit
):
    with app.app_context():
        picnic = make_event()
        with write():
            grant_consent(LEO, ConsentMethod.WRITTEN, "a list", "ada")
    rows = f"Zoë, {ZOE}\nLeo, {LEO}"
    page = visit(f"/events/{picnic}/import", "ada", rows=rows)
    visit.post(f"{page.location}/confirm", "ada", agreed="web")
    assert list_consent(app) == [("granted", "web", f"event:{picnic}", "ada")]
    visit.post(f"{page.location}/undo", "ada")
    assert list_consent(app)[-1] == ("withdrawn", "import", f"event:{picnic}", "ada")
    with app.app_context():
        assert find_suppression_reason(LEO) is None


def test_a_new_installation_begins_with_recorded_consent_and_an_old_one_keeps_its_choice(app):
    with app.app_context(), write() as session:
        session.execute(db.update(Organisation).values(consent_required=False))
    with app.app_context():
        assert db.session.get(Organisation, 1).consent_required is False
        with write() as session:
            session.execute(db.delete(Organisation))
            session.flush()
            assert create_organisation("Grace").consent_required is True


def test_the_demo_can_be_played_with_recorded_consent(app):
    with app.app_context():
        with write():
            load_demo_data()
        reasons = db.session.scalars(
            db.select(select_suppression_reason(CommunityMember.phone)).select_from(CommunityMember)
        ).all()
        assert SkipReason.NO_CONSENT not in reasons
        assert reasons.count(None) > 40

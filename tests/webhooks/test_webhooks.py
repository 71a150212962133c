"""The carrier's doors: who may come in, what is stored, and what follows from it."""

from itertools import permutations

import pytest

from app.delivery.actions import arm
from app.delivery.carriers.signature import HEADER, signature_for
from app.delivery.models import Message
from app.domain.pacing import Bucket
from app.kit.clock import now
from app.kit.db import db, write
from app.suppression.models import UnsubscribedContact
from app.webhooks.actions.events import forget_old_events
from app.webhooks.models import WebhookEvent
from tests.cast import LEO, ZOE

OURS = "+13035550100"
ACCOUNT = "AC" + "1" * 32
TOKEN = "t" * 32
BASE = "https://sms.example.org"
SID = "SM" + "a" * 32


@pytest.fixture
def town(make_app):
    """An app connected to Twilio, reached at BASE from outside."""
    return make_app(
        twilio_account_sid=ACCOUNT,
        twilio_auth_token=TOKEN,
        twilio_auth_token_previous="old" * 10,
        twilio_from_number=OURS,
        public_base_url=BASE,
    )


def call(app, path, fields, *, token=TOKEN, headers=None, base=BASE):
    """What Twilio does: a signed form post."""
    signed = {HEADER: signature_for(base + path, fields, token)}
    return app.test_client().post(path, data=fields, headers=signed | (headers or {}))


def text(app, body, *, sid=SID, phone=ZOE, **more):
    """A text that comes in."""
    fields = {"MessageSid": sid, "AccountSid": ACCOUNT, "From": phone, "To": OURS, "Body": body, "NumMedia": "0"}
    return call(app, "/webhooks/twilio/inbound", fields | more)


def armed_text(app, phone=ZOE):
    """A text of ours on the wire: (message id, ref)."""
    with app.app_context():
        with write():
            db.session.add(
                Message(kind="reply", phone=phone, body="Hi", status="queued", carrier="twilio", sender=OURS)
            )
        with write():
            [armed] = arm.arm("twilio", arm.Room(1, Bucket(100.0), 0.0), now())
    return armed.message_id, armed.ref


def receipt(app, ref, status, *, code=None, sid=SID, **more):
    fields = {"MessageSid": sid, "AccountSid": ACCOUNT, "MessageStatus": status, "To": ZOE, "From": OURS}
    extra = {"ErrorCode": str(code)} if code else {}
    return call(app, f"/webhooks/twilio/status/{ref}", fields | extra, **more)


def status_of(app, message_id):
    with app.app_context():
        return db.session.get(Message, message_id).status.value


def events(app):
    with app.app_context():
        return db.session.scalars(db.select(WebhookEvent).order_by(WebhookEvent.id)).all()


def opted_out(app):
    with app.app_context():
        return {row.phone: row.source for row in db.session.scalars(db.select(UnsubscribedContact))}


@pytest.mark.parametrize("path", ["/webhooks/twilio/inbound", "/webhooks/twilio/status"])
@pytest.mark.parametrize("signature", [None, "", "wrong", "é" * 20, "A" * 28])
def test_w1_without_a_good_signature_nothing_comes_in(town, path, signature):
    headers = {} if signature is None else {HEADER: signature.encode().decode("latin-1")}
    answer = town.test_client().post(path, data={"MessageSid": SID, "Body": "STOP", "From": ZOE}, headers=headers)
    assert answer.status_code == 403
    assert events(town) == []


def test_w2_another_account_is_refused(town):
    fields = {"MessageSid": SID, "AccountSid": "AC" + "9" * 32, "From": ZOE, "To": OURS, "Body": "Hi"}
    assert call(town, "/webhooks/twilio/inbound", fields).status_code == 403
    mine = fields | {"AccountSid": ACCOUNT}
    assert call(town, "/webhooks/twilio/inbound", mine, token="z" * 32).status_code == 403
    assert events(town) == []


def test_w3_a_replayed_receipt_changes_nothing_and_is_stored_once(town):
    message_id, ref = armed_text(town)
    assert {receipt(town, ref, "delivered").status_code for _ in range(20)} == {204}
    assert status_of(town, message_id) == "delivered"
    assert len(events(town)) == 1


@pytest.mark.parametrize("order", list(permutations(["sent", "delivered", "queued", "failed"])))
def test_w4_receipts_in_any_order_end_delivered(town, order):
    message_id, ref = armed_text(town)
    for status in [*order, "sent"]:
        receipt(town, ref, status)
    assert status_of(town, message_id) == "delivered"
    assert len(events(town)) == 4


def test_w4_without_a_delivery_they_end_failed(town):
    message_id, ref = armed_text(town)
    for status in ("failed", "sent", "queued"):
        receipt(town, ref, status, code=30008)
    assert status_of(town, message_id) == "failed"


def test_w5_a_late_delivery_wins_and_keeps_the_error(town):
    message_id, ref = armed_text(town)
    receipt(town, ref, "undelivered", code=30003)
    receipt(town, ref, "delivered")
    with town.app_context():
        row = db.session.get(Message, message_id)
    assert (row.status.value, row.error_code) == ("delivered", 30003)


@pytest.mark.parametrize(
    "lies", [{"Host": "evil.example"}, {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http"}]
)
def test_w6_only_our_public_address_counts(town, lies):
    _, ref = armed_text(town)
    assert receipt(town, ref, "sent", headers=lies).status_code == 204


def test_w6_a_signature_for_the_inner_address_is_refused(town):
    _, ref = armed_text(town)
    assert receipt(town, ref, "sent", base="http://127.0.0.1:5000").status_code == 403


@pytest.mark.parametrize("query", ["?n=%C3%A9&x=%2Fa%7E&e="])
def test_w8_the_raw_target_is_what_is_signed(town, query):
    path = f"/webhooks/twilio/inbound{query}"
    fields = {"MessageSid": SID, "AccountSid": ACCOUNT, "From": ZOE, "To": OURS, "Body": "Hi"}
    signed = {HEADER: signature_for(BASE + path, fields, TOKEN)}
    answer = town.test_client().post(path, data=fields, headers=signed, environ_overrides={"RAW_URI": path})
    assert answer.status_code == 200


@pytest.mark.parametrize("body", ["", "  spaces \n lines\t", "1+1=2 & more", "🎉" * 1600])
def test_w9_odd_texts_are_kept_as_they_came(town, body):
    assert text(town, body, NewParameter="x", Empty="").status_code == 200
    with town.app_context():
        assert db.session.scalar(db.select(Message.body)) == body


def test_w11_other_forms_and_methods_are_refused(town):
    client = town.test_client()
    assert client.post("/webhooks/twilio/inbound", json={"a": 1}).status_code == 415
    assert (
        client.post("/webhooks/twilio/inbound", data={"a": "1"}, content_type="multipart/form-data").status_code == 415
    )
    for method in ("get", "put", "head"):
        assert getattr(client, method)("/webhooks/twilio/inbound").status_code == 405


def test_w12_a_large_body_is_refused(town):
    assert town.test_client().post("/webhooks/twilio/inbound", data={"Body": "x" * 66_000}).status_code == 413


def test_w13_an_unknown_ref_is_kept_as_an_orphan_and_a_malformed_one_is_not_there(town):
    assert receipt(town, "f" * 32, "sent").status_code == 204
    assert [event.verdict for event in events(town)] == ["orphan"]
    assert receipt(town, "nonsense", "sent").status_code == 404


def test_w16_two_tokens_hold_while_rotating(town):
    _, ref = armed_text(town)
    assert receipt(town, ref, "sent", token="old" * 10).status_code == 204


def test_w17_a_trailing_slash_is_never_redirected(town):
    assert call(town, "/webhooks/twilio/status/", {"MessageSid": SID}).status_code in {204, 403, 404}


@pytest.mark.parametrize("phone", ["", "32665", "whatsapp:+13035550142", "Anonymous"])
def test_w20_a_text_from_no_phone_is_stored_as_an_event_and_answered_with_nothing(town, phone):
    answer = text(town, "STOP", phone=phone)
    assert (answer.status_code, answer.mimetype) == (200, "text/xml")
    assert b"<Response></Response>" in answer.data
    assert [event.verdict for event in events(town)] == ["ignored"]
    assert opted_out(town) == {}


OPT_OUTS = ["STOP", "stop.", " Stop ", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"]


@pytest.mark.parametrize("body", [*OPT_OUTS, "ＳＴＯＰ", "STOP\u200b"])
def test_w21_a_certain_opt_out_is_obeyed_once(town, body):
    text(town, body)
    text(town, body)
    assert opted_out(town) == {ZOE: "inbound"}


@pytest.mark.parametrize("body", ["please stop by tomorrow", "stopwatch", "don't stop", "yes"])
def test_w21_normal_speech_is_only_stored(town, body):
    text(town, body)
    assert opted_out(town) == {}
    assert [event.verdict for event in events(town)] == ["stored"]


def test_w22_twilios_own_judgement_wins(town):
    text(town, "ARRET", OptOutType="STOP")
    assert opted_out(town) == {ZOE: "inbound"}
    text(town, "STOP", sid="SM" + "b" * 32, OptOutType="START")
    assert opted_out(town) == {}


def test_start_brings_back_who_left_by_text_but_not_who_was_put_there_by_hand(town):
    with town.app_context(), write():
        db.session.add(UnsubscribedContact(phone=LEO, source="manual"))
    text(town, "STOP")
    text(town, "START", sid="SM" + "b" * 32)
    text(town, "START", sid="SM" + "c" * 32, phone=LEO)
    assert opted_out(town) == {LEO: "manual"}


def test_a_stop_skips_every_waiting_text_in_the_same_breath(town):
    with town.app_context(), write():
        db.session.add(Message(kind="blast", phone=ZOE, body="Hi", status="queued", carrier="twilio"))
    text(town, "STOP")
    with town.app_context():
        row = db.session.scalar(db.select(Message).where(Message.kind == "blast"))
    assert (row.status.value, row.reason) == ("skipped", "said_stop")


def test_a_stop_carries_the_name_we_knew(town):
    with town.app_context(), write():
        db.session.add(Message(kind="blast", phone=ZOE, name="Zoe", body="Hi", status="sent", carrier="twilio"))
    text(town, "STOP")
    with town.app_context():
        assert db.session.scalar(db.select(UnsubscribedContact.name)) == "Zoe"


def test_w27_we_answer_a_stop_with_nothing(town):
    text(town, "STOP")
    with town.app_context():
        assert db.session.scalar(db.select(db.func.count(Message.id)).where(Message.direction == "outbound")) == 0


def test_a_receipt_for_an_unknown_text_finds_it_by_its_ref(town):
    message_id, ref = armed_text(town)
    with town.app_context(), write():
        db.session.execute(db.update(Message).values(status="unknown"))
    receipt(town, ref, "sent")
    assert status_of(town, message_id) == "sent"


def test_a_receipt_without_a_ref_finds_its_text_by_the_sid(town):
    message_id, ref = armed_text(town)
    receipt(town, ref, "sent")
    fields = {"MessageSid": SID, "AccountSid": ACCOUNT, "MessageStatus": "delivered"}
    assert call(town, "/webhooks/twilio/status", fields).status_code == 204
    assert status_of(town, message_id) == "delivered"


def test_events_are_forgotten_after_thirty_days(town):
    text(town, "old")
    with town.app_context():
        with write():
            db.session.execute(db.update(WebhookEvent).values(received_at=now().replace(year=2020)))
        assert forget_old_events() == 1

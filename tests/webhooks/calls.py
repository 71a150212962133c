"""What the tests of the carrier's doors do again and again: call like Twilio, put a text on the
wire, look at rows.
"""

from datetime import timedelta
from urllib.parse import urlencode

from sqlalchemy import update

from app.core.clock import now
from app.core.db import db, write
from app.delivery.actions import message_claiming
from app.delivery.carriers.twilio_signature import SIGNATURE_HEADER, compute_signature
from app.delivery.engine_models import Attempt
from app.delivery.models import Message
from app.domain.delivery.send_rate import TokenBucket
from app.suppression.models import UnsubscribedContact
from app.webhooks.models import WebhookEvent
from tests.sample_people import ZOE

OURS = "+13035550100"
ACCOUNT, TOKEN = "AC" + "1" * 32, "t" * 32
BASE = "https://sms.example.org"
SID = "SM" + "a" * 32
INBOUND, STATUS = "/webhooks/twilio/inbound", "/webhooks/twilio/status"
TWILIO = {
    "twilio_account_sid": ACCOUNT,
    "twilio_auth_token": TOKEN,
    "twilio_from_number": OURS,
}
FORM = "application/x-www-form-urlencoded"


def sid(number):
    """The n-th name for a text."""
    return f"SM{number:032x}"


def call(app, path, fields, *, token=TOKEN, headers=None, base=BASE, **more):
    """What Twilio does: a signed form post. `fields` is a dict, or pairs where one comes twice."""
    signed = {SIGNATURE_HEADER: compute_signature(base + path, fields, token)}
    body = urlencode(fields)
    return app.test_client().post(
        path, data=body, content_type=FORM, headers=signed | (headers or {}), **more
    )


def text(app, body, *, sid=SID, phone=ZOE, **more):
    """A text that comes in."""
    fields = {
        "MessageSid": sid,
        "AccountSid": ACCOUNT,
        "From": phone,
        "To": OURS,
        "Body": body,
        "NumMedia": "0",
    }
    return call(app, INBOUND, fields | more)


def minutes_pass(app):
    """What has come in so far came some minutes ago: STOP and START are no pair that may have
    been swapped.
    """
    with app.app_context(), write() as session:
        session.execute(update(Message).values(created_at=now() - timedelta(minutes=3)))


def receipt(app, ref, status, *, code=None, sid=SID, **more):
    """A receipt; `ref` None: to the address without one."""
    fields = {
        "MessageSid": sid,
        "AccountSid": ACCOUNT,
        "MessageStatus": status,
        "To": ZOE,
        "From": OURS,
    }
    extra = {"ErrorCode": str(code)} if code else {}
    return call(app, f"{STATUS}/{ref}" if ref else STATUS, fields | extra, **more)


def armed_text(app, phone=ZOE):
    """A text of ours on the wire: (message id, ref)."""
    armed = on_the_wire(app, phone)
    return armed.message_id, armed.ref


def on_the_wire(app, phone=ZOE):
    """A text of ours on the wire, as it was armed."""
    with app.app_context():
        with write():
            row = {
                "kind": "reply",
                "phone": phone,
                "body": "Hi",
                "status": "queued",
                "sender": OURS,
            }
            db.session.add(Message(**row, carrier=app.extensions["settings"].carrier))
        with write():
            [armed] = message_claiming.claim_messages(
                app.extensions["settings"].carrier,
                message_claiming.SendCapacity(1, TokenBucket(100.0), 0.0),
                now(),
            )
    return armed


def status_of(app, message_id):
    """The state of a text."""
    return message(app, message_id).status.value


def message(app, message_id):
    """A text as it is now."""
    with app.app_context():
        return db.session.get(Message, message_id)


def attempt(app, ref):
    """An attempt as it is now."""
    with app.app_context():
        return db.session.scalar(db.select(Attempt).where(Attempt.ref == ref))


def events(app):
    """Everything that was stored, in order."""
    with app.app_context():
        return db.session.scalars(db.select(WebhookEvent).order_by(WebhookEvent.id)).all()


def verdicts(app):
    """What we made of it, in order."""
    return [event.verdict for event in events(app)]


def opted_out(app):
    """Who said STOP, and where it came from."""
    with app.app_context():
        return {row.phone: row.source for row in db.session.scalars(db.select(UnsubscribedContact))}

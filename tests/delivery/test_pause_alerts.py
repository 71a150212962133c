"""An admin who is not at the screen is told that a fault paused a blast: a chat room, and a
text; never too much.
"""

import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from app.audit.models import AuditEvent
from app.blasts.actions.due_blasts import release_due_blasts
from app.core.clock import now
from app.core.db import db, write
from app.delivery.actions import blast_control, failure_reactions, pause_alerts
from app.delivery.alert_models import Alert
from app.delivery.models import Message
from app.domain.delivery.carrier_error_codes import find_error_code
from tests.delivery.helpers import (
    add_phones,
    get_log,
    list_attempts,
    list_messages,
    start_blast,
    twilio_settings,
    wait_until_ended,
    wait_until_paused,
)
from tests.gunicorn_server import find_free_port, wait_until
from tests.sample_people import ZOE
from tests.sample_rows import add_members, add_opt_out, make_phone
from tests.visit import Visitor

ADA_PHONE = "+13035550199"
SECRET = "T0KEN"
SENDER = "+13035550100"
NOT_REGISTERED, FILTERED, SUSPENDED, WRONG_SENDER = 30034, 30007, 30002, 21606
F22 = (21606, 21212, 21659, 21660, 20003, 21703, 21609, 21617)


class Room:
    """A chat room behind a real socket: notes what it is told, and finish with `status` (or
    not, while it `hangs`).
    """

    def __init__(self):
        self.told, self.status, self.headers = [], 200, {}
        self.open = threading.Event()
        self.open.set()
        room = self

        class Line(BaseHTTPRequestHandler):
            def do_POST(self):
                room.told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                room.open.wait(20)
                self.send_response(room.status)
                for name, value in room.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_line):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Line)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook/{SECRET}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def wait_for(self, count):
        wait_until(lambda: len(self.told) >= count, f"{count} notes in the chat room")
        return self.told

    def close(self):
        self.open.set()
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def room():
    """A chat room."""
    room = Room()
    yield room
    room.close()


@pytest.fixture
def sending_app(make_app, twilio, room):
    """An app that sends slowly enough to be paused, with somebody to tell."""
    return make_app(**told(twilio, room, send_rate=5.0))


def told(twilio, room, **more):
    return twilio_settings(twilio, alert_webhook_url=room.url, admin_test_phone=ADA_PHONE, **more)


def kept(app):
    """The alerts, in order."""
    with app.app_context():
        return db.session.scalars(db.select(Alert).order_by(Alert.id)).all()


def texts_to_ada(app):
    with app.app_context():
        return db.session.scalars(db.select(Message).where(Message.phone == ADA_PHONE)).all()


def a_running_blast(app, twilio, count=90, body="Hi {first_name|friend}, the picnic is at eleven."):
    """Its log, with some of its texts taken and most of them waiting."""
    with app.app_context():
        add_members(count)
    blast_id = start_blast(app, body)
    twilio.wait_for(6)
    return get_log(app, blast_id)


def fault(app, log_ids, code, phase="create"):
    """A fault pauses these blasts, and only these."""
    with app.app_context(), write():
        log_ids = [each for log_id in log_ids for each in _pause(log_id, code)]
        pause_alerts.create_pause_alerts(log_ids, find_error_code(code, phase), phase)


def _pause(log_id, code):
    return blast_control.pause_blasts_for_fault(
        db.text("message_logs.id = :id").bindparams(id=log_id), "cause", code
    )


def waiting_blasts(app, *bodies):
    """Released blasts of an app whose engine does not run."""
    add_phones(app, ZOE)
    blast_id = [start_blast(app, body) for body in bodies]
    with app.app_context():
        release_due_blasts(now() + timedelta(minutes=1))
    return [get_log(app, blast_id).id for blast_id in blast_id]


def test_a_pause_by_receipts_is_told_once_and_says_nothing_of_anybody(
    sending_app, twilio, room, background
):
    background(sending_app)
    log = a_running_blast(sending_app, twilio)
    assert set(twilio.send_callbacks(sending_app, ("undelivered",), code=NOT_REGISTERED)) == {204}
    wait_until(lambda: twilio.sent_to(ADA_PHONE), "the text to the admin")
    assert room.wait_for(1) == [
        {
            "event": "blast.paused",
            "blast": log.id,
            "cause": "The sender number is not registered with US carriers.",
            "fix": (
                "Register the number for US texts (A2P 10DLC) in the Twilio console. "
                "Resume when it is approved."
            ),
            "code": NOT_REGISTERED,
            "at": room.told[0]["at"],
            "link": f"http://sms.example.org/blasts/logs/{log.id}",
            "text": room.told[0]["text"],
        }
    ]
    posted_text = json.dumps(room.told)
    assert not [word for word in ("picnic", "Person", "+1", "555") if word in posted_text]
    [alert] = wait_until(
        lambda: [alert for alert in kept(sending_app) if alert.tries],
        "the try to be written down",
    )
    assert (alert.tries, alert.next_try_at) == (1, None)
    assert alert.told_at >= alert.created_at
    [text] = texts_to_ada(sending_app)
    assert (text.kind, text.message_log_id, text.sender, text.carrier) == (
        "test",
        None,
        SENDER,
        "twilio",
    )
    assert text.not_after - text.created_at == timedelta(hours=1)
    assert text.segments <= 2
    assert twilio.sent_to(ADA_PHONE)[0].body == (
        'SMS Admin: the blast "Hi friend, the picnic is at..." is paused. '
        "The sender number is not registered with US carriers. "
        f"See what to do: http://sms.example.org/blasts/logs/{log.id}"
    )


def test_the_receipts_after_the_pause_make_no_more_of_it(sending_app, twilio, room, background):
    background(sending_app)
    a_running_blast(sending_app, twilio)
    for _ in range(3):
        twilio.send_callbacks(sending_app, ("undelivered",), code=NOT_REGISTERED)
    twilio.send_callbacks(sending_app, ("failed",), code=SUSPENDED)
    room.wait_for(1)
    wait_until(lambda: twilio.sent_to(ADA_PHONE), "the text to the admin")
    assert len(kept(sending_app)) == len(texts_to_ada(sending_app)) == len(room.told) == 1


@pytest.mark.parametrize("code", F22)
def test_telling_about_a_wrong_sender_adds_no_request(make_app, twilio, room, background, code):
    """F22: exactly one POST; the chat room is told what to do; nobody is texted, the admin's
    phone neither.
    """
    sending_app = make_app(**told(twilio, room))
    with sending_app.app_context():
        add_members(30)
    twilio.answer(status=401 if code == 20003 else 400, code=code)
    background(sending_app)
    log = wait_until_paused(sending_app, start_blast(sending_app))
    [note] = room.wait_for(1)
    assert (note["blast"], note["code"]) == (log.id, code)
    assert note["cause"].endswith(".")
    assert note["fix"].endswith(".")
    assert texts_to_ada(sending_app) == []
    assert len(twilio.requests) == 1


def test_a_suspended_account_is_not_asked_to_text_the_admin(sending_app, twilio, room, background):
    """F40: 30002 by receipt. The chat room has its own way."""
    background(sending_app)
    log = a_running_blast(sending_app, twilio)
    twilio.send_callbacks(sending_app, ("failed",), code=SUSPENDED)
    assert room.wait_for(1)[0]["code"] == SUSPENDED
    assert texts_to_ada(sending_app) == []
    with sending_app.app_context():
        assert db.session.get(type(log), log.id).status == "paused"


def test_a_room_that_does_not_answer_well_is_told_again_later(sending_app, room, background):
    [log_id] = waiting_blasts(sending_app, "one")
    fault(sending_app, [log_id], WRONG_SENDER)
    room.status = 500
    began = now()
    background(sending_app)
    room.wait_for(1)
    waits = wait_until(
        lambda: [alert for alert in kept(sending_app) if alert.tries == 1],
        "the try to be written down",
    )
    assert began <= waits[0].next_try_at - timedelta(seconds=10) <= now()
    assert waits[0].told_at is None
    room.status = 204
    with sending_app.app_context(), write():
        db.session.execute(db.update(Alert).values(next_try_at=now()))
    room.wait_for(2)
    [alert] = wait_until(
        lambda: [alert for alert in kept(sending_app) if alert.told_at], "the alert to be told"
    )
    assert (alert.tries, alert.next_try_at) == (2, None)


@pytest.mark.parametrize("trouble", ["redirect", "nobody", "no address"])
def test_what_is_no_yes_counts_as_not_told(make_app, twilio, room, background, trouble, caplog):
    room.status, room.headers = 302, {"Location": room.url}
    address = {
        "redirect": room.url,
        "nobody": f"http://127.0.0.1:{find_free_port()}/{SECRET}",
        "no address": f"http://{SECRET}.invalid:99/",
    }
    sending_app = make_app(**told(twilio, room) | {"alert_webhook_url": address[trouble]})
    [log_id] = waiting_blasts(sending_app, "one")
    fault(sending_app, [log_id], WRONG_SENDER)
    background(sending_app)
    [alert] = wait_until(
        lambda: [alert for alert in kept(sending_app) if alert.tries],
        "the try to be written down",
    )
    assert alert.told_at is None
    assert alert.next_try_at is not None
    assert len(room.told) == (trouble == "redirect")
    assert f"alert {alert.id} about blast {log_id}: not taken" in caplog.text
    assert SECRET not in caplog.text


def test_a_room_that_never_answers_holds_nobody_up(make_app, twilio, room, background):
    sending_app = make_app(**told(twilio, room))
    [log_id] = waiting_blasts(sending_app, "one")
    fault(sending_app, [log_id], WRONG_SENDER)
    room.open.clear()
    background(sending_app)
    room.wait_for(1)
    with sending_app.app_context():
        add_members(40)
    wait_until_ended(sending_app, start_blast(sending_app, "two"), seconds=8)
    assert len(twilio.requests) == 41
    assert kept(sending_app)[0].tries == 0


def test_after_five_tries_it_is_given_up(app):
    [log_id] = waiting_blasts(app, "one")
    fault(app, [log_id], WRONG_SENDER)
    moment, waits = now(), []
    for _ in range(5):
        with app.app_context(), write():
            pause_alerts.store_alert_attempt(1, False, moment)
        [alert] = kept(app)
        waits.append(alert.next_try_at and (alert.next_try_at - moment).total_seconds())
    assert waits == [10, 60, 300, 1800, None]
    assert (alert.tries, alert.told_at) == (5, None)


def test_without_an_address_nothing_waits_to_be_told(app):
    [log_id] = waiting_blasts(app, "one")
    fault(app, [log_id], WRONG_SENDER)
    assert [alert.next_try_at for alert in kept(app)] == [None]
    with app.app_context():
        assert pause_alerts.list_due_alerts(now(), 10) == []


def test_a_clock_set_back_does_not_keep_an_alert_for_hours(make_app):
    """S7: what was to be tried at a moment that is now hours ahead is tried now."""
    app = make_app(alert_webhook_url="http://127.0.0.1:9/")
    [log_id] = waiting_blasts(app, "one")
    fault(app, [log_id], WRONG_SENDER)
    with app.app_context():
        assert len(pause_alerts.list_due_alerts(now() - timedelta(hours=1), 10)) == 1
        assert pause_alerts.list_due_alerts(now() - timedelta(minutes=5), 10) == []


def test_a_fault_that_pauses_several_blasts_is_an_alert_each_and_one_text(make_app):
    app = make_app(admin_test_phone=ADA_PHONE, alert_webhook_url="http://127.0.0.1:9/")
    log_ids = waiting_blasts(app, "one", "two", "three")
    fault(app, log_ids, FILTERED, "delivery")
    assert [alert.message_log_id for alert in kept(app)] == log_ids
    [text] = texts_to_ada(app)
    assert 'SMS Admin: 3 blasts are paused, starting with the blast "one".' in text.body


def test_a_storm_is_texted_once_in_ten_minutes(make_app):
    app = make_app(admin_test_phone=ADA_PHONE)
    log_ids = waiting_blasts(app, "one", "two", "three")
    fault(app, log_ids[:1], FILTERED, "delivery")
    fault(app, log_ids[1:2], FILTERED, "delivery")
    assert (len(kept(app)), len(texts_to_ada(app))) == (2, 1)
    with app.app_context(), write():
        db.session.execute(db.update(Message).values(created_at=now() - timedelta(minutes=11)))
    fault(app, log_ids[2:], FILTERED, "delivery")
    assert (len(kept(app)), len(texts_to_ada(app))) == (3, 2)


def test_an_admin_who_said_stop_is_not_texted(make_app):
    app = make_app(admin_test_phone=ADA_PHONE)
    [log_id] = waiting_blasts(app, "one")
    with app.app_context():
        add_opt_out(ADA_PHONE)
    fault(app, [log_id], FILTERED, "delivery")
    assert (len(kept(app)), texts_to_ada(app)) == (1, [])


@pytest.mark.parametrize(
    ("code", "phase", "texted"),
    [
        (SUSPENDED, "delivery", False),
        (20003, "create", False),
        (NOT_REGISTERED, "delivery", True),
        (WRONG_SENDER, "create", False),
        (21617, "create", False),
        (21609, "create", False),
        (20001, "create", False),
        (FILTERED, "delivery", True),
        (99999, "create", True),
    ],
)
def test_the_admin_is_texted_only_where_a_text_may_arrive(make_app, code, phase, texted):
    app = make_app(admin_test_phone="303 555 0199")
    [log_id] = waiting_blasts(app, "one")
    fault(app, [log_id], code, phase)
    assert len(texts_to_ada(app)) == texted


def test_the_practice_carrier_texts_the_practice_phone(make_app, background):
    app = make_app(admin_test_phone=ADA_PHONE, send_rate=2000.0)
    [log_id] = waiting_blasts(app, "one")
    fault(app, [log_id], FILTERED, "delivery")
    background(app)
    wait_until(
        lambda: [row for row in texts_to_ada(app) if row.status == "delivered"],
        "the text to arrive",
    )
    assert [row.status for row in list_messages(app, log_id)] == ["queued"]


def test_the_audit_says_that_nobody_but_the_program_paused_it(app):
    [log_id] = waiting_blasts(app, "one")
    fault(app, [log_id], WRONG_SENDER)
    page = Visitor(app)("/audit", "ada")
    assert "SMS Admin paused the blast “" in page.words
    assert "cause The sender number is not one of this Twilio account's numbers" in page.words
    with app.app_context():
        [event] = db.session.scalars(db.select(AuditEvent)).all()
    assert (event.verb, event.who, event.about, event.client_ip) == (
        "blast.paused",
        "SMS Admin",
        f"blast {log_id}",
        None,
    )


def test_a_pause_by_a_person_is_told_to_nobody(app):
    [log_id] = waiting_blasts(app, "one")
    with app.app_context(), write():
        assert blast_control.pause_blast(log_id)
        failure_reactions.pause_blasts_of_sender(
            "+13035550100", "twilio", find_error_code(WRONG_SENDER)
        )
    assert kept(app) == []


def test_every_alert_text_is_within_two_parts_even_for_a_blast_of_emoji(make_app):
    app = make_app(admin_test_phone=ADA_PHONE)
    [log_id] = waiting_blasts(app, "🎉 " * 60)
    fault(app, [log_id], FILTERED, "delivery")
    [text] = texts_to_ada(app)
    assert (text.encoding, text.segments <= 2) == ("GSM-7", True)
    assert list_attempts(app) == []
    assert make_phone(0) not in text.body

"""Calls of Twilio's that are refused are seen, with the address that their signature fits."""

import threading

import pytest

from app.core.db import write
from app.delivery.queries.catch_up_state import find_catch_up
from app.delivery.queries.refused_calls import find_refused_calls
from app.webhooks.actions import refusal_counting
from tests.sample_people import ZOE
from tests.visit import Visitor
from tests.webhooks.calls import ACCOUNT, BASE, INBOUND, OURS, TOKEN, TWILIO, call, sid, text


@pytest.fixture(autouse=True)
def each_refusal_is_stored(monkeypatch):
    """Store each refusal at once, not once in ten seconds."""
    monkeypatch.setattr(refusal_counting, "STORE_INTERVAL_SECONDS", 0.0)


def refused(app):
    """What is stored of the refused calls."""
    with app.app_context():
        return find_refused_calls("twilio")


def ready(app):
    return app.test_client().get("/ready").json


@pytest.fixture
def look(twilio_app):
    """Visit the pages of the app that Twilio calls."""
    return Visitor(twilio_app)


def refuse(app, *, base=BASE, token=TOKEN, count=1, **headers):
    """Make so many calls with a signature that does not fit."""
    for n in range(count):
        fields = {"MessageSid": sid(n), "AccountSid": ACCOUNT, "From": ZOE, "To": OURS, "Body": "a"}
        answer = call(app, INBOUND, fields, base=base, token=token, headers=headers)
        assert answer.status_code == 403


# case M18 of the messaging cases
@pytest.mark.parametrize(
    ("signed_for", "headers"),
    [
        ("http://sms.example.org", {}),
        ("https://texts.example.org", {"Host": "texts.example.org"}),
        ("https://texts.example.org", {"X-Forwarded-Host": "texts.example.org", "Host": "inner"}),
        ("https://sms.example.org:8443", {"Host": "sms.example.org:8443"}),
    ],
)
def test_the_address_that_the_signature_fits_is_found(twilio_app, signed_for, headers):
    refuse(twilio_app, base=signed_for, **headers)
    row = refused(twilio_app)
    assert (row.kind, row.fitting_url, row.count) == ("address", signed_for, 1)
    assert row.expected_url == f"{BASE}{INBOUND}"
    assert row.told_at, "one is enough: it is certain"


def test_a_wrong_token_fits_no_address_and_is_told_after_three(twilio_app):
    refuse(twilio_app, token="z" * 32)
    row = refused(twilio_app)
    assert (row.kind, row.fitting_url, row.told_at) == ("signature", None, None)
    refuse(twilio_app, token="z" * 32, count=2)
    row = refused(twilio_app)
    assert row.count == 3
    assert row.told_at
    with twilio_app.app_context():
        assert find_catch_up("twilio").requested_at, "what the calls said is fetched"


def test_another_account_is_said(twilio_app):
    fields = {"MessageSid": sid(1), "AccountSid": "AC" + "9" * 32, "From": ZOE, "Body": "a"}
    assert call(twilio_app, INBOUND, fields).status_code == 403
    assert refused(twilio_app).kind == "account"


def test_what_strangers_send_is_only_logged(twilio_app):
    """Neither no signature at all nor a made-up one for a made-up account reaches the page."""
    client = twilio_app.test_client()
    assert client.post(INBOUND, data={"AccountSid": ACCOUNT, "Body": "x"}).status_code == 403
    call(twilio_app, INBOUND, {"AccountSid": "AC" + "0" * 32, "Body": "x"}, token="none")
    assert refused(twilio_app) is None


def test_the_first_page_and_ready_say_so_until_a_call_is_taken(twilio_app, look):
    assert "refused_calls" not in ready(twilio_app)
    refuse(twilio_app, base="http://sms.example.org", count=3)
    page = look("/", "ada").text
    assert "3 requests from Twilio refused" in page
    assert f"{BASE}{INBOUND}" in page
    assert "Set PUBLIC_BASE_URL to that address" in page
    status = ready(twilio_app)
    assert status["refused_calls"] == 3
    assert "PUBLIC_BASE_URL" in status["warnings"][0]
    assert "http" not in status["warnings"][0], "the page is public: no address in it"
    text(twilio_app, "It works")
    with twilio_app.app_context():
        refusal_counting.settle_refused_calls("twilio")
    assert refused(twilio_app) is None
    assert "calls of Twilio" not in look("/", "ada").text


def test_a_database_that_is_busy_keeps_nobody_waiting(twilio_app, monkeypatch):
    """The count is stored later; the call has its 403 at once."""
    monkeypatch.setattr(refusal_counting, "LOCK_WAIT_SECONDS", 0.05)
    with twilio_app.app_context(), write():
        fields = {"MessageSid": sid(1), "AccountSid": ACCOUNT, "From": ZOE, "Body": "a"}
        answers = []
        thread = threading.Thread(
            target=lambda: answers.append(call(twilio_app, INBOUND, fields, token="z").status_code)
        )
        thread.start()
        thread.join()
    assert answers == [403]
    with twilio_app.app_context():
        refusal_counting.store_refused_calls("twilio")
    assert refused(twilio_app).count == 1


# case F15 of the security cases
def test_a_call_to_a_name_that_is_not_served_is_refused_and_seen(make_app, caplog):
    """Twilio calls texts.example.org, and only PUBLIC_BASE_URL's own name is served."""
    app = make_app(**TWILIO, public_base_url=BASE, trusted_hosts=("sms.example.org",))
    fields = {"MessageSid": sid(1), "AccountSid": ACCOUNT, "From": ZOE, "Body": "a"}
    other = "https://texts.example.org"
    answer = call(app, INBOUND, fields, base=other, headers={"Host": "texts.example.org"})
    assert answer.status_code == 400
    assert refused(app).fitting_url == other
    for host in ("evil.example", "evil.example\x01", ""):
        answer = app.test_client().post(INBOUND, data=fields, headers={"Host": host})
        assert answer.status_code in (400, 403)
    assert refused(app).count == 1
    assert "Traceback" not in caplog.text

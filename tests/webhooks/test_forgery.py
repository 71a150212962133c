"""Who may come in: whoever signs with our account's key, at our public address.

Cases W1, W2, W6, W8, W15, W16, W28.
"""

import hmac
import logging
import threading
import time
import urllib.error
import urllib.request
from urllib.parse import urlencode

import pytest
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

from app.core.logging_config import ThrottledWarning
from app.delivery.carriers import twilio_signature
from app.delivery.carriers.twilio_signature import SIGNATURE_HEADER, compute_signature
from tests.gunicorn_server import GunicornServer
from tests.sample_people import ZOE
from tests.webhooks.calls import (
    ACCOUNT,
    BASE,
    FORM,
    INBOUND,
    OURS,
    SID,
    STATUS,
    TOKEN,
    TWILIO,
    armed_text,
    call,
    events,
    receipt,
    sid,
)

FIELDS = {
    "MessageSid": SID,
    "AccountSid": ACCOUNT,
    "From": ZOE,
    "To": OURS,
    "Body": "Hi",
}
OLD = "old" * 10


# case W1 of docs/cases.md
@pytest.mark.parametrize("path", [INBOUND, STATUS, f"{STATUS}/{'f' * 32}"])
@pytest.mark.parametrize("given", [None, "", "wrong", "é" * 20, "A" * 28, "\udce9"])
def test_without_a_good_signature_nothing_comes_in(twilio_app, path, given, caplog):
    """W1: missing, empty, not ASCII, wrong: 403 without a word, no row, counted, and it never
    breaks anything.
    """
    headers = (
        {}
        if given is None
        else {SIGNATURE_HEADER: given.encode("utf-8", "surrogateescape").decode("latin-1")}
    )
    answer = twilio_app.test_client().post(
        path, data={"MessageSid": SID, "Body": "STOP", "From": ZOE}, headers=headers
    )
    assert (answer.status_code, answer.data) == (403, b"")
    assert events(twilio_app) == []
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "wrong signature" in caplog.text


# case W2 of docs/cases.md
def test_another_account_is_refused(twilio_app, caplog):
    """W2: our key and another account; another key and our account."""
    assert call(twilio_app, INBOUND, FIELDS | {"AccountSid": "AC" + "9" * 32}).status_code == 403
    assert "another Twilio account" in caplog.text
    assert call(twilio_app, INBOUND, FIELDS, token="z" * 32).status_code == 403
    assert events(twilio_app) == []


# case W6 of docs/cases.md
@pytest.mark.parametrize(
    "lies",
    [
        {"Host": "evil.example"},
        {
            "X-Forwarded-Host": "evil.example",
            "X-Forwarded-Proto": "http",
            "X-Forwarded-Port": "8000",
        },
        {"Forwarded": "host=evil.example;proto=http"},
    ],
)
@pytest.mark.parametrize("proxies", [0, 1])
def test_only_our_public_address_counts(make_app, lies, proxies):
    """W6: whatever Host and the proxies' headers say, trusted or not."""
    twilio_app = make_app(**TWILIO, public_base_url=BASE, trust_proxy=proxies)
    _, ref = armed_text(twilio_app)
    assert receipt(twilio_app, ref, "sent", headers=lies).status_code == 204
    assert (
        receipt(twilio_app, ref, "delivered", headers=lies, base="https://evil.example").status_code
        == 403
    )


# case W6 of docs/cases.md
def test_a_signature_for_the_inner_address_is_refused(twilio_app):
    """W6: the address behind the proxy is not ours."""
    _, ref = armed_text(twilio_app)
    assert receipt(twilio_app, ref, "sent", base="http://127.0.0.1:5000").status_code == 403


# case W8 of docs/cases.md
@pytest.mark.parametrize("query", ["?n=%C3%A9&x=%2Fa%7E&e=", "?", "?a=b+c&d=%2b"])
def test_the_raw_target_is_what_is_signed(twilio_app, query):
    """W8: the address as it came over the wire, before anybody decoded it."""
    path = INBOUND + query
    headers = {SIGNATURE_HEADER: compute_signature(BASE + path, FIELDS, TOKEN)}
    answer = twilio_app.test_client().post(
        path, data=FIELDS, headers=headers, environ_overrides={"RAW_URI": path}
    )
    assert answer.status_code == 200


# case W8 of docs/cases.md
@pytest.mark.slow
def test_a_real_server_hands_the_raw_target_on(make_settings):
    """W8: over a socket, bare question mark and all."""
    environment = {name.upper(): value for name, value in TWILIO.items()}
    with GunicornServer(
        make_settings().database_path, **environment, SCHEDULER_ENABLED="0"
    ) as server:
        for query in ("?n=%C3%A9&x=%2Fa%7E&e=", "?"):
            assert _post(server.url + INBOUND + query, FIELDS) == 200


# case W16 of docs/cases.md
def test_the_old_key_holds_as_long_as_it_is_set(make_app):
    """W16: both while TWILIO_AUTH_TOKEN_PREVIOUS is set; afterwards the new one only."""
    twilio_app = make_app(**TWILIO, public_base_url=BASE, twilio_auth_token_previous=OLD)
    _, ref = armed_text(twilio_app)
    assert receipt(twilio_app, ref, "sent", token=OLD).status_code == 204
    assert receipt(twilio_app, ref, "delivered").status_code == 204
    later = make_app(**TWILIO, public_base_url=BASE)
    assert receipt(later, ref, "delivered", token=OLD).status_code == 403
    assert receipt(later, ref, "delivered").status_code == 204


# case W28 of docs/cases.md
@pytest.mark.parametrize("fits", [True, False])
def test_signatures_are_compared_in_constant_time(twilio_app, monkeypatch, fits):
    """W28: by hmac.compare_digest, every time."""
    asked = []
    monkeypatch.setattr(
        twilio_signature.hmac,
        "compare_digest",
        lambda one, other: asked.append((one, other)) or fits,
    )
    assert call(twilio_app, INBOUND, FIELDS).status_code == (200 if fits else 403)
    assert asked
    assert twilio_signature.hmac is hmac


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"Body": "two\nlines, 😀 + & = %", "Empty": ""},
        [("MediaUrl", "b"), ("MediaUrl", "a"), ("MediaUrl", "a"), ("A", "")],
        [("b", "1"), ("B", "2"), ("a", "é"), ("ab", ""), ("a", "b")],
    ],
)
def test_we_sign_as_twilios_own_library_does(fields):
    theirs = RequestValidator(TOKEN).compute_signature(BASE + INBOUND, MultiDict(fields))
    assert compute_signature(BASE + INBOUND, fields, TOKEN) == theirs


# case W15 of docs/cases.md
def test_a_flood_of_forgeries_is_a_line_a_minute_and_one_small_row(twilio_app, caplog):
    """W15: the log does not grow with it, the database by a count, and who signs comes in."""
    path = twilio_app.extensions["settings"].database_path
    _, ref = armed_text(twilio_app)
    receipt(twilio_app, ref, "sent", token="z" * 32)  # its count is stored, ten seconds' worth
    before = path.stat().st_size, path.with_name(path.name + "-wal").stat().st_size
    for _ in range(500):
        assert receipt(twilio_app, ref, "sent", token="z" * 32).status_code == 403
    assert (
        path.stat().st_size,
        path.with_name(path.name + "-wal").stat().st_size,
    ) == before
    assert len(caplog.records) == 1
    assert receipt(twilio_app, ref, "delivered").status_code == 204


# case W15 of docs/cases.md
def test_how_many_there_were_is_said_after_a_while(caplog):
    """W15: the first at once; then how many, with the time they took."""
    seldom = ThrottledWarning(
        "app.webhooks", "one came", "%s more came in the last %s seconds", 0.2
    )
    with caplog.at_level(logging.WARNING):
        for _ in range(5):
            seldom.record_occurrence()
        time.sleep(0.25)
        seldom.record_occurrence()
    assert [record.getMessage() for record in caplog.records] == [
        "one came",
        "5 more came in the last 0 seconds",
    ]


# case W15 of docs/cases.md
@pytest.mark.slow
def test_a_real_server_under_a_flood_serves_pages_and_good_calls(make_settings):
    """W15: some seconds of it, with production's access log. No page waits half a second for it."""
    environment = {name.upper(): value for name, value in TWILIO.items()} | {
        "APP_ENV": "production",
        "SECRET_KEY": "0123456789-secret-key-abcdef",
        "SCHEDULER_ENABLED": "0",
        "PUBLIC_BASE_URL": BASE,
    }
    with GunicornServer(make_settings().database_path, **environment) as server:
        over = threading.Event()
        refused: list[int] = []

        def flood():
            while not over.wait(0.02):  # four of them: 200 a second at most
                refused.append(
                    _post(
                        server.url + STATUS,
                        {"MessageSid": SID, "MessageStatus": "sent"},
                        token="wrong",
                    )
                )

        flooding = [threading.Thread(target=flood) for _ in range(4)]
        for each in flooding:
            each.start()
        try:
            pages = sorted(_seconds(server.url + "/login") for _ in range(40))
            good = {
                _post(
                    server.url + STATUS,
                    {"MessageSid": sid(n), "MessageStatus": "sent", "AccountSid": ACCOUNT},
                    BASE,
                )
                for n in range(40)
            }
        finally:
            over.set()
            for each in flooding:
                each.join()
        server.stop()
        said = server.said
    assert set(refused) == {403}
    assert good == {204}
    assert sorted(pages)[len(pages) * 95 // 100] < 0.5
    assert said.count("wrong signature") == 1
    assert f"POST {STATUS} 403" not in said
    assert f"POST {STATUS} 204" in said


def _post(url, fields, base=None, token=TOKEN):
    path = url[url.index("/webhooks") :]
    signed = {
        SIGNATURE_HEADER: compute_signature((base or url.removesuffix(path)) + path, fields, token),
        "Content-Type": FORM,
    }
    request = urllib.request.Request(url, urlencode(fields).encode(), signed)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status
    except urllib.error.HTTPError as refusal:
        return refusal.code


def _seconds(url):
    start = time.monotonic()
    with urllib.request.urlopen(url, timeout=60) as answer:
        answer.read()
    return time.monotonic() - start

"""What is not read: too much, too slowly, in another form, at another address.

Cases W11, W12, W17.
"""

import io
import socket
import time
from contextlib import ExitStack
from urllib.parse import urlencode

import pytest
from werkzeug.test import EnvironBuilder, run_wsgi_app

from app.webhooks.views.request_verification import MAX_BODY_BYTES, MAX_FORM_FIELDS
from tests.gunicorn_server import Served, until
from tests.webhooks.calls import (
    ACCOUNT,
    FORM,
    INBOUND,
    SID,
    STATUS,
    TWILIO,
    armed_text,
    call,
    events,
    receipt,
)

PATHS = [INBOUND, STATUS, f"{STATUS}/{'f' * 32}"]


def in_chunks(app, body):
    """The status of a post that does not say how long it is, as gunicorn hands it on."""
    environ = EnvironBuilder(
        INBOUND, method="POST", content_type=FORM, input_stream=io.BytesIO(body)
    ).get_environ()
    del environ["CONTENT_LENGTH"]
    environ |= {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
    return int(run_wsgi_app(app.wsgi_app, environ)[1].split()[0])


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("query", ["", "?bodySHA256=" + "0" * 64])
def test_w11_json_and_multipart_are_not_read(town, path, query):
    """W11: 415, with and without Twilio's mark for a JSON body; never 500."""
    client = town.test_client()
    assert client.post(path + query, json={"MessageSid": SID}).status_code == 415
    answer = client.post(path + query, data={"a": "1"}, content_type="multipart/form-data")
    assert (answer.status_code, answer.data) == (415, b"")
    assert client.post(path + query, data=b"{}", content_type="").status_code == 415
    assert events(town) == []


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["get", "put", "head", "delete", "patch"])
def test_w11_other_methods_are_405(town, path, method):
    """W11: these doors take posts."""
    assert getattr(town.test_client(), method)(path).status_code == 405


def test_w12_a_large_body_is_not_read(town):
    """W12: 64 kB and not a byte more, whether it says how long it is or not."""
    client, body = town.test_client(), b"Body=" + b"x" * (MAX_BODY_BYTES - 4)
    assert client.post(INBOUND, data=body, content_type=FORM).status_code == 413
    assert in_chunks(town, body) == 413
    assert in_chunks(town, body[:-1]) == 403
    assert in_chunks(town, b"") == 403
    assert client.post(INBOUND, data=body[:-1], content_type=FORM).status_code == 403


def test_w12_many_fields_are_refused_before_they_are_looked_at(town):
    """W12: 10,000 of them, one name or many; in a tenth of a second.

    What Twilio could send is taken.
    """
    many = [
        {f"f{n}": "" for n in range(10_000)},
        [("f", str(n)) for n in range(10_000)],
    ]
    for fields in many:
        body, best = urlencode(fields), 1.0
        for _ in range(3):  # the quickest counts: others use this machine too
            start = time.perf_counter()
            assert town.test_client().post(INBOUND, data=body, content_type=FORM).status_code == 413
            best = min(best, time.perf_counter() - start)
        assert best < 0.1
    assert call(town, STATUS, {f"f{n}": "" for n in range(MAX_FORM_FIELDS)}).status_code == 204


@pytest.mark.slow
def test_w12_who_sends_slowly_does_not_keep_the_threads(make_settings):
    """W12: a length that is a lie, and a body that drips.

    Eight such callers hold all threads, but not for long.
    """
    environment = {name.upper(): value for name, value in TWILIO.items()}
    head = f"POST {STATUS} HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM}\r\nContent-Length: 5000"
    with (
        Served(make_settings().database_path, **environment, SCHEDULER_ENABLED="0") as server,
        ExitStack() as held,
    ):
        lines = [
            held.enter_context(socket.create_connection(("127.0.0.1", server.port)))
            for _ in range(8)
        ]
        for line in lines:
            line.sendall(head.encode() + b"\r\n\r\nBody=")
        start = time.monotonic()

        def served_again():
            for line in lines[:4]:
                line.send(b"x")
            return server.answers()

        until(served_again, "a thread to be free", 30, every=0.3)
        assert time.monotonic() - start < 20
        for line in lines[4:]:
            line.settimeout(20)
            assert line.recv(100).startswith(b"HTTP/1.1 408")


@pytest.mark.parametrize(
    "path",
    [INBOUND + "/", STATUS + "/", f"{STATUS}/{'f' * 32}/", "/webhooks//twilio/status"],
)
def test_w17_another_spelling_is_never_redirected(make_app, path):
    """W17: a redirect would lose the body.

    With a slash behind it, over plain http, with a slash too many.
    """
    town = make_app(**TWILIO, public_base_url="http://sms.example.org", trust_proxy=1)
    fields = {"MessageSid": SID, "MessageStatus": "sent", "AccountSid": ACCOUNT}
    answer = call(
        town,
        path,
        fields,
        base="http://sms.example.org",
        headers={"X-Forwarded-Proto": "http"},
    )
    assert answer.status_code in {200, 204, 404}


def test_a_ref_that_is_none_is_404(town):
    """W13: 32 hexadecimal digits or nothing."""
    for ref in ("nonsense", "F" * 32, "f" * 31, "f" * 33, "0" * 31 + "²"):
        answer = receipt(town, ref, "sent")
        assert (answer.status_code, answer.data) == (404, b"")
    assert events(town) == []


def test_a_broken_form_breaks_nothing(town):
    _, ref = armed_text(town)
    for body in (b"", b"&&&&", b"=", b"%", b"%zz=%", b"a;b", b"\x00=\x00", b"+"):
        assert (
            town.test_client().post(f"{STATUS}/{ref}", data=body, content_type=FORM).status_code
            == 403
        )

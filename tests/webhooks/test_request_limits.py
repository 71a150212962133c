"""What is not read: too much, too slowly, in another form, at another address.

Cases W11, W12, W17.
"""

import io
import socket
from contextlib import ExitStack
from urllib.parse import urlencode

import pytest
from werkzeug.test import EnvironBuilder, run_wsgi_app

from app.webhooks.views.request_verification import MAX_BODY_BYTES, MAX_FORM_FIELDS
from tests.gunicorn_server import GunicornServer, wait_until
from tests.speed_limits import limit_seconds
from tests.stopwatch import Stopwatch
from tests.webhooks.calls import (
    ACCOUNT,
    FORM,
    INBOUND,
    OURS,
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


# case W11 of docs/cases.md
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("query", ["", "?bodySHA256=" + "0" * 64])
def test_json_and_multipart_are_not_read(twilio_app, path, query):
    """W11: 415, with and without Twilio's mark for a JSON body; never 500."""
    client = twilio_app.test_client()
    assert client.post(path + query, json={"MessageSid": SID}).status_code == 415
    answer = client.post(path + query, data={"a": "1"}, content_type="multipart/form-data")
    assert (answer.status_code, answer.data) == (415, b"")
    assert client.post(path + query, data=b"{}", content_type="").status_code == 415
    assert events(twilio_app) == []


# case W11 of docs/cases.md
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["get", "put", "head", "delete", "patch"])
def test_other_methods_are_405(twilio_app, path, method):
    """W11: these doors take posts."""
    assert getattr(twilio_app.test_client(), method)(path).status_code == 405


# case W12 of docs/cases.md
def test_a_large_body_is_not_read(twilio_app):
    """W12: 64 kB and not a byte more, whether it says how long it is or not."""
    client, body = twilio_app.test_client(), b"Body=" + b"x" * (MAX_BODY_BYTES - 4)
    assert client.post(INBOUND, data=body, content_type=FORM).status_code == 413
    assert in_chunks(twilio_app, body) == 413
    assert in_chunks(twilio_app, body[:-1]) == 403
    assert in_chunks(twilio_app, b"") == 403
    assert client.post(INBOUND, data=body[:-1], content_type=FORM).status_code == 403


# case W12 of docs/cases.md
def test_many_fields_are_refused_before_they_are_looked_at(twilio_app):
    """W12: 10,000 of them, one name or many; in a tenth of a second.

    What Twilio could send is taken.
    """
    many = [
        {f"f{n}": "" for n in range(10_000)},
        [("f", str(n)) for n in range(10_000)],
    ]
    for fields in many:
        body, client = urlencode(fields), twilio_app.test_client()
        with limit_seconds(0.1):
            answer = client.post(INBOUND, data=body, content_type=FORM)
        assert answer.status_code == 413
    fields = {"AccountSid": ACCOUNT, "MessageSid": SID}
    fields |= {f"f{n}": "" for n in range(MAX_FORM_FIELDS - len(fields))}
    assert call(twilio_app, STATUS, fields).status_code == 204


# case W12 of docs/cases.md
@pytest.mark.slow
def test_who_sends_slowly_does_not_keep_the_threads(make_settings):
    """W12: a length that is a lie, and a body that drips.

    Eight such callers hold all threads, but not for long.
    """
    environment = {name.upper(): value for name, value in TWILIO.items()}
    head = f"POST {STATUS} HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM}\r\nContent-Length: 5000"
    with (
        GunicornServer(
            make_settings().database_path, **environment, SCHEDULER_ENABLED="0"
        ) as server,
        ExitStack() as held,
    ):
        lines = [
            held.enter_context(socket.create_connection(("127.0.0.1", server.port)))
            for _ in range(8)
        ]
        for line in lines:
            line.sendall(head.encode() + b"\r\n\r\nBody=")
        stopwatch = Stopwatch()

        def served_again():
            for line in lines[:4]:
                line.send(b"x")
            return server.answers()

        wait_until(served_again, "a thread to be free", 30, every=0.3)
        assert stopwatch.seconds < 20
        for line in lines[4:]:
            line.settimeout(20)
            assert line.recv(100).startswith(b"HTTP/1.1 408")


# case W17 of docs/cases.md
@pytest.mark.parametrize(
    "path",
    [INBOUND + "/", STATUS + "/", f"{STATUS}/{'f' * 32}/", "/webhooks//twilio/status"],
)
def test_another_spelling_is_never_redirected(make_app, path):
    """W17: a redirect would lose the body.

    With a slash behind it, over plain http, with a slash too many.
    """
    twilio_app = make_app(**TWILIO, public_base_url="http://sms.example.org", trust_proxy=1)
    fields = {"MessageSid": SID, "MessageStatus": "sent", "AccountSid": ACCOUNT, "From": OURS}
    answer = call(
        twilio_app,
        path,
        fields,
        base="http://sms.example.org",
        headers={"X-Forwarded-Proto": "http"},
    )
    assert answer.status_code in {200, 204, 404}


def test_a_ref_that_is_none_is_404(twilio_app):
    """W13: 32 hexadecimal digits or nothing."""
    for ref in ("nonsense", "F" * 32, "f" * 31, "f" * 33, "0" * 31 + "²"):
        answer = receipt(twilio_app, ref, "sent")
        assert (answer.status_code, answer.data) == (404, b"")
    assert events(twilio_app) == []


def test_a_broken_form_breaks_nothing(twilio_app):
    _, ref = armed_text(twilio_app)
    for body in (b"", b"&&&&", b"=", b"%", b"%zz=%", b"a;b", b"\x00=\x00", b"+"):
        assert (
            twilio_app.test_client()
            .post(f"{STATUS}/{ref}", data=body, content_type=FORM)
            .status_code
            == 403
        )

"""A form is bounded before it is parsed, whether it says how long it is or not. Case F2."""

import io

import pytest
from werkzeug.test import EnvironBuilder, run_wsgi_app

from app.core.form_limits import FORM_MIMETYPE, MAX_FORM_BYTES, MAX_FORM_FIELDS

BOUNDARY = "multipart/form-data; boundary=b"
FIELD = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n%s\r\n'


def post(app, body, mimetype=FORM_MIMETYPE, *, chunked, path="/login"):
    """The status of a post, with Content-Length or as gunicorn hands on a chunked body."""
    builder = EnvironBuilder(
        path, method="POST", content_type=mimetype, input_stream=io.BytesIO(body)
    )
    environ = builder.get_environ() | {"wsgi.input_terminated": True}
    environ["CONTENT_LENGTH"] = str(len(body))
    if chunked:
        del environ["CONTENT_LENGTH"]
        environ["HTTP_TRANSFER_ENCODING"] = "chunked"
    return int(run_wsgi_app(app.wsgi_app, environ)[1].split()[0])


@pytest.mark.parametrize("chunked", [True, False])
def test_a_form_that_is_too_large_is_not_parsed(app, chunked):
    # 400: it is read, and has no token.
    assert post(app, b"a=" + b"x" * (MAX_FORM_BYTES - 2), chunked=chunked) == 400
    assert post(app, b"a=" + b"x" * (MAX_FORM_BYTES - 1), chunked=chunked) == 413
    assert post(app, b"&".join([b"a=" + b"%41" * 20_000] * 170), chunked=chunked) == 413


@pytest.mark.parametrize("chunked", [True, False])
def test_a_form_of_too_many_fields_is_not_parsed(app, chunked):
    assert post(app, b"a&" * (MAX_FORM_FIELDS - 1), chunked=chunked) == 400
    assert post(app, b"a&" * MAX_FORM_FIELDS, chunked=chunked) == 413


@pytest.mark.parametrize("chunked", [True, False])
def test_a_stranger_uploads_no_more_than_a_form(app, chunked):
    assert post(app, FIELD % b"x" + b"--b--\r\n", BOUNDARY, chunked=chunked) == 400
    many = FIELD % (b"x" * 60_000) * 10
    assert post(app, many + b"--b--\r\n", BOUNDARY, chunked=chunked) == 413
    upload = FIELD % b"x" + b"--b--\r\n"
    assert post(app, upload, BOUNDARY, chunked=chunked, path="/community/import") == 302


@pytest.mark.parametrize("part", [b"y" * (MAX_FORM_BYTES + 1), b"x"])
def test_fields_of_an_upload_are_bounded_in_size_and_number(visit, part):
    body = FIELD % part * (150 if part == b"x" else 1) + b"--b--\r\n"
    browser = visit.browser("ada")
    answer = browser.post("/community/import", data=body, content_type=BOUNDARY)
    assert answer.status_code == 413

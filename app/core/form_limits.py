"""Limits of posted forms: their size, their number of fields, and the time they may take."""

from flask import Flask, Request, current_app
from werkzeug.exceptions import RequestEntityTooLarge

from app.core.permission_checks import Entrance
from app.core.request_timeouts import limit_body_read_time

FORM_MIMETYPE = "application/x-www-form-urlencoded"
UPLOAD_MIMETYPE = "multipart/form-data"
MAX_FORM_BYTES = 512 * 1024
# The longest form of ours has a field for each selected row of a page, at most some hundred.
MAX_FORM_FIELDS = 5_000
MAX_UPLOAD_PARTS = 100
FORM_SECONDS = 15.0
# 10 MB at 1 Mbit/s take 80 s. Only signed-in users get that far (access.py).
UPLOAD_SECONDS = 120.0


class BoundedRequest(Request):
    """A request whose form is parsed only within limits, whoever asks for it first.

    Werkzeug reads a body without Content-Length up to MAX_CONTENT_LENGTH and then parses all of
    it: 10 MB of "a&a&a" took 400 MB and 5 s of anybody's single request.
    """

    max_form_parts = MAX_UPLOAD_PARTS

    def _load_form_data(self) -> None:
        """Read and parse the form. Raises RequestEntityTooLarge when it breaks a limit."""
        # As werkzeug's own method does: the form has been parsed before.
        if "form" in self.__dict__:
            return
        seconds = FORM_SECONDS
        if self._may_upload():
            seconds = UPLOAD_SECONDS
        else:
            # Without Content-Length werkzeug reads as much and ignores the rest.
            self.max_content_length = MAX_FORM_BYTES + 1
        with limit_body_read_time(self.environ, seconds):
            if self.mimetype == FORM_MIMETYPE:
                _check_form_size(self.get_data())
            super()._load_form_data()

    def _may_upload(self) -> bool:
        """Whether a file may be in it: no view that everybody may call takes one."""
        view = current_app.view_functions.get(self.endpoint or "")
        need = getattr(view, "needs", Entrance.PUBLIC)
        return self.mimetype == UPLOAD_MIMETYPE and need is not Entrance.PUBLIC


def _check_form_size(body: bytes) -> None:
    if len(body) > MAX_FORM_BYTES or body.count(b"&") >= MAX_FORM_FIELDS:
        raise RequestEntityTooLarge


def install_form_limits(app: Flask) -> None:
    """Bound every form that `app` parses."""
    app.request_class = BoundedRequest

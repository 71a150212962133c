"""What was typed into a form that was refused because its token was no longer valid."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import request

from app.core.access import parse_local_path
from app.domain.texts.contained_phrases import contains_any

NEVER_KEPT_PARTS = ("password", "token", "secret", "code")
# Of names and values together: each field is also a tag of the page.
MAX_KEPT_CHARACTERS = 20_000
MAX_KEPT_FIELDS = 500


@dataclass(frozen=True)
class KeptForm:
    """The fields of a refused form, to be sent again or kept until one has signed in.

    `send_url` is where it was sent; `page_url` is the page it was typed on.
    """

    fields: list[tuple[str, str]]
    send_url: str
    page_url: str

    @property
    def page_path(self) -> str:
        """The page's address without its parameters, as the script finds it again."""
        return urlsplit(self.page_url).path


def find_kept_form() -> KeptForm | None:
    """Return what this request would have sent; None for a forgery, and for nothing typed.

    A form on a page of another site is never offered to be sent again.
    """
    if request.method != "POST" or not _is_from_own_page():
        return None
    fields = collect_kept_fields()
    if not fields:
        return None
    return KeptForm(fields, find_request_path(), find_page_path())


def collect_kept_fields() -> list[tuple[str, str]] | None:
    """Return the fields of this request but secrets; None when they are too many to be kept."""
    fields = []
    for name, value in request.form.items(multi=True):
        if not contains_any(name.lower(), NEVER_KEPT_PARTS):
            fields.append((name, value))
    size = sum(len(name) + len(value) for name, value in fields)
    if len(fields) > MAX_KEPT_FIELDS or size > MAX_KEPT_CHARACTERS:
        return None
    return fields


def find_request_path() -> str:
    """Return the path of this request with its parameters."""
    return parse_local_path(request.full_path.rstrip("?")) or "/"


def find_page_path() -> str:
    """Return the path of the page that the request came from, else its own."""
    page = urlsplit(request.referrer or request.path)
    page_url = f"{page.path}?{page.query}" if page.query else page.path
    return parse_local_path(page_url) or "/"


def _is_from_own_page() -> bool:
    """Whether the browser says that a page of this site sent the form."""
    origin = urlsplit(request.headers.get("Origin", ""))
    if origin.netloc:
        return origin.netloc == request.host
    return urlsplit(request.referrer or "").netloc == request.host

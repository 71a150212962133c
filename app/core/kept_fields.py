"""What was typed into a form that was refused because its token was no longer valid."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import request

NEVER_KEPT_PARTS = ("password", "token", "secret")
MAX_KEPT_CHARACTERS = 20_000


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
    fields = [
        (name, value)
        for name, value in request.form.items(multi=True)
        if not any(part in name.lower() for part in NEVER_KEPT_PARTS)
    ]
    if not fields or sum(len(value) for _, value in fields) > MAX_KEPT_CHARACTERS:
        return None
    page = urlsplit(request.referrer or request.path)
    page_url = f"{page.path}?{page.query}" if page.query else page.path
    return KeptForm(fields, request.full_path.rstrip("?"), page_url)


def _is_from_own_page() -> bool:
    """Whether the browser says that a page of this site sent the form."""
    origin = urlsplit(request.headers.get("Origin", ""))
    if origin.netloc:
        return origin.netloc == request.host
    return urlsplit(request.referrer or "").netloc == request.host

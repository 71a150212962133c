"""Answers as gzip, because `make run` has no proxy that would compress them.

A compressed page that holds a secret beside text of the request can give the secret away by its
length (the BREACH attack), to an eavesdropper who makes the visitor's browser ask again and again.
What protects here: the cookie is SameSite=Lax, so other sites can only navigate to a page, in sight
of its user; the form token's signature changes every second; and the length of every answer is
random within 100 bytes, which drowns the one byte that a guess would save (as Django does it).
"""

import gzip
import io
import secrets

from flask import Flask, Response, request

COMPRESSED_TYPES = {
    "text/html",
    "text/css",
    "text/javascript",
    "application/javascript",
    "application/json",
    "image/svg+xml",
}
# Of an answer while somebody waits: level 9 takes four times as long for 2 % less.
PAGE_LEVEL = 5
SMALLEST_PAGE_BYTES = 600
MAX_RANDOM_BYTES = 100


def accepts_gzip() -> bool:
    """Whether the browser of this request reads gzip."""
    return request.accept_encodings["gzip"] > 0


def compress(content: bytes, level: int, name: str = "") -> bytes:
    """Return `content` as gzip. `name` is the file name in its header, which only adds length."""
    buffer = io.BytesIO()
    with gzip.GzipFile(name, "wb", level, buffer, mtime=0) as file:
        file.write(content)
    return buffer.getvalue()


def install_compression(app: Flask) -> None:
    """Compress the pages of `app` for browsers that read gzip."""
    app.after_request(_compress_page)


def _compress_page(response: Response) -> Response:
    if response.mimetype not in COMPRESSED_TYPES or _must_stay(response):
        return response
    response.vary.add("Accept-Encoding")
    if not accepts_gzip():
        return response
    name = "x" * secrets.randbelow(MAX_RANDOM_BYTES)
    response.set_data(compress(response.get_data(), PAGE_LEVEL, name))
    response.headers["Content-Encoding"] = "gzip"
    return response


def _must_stay(response: Response) -> bool:
    """Whether it is a stream, compressed already, without content, or too short to gain."""
    if response.is_streamed or response.direct_passthrough:
        return True
    if response.status_code in (204, 304) or "Content-Encoding" in response.headers:
        return True
    return (response.content_length or 0) < SMALLEST_PAGE_BYTES

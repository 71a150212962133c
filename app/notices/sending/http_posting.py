"""One request to an address that an admin gave: ten seconds, no redirect, the answer unread."""

import http.client
import urllib.error
import urllib.request
from typing import Any

TIMEOUT_SECONDS = 10
USER_AGENT = "SMS-Admin"


class RequestFailed(Exception):
    """An address did not take a request. `word`: unreachable, or "http_404" and the like.

    The address is a secret: it is in no message.
    """

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: it would carry the contents to a host that nobody chose."""

    def redirect_request(self, *parts: Any) -> None:
        """Return no request, so that the answer itself is the result."""


_OPENER = urllib.request.build_opener(_NoRedirects)


def send_request(
    url: str, body: bytes | None = None, headers: dict[str, str] | None = None
) -> None:
    """POST a body, or GET without one. Raises RequestFailed unless the answer is a 2xx."""
    # urllib would open files, too.
    if not url.startswith(("http://", "https://")):
        raise RequestFailed("unreachable")
    sent_headers = {"User-Agent": USER_AGENT} | (headers or {})
    try:
        request = urllib.request.Request(url, data=body, headers=sent_headers)
        with _OPENER.open(request, timeout=TIMEOUT_SECONDS) as response:
            status = response.status
    except urllib.error.HTTPError as error:
        error.close()
        status = error.code
    # No cause in the traceback: it would name the address.
    except (OSError, http.client.HTTPException, ValueError):
        raise RequestFailed("unreachable") from None
    if not 200 <= status < 300:
        raise RequestFailed(f"http_{status}")

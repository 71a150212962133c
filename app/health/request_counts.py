"""Counts the requests of this process by kind and answer."""

import threading
from collections import Counter

from flask import Response, request

_lock = threading.Lock()
_counts: Counter[tuple[str, str]] = Counter()


def count_request(response: Response) -> Response:
    """Count a request after its answer was made; return the answer."""
    kind = "webhook" if request.path.startswith("/webhooks/") else "page"
    with _lock:
        _counts[kind, f"{response.status_code // 100}xx"] += 1
    return response


def list_request_counts() -> list[tuple[str, str, int]]:
    """Return kind, class of answer and number, in a fixed order."""
    with _lock:
        return sorted((kind, code, count) for (kind, code), count in _counts.items())

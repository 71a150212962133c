"""Responses that need no thread: to requests that come too slowly, too large, or too many."""

CONTINUE_RESPONSE = b"HTTP/1.1 100 Continue\r\n\r\n"
RETRY_SECONDS = 5
BUSY_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Too many at once</title>
<meta name="viewport" content="width=device-width"></head>
<body><h1>Too many people at once</h1>
<p>Nothing was saved. Texts go on being sent and received. Wait a few seconds, go back and try
again.</p></body></html>
"""


def build_early_response(status: str, body: str = "", *extra_headers: str) -> bytes:
    """Return the bytes of a response after which the connection is closed."""
    content = body.encode()
    lines = [
        f"HTTP/1.1 {status}",
        "Content-Type: text/html; charset=utf-8",
        f"Content-Length: {len(content)}",
        "Cache-Control: no-store",
        "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'",
        "X-Content-Type-Options: nosniff",
        "Connection: close",
        *extra_headers,
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


BUSY_RESPONSE = build_early_response(
    "503 Service Unavailable", BUSY_PAGE, f"Retry-After: {RETRY_SECONDS}"
)
TOO_SLOW_RESPONSE = build_early_response("408 Request Timeout")
HEAD_TOO_LARGE_RESPONSE = build_early_response("431 Request Header Fields Too Large")

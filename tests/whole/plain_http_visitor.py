"""Somebody at a browser, over real HTTP: keeps cookies, sends the token of the page they are on."""

import http.cookiejar
import re
import urllib.error
import urllib.parse
import urllib.request


class PlainHttpVisitor:
    """`go(path)` is a GET, `send(path, **fields)` a POST from the page at `path` or at `page`;
    both give the text.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))
        self.status = 0

    def go(self, path: str) -> str:
        return self._open(urllib.request.Request(self.url + path))

    def send(self, path: str, page: str = "", **fields: str) -> str:
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.go(page or path)).group(1)
        body = urllib.parse.urlencode({"csrf_token": token, **fields}).encode()
        return self._open(urllib.request.Request(self.url + path, body))

    def upload(self, path: str, name: str, data: str) -> str:
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.go(path)).group(1)
        edge = "a-line-between-the-parts"
        head = f"--{edge}\r\nContent-Disposition: form-data; name="
        parts = (
            f'{head}"csrf_token"\r\n\r\n{token}\r\n',
            f'{head}"file"; filename="{name}"\r\n\r\n{data}\r\n--{edge}--\r\n',
        )
        kind = {"Content-Type": f"multipart/form-data; boundary={edge}"}
        return self._open(urllib.request.Request(self.url + path, "".join(parts).encode(), kind))

    def _open(self, request: urllib.request.Request) -> str:
        try:
            answer = self.opener.open(request, timeout=60)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            self.status = answer.status
            return answer.read().decode()

"""One real Chromium, and visits to it that hear every complaint the browser has about a page."""

import os
import shutil
from contextlib import contextmanager
from urllib.parse import urlsplit

from playwright.sync_api import sync_playwright

# The one without windows first: it takes a quarter less processor time for the same pages, since
# each window of the others draws tabs and buttons that nobody sees.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A page lives for a second: what the optimizing compilers of V8 would make of its scripts
    # and of axe takes longer than it saves (a seventh of the renderer's processor time).
    "--js-flags=--no-opt --no-maglev",
]
# The browser says this about every page with an error's status, and a page that shows mistakes
# (422) is one.
SAID_OF_STATUS = "Failed to load resource: the server responded with a status of "
PATIENCE = 60_000


def program() -> str:
    """Where the browser is. Without one the tests fail: what nobody looked at is not tested."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    assert found, (
        "There is no Chromium: install Debian's chromium-headless-shell, "
        "or set CHROMIUM=/path/to/a/browser."
    )
    return found


@contextmanager
def launched():
    """The browser, until the block ends."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


class Visits:
    """Opens windows on one server, each signed in as somebody or as nobody.

    `complaints` is what the browser minded.
    """

    def __init__(self, browser, url, sign_in=None) -> None:
        self.browser, self.url, self.sign_in = browser, url, sign_in or {}
        self.complaints: list[str] = []
        self.contexts: list = []
        self.seen: dict[str, dict] = {}

    def __call__(self, address=None, who="", *, width=1280, theme="light", **more):
        """A new window; `who` must be one of the names that `sign_in` has a password for."""
        if who and who not in self.seen:
            self.seen[who] = self._signed_in(who)
        page = self._window(width, theme, storage_state=self.seen.get(who), **more)
        if address:
            page.goto(self.url + address)
        return page

    def close(self):
        """Close every window."""
        for context in self.contexts:
            context.close()
        self.contexts.clear()

    def _window(self, width, theme, **more):
        size = {"width": width, "height": 900 if width > 900 else 844}
        context = self.browser.new_context(
            viewport=size, color_scheme=theme, reduced_motion="reduce", **more
        )
        context.set_default_timeout(PATIENCE)
        self.contexts.append(context)
        context.on("page", self._listen)
        return context.new_page()

    def _signed_in(self, who):
        page = self("/login")
        page.fill("#username", who)
        page.fill("#password", self.sign_in[who])
        page.click("main button:text-is('Sign in')")
        page.wait_for_url(lambda url: "/login" not in url)
        return page.context.storage_state()

    def _listen(self, page):
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on("request", self._leaves)
        page.on("response", self._answered)

    def _hear(self, message):
        # Every open page asks there, also in the moment in which its server ends.
        url = message.location.get("url", "")
        is_gone = "ERR_CONNECTION" in message.text and "/live?" in url
        # The preview asks with what is typed; after the end of the session it follows no redirect.
        is_signed_out = "ERR_FAILED" in message.text and "preview" in message.location.get(
            "url", ""
        )
        if is_gone or is_signed_out:
            return
        if message.type in {"error", "warning"} and not message.text.startswith(SAID_OF_STATUS):
            self.complaints.append(f"{url}: {message.text}")

    def _leaves(self, request):
        parts = urlsplit(request.url)
        if parts.scheme in {
            "http",
            "https",
            "ws",
            "wss",
        } and not request.url.startswith(self.url + "/"):
            self.complaints.append(f"asked another host: {request.url}")

    def _answered(self, response):
        page = response.request.is_navigation_request() and response.status in {
            400,
            403,
            404,
            422,
        }
        # Every open page asks /live, and compose saves itself, also after the session has ended.
        is_signed_out = response.status == 401 and any(
            path in response.url for path in ("/live?", "/blasts/drafts/")
        )
        if response.status >= 400 and not page and not is_signed_out:
            self.complaints.append(f"{response.status} for {response.url}")

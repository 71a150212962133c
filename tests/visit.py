"""A test client that inspects every page: title, one h1, unique ids, forms with their token."""

import re
import secrets
from collections import Counter
from html.parser import HTMLParser

from flask import Flask
from itsdangerous import URLSafeTimedSerializer

from app.accounts import queries
from app.accounts.models import AppUser
from app.core.db import db, write
from tests.sample_people import build_login_session

VOID = {
    "area",
    "base",
    "br",
    "col",
    "embed",
    "hr",
    "img",
    "input",
    "link",
    "meta",
    "source",
    "track",
    "wbr",
}


class Page(HTMLParser):
    """A response. `text` is its HTML, `words` the text that a person reads."""

    def __init__(self, response) -> None:
        super().__init__()
        self.response, self.status_code = response, response.status_code
        self.location = response.headers.get("Location", "")
        self.text = response.get_data(as_text=True)
        self.ids: Counter = Counter()
        self.forms: list[dict] = []
        self.headings, self._heading = [], None
        self.words_seen: list[str] = []
        self._skip = 0
        self.problems: list[str] = []
        if response.mimetype == "text/html" and self.text:
            self.feed(self.text)
            self._inspect()

    @property
    def words(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words_seen))

    @property
    def json(self):
        return self.response.get_json()

    def fields(self, number=-1) -> dict[str, str]:
        """Return the values that a browser would send for a form (default: the last one)."""
        return dict(self.forms[number]["fields"])

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if "id" in attributes:
            self.ids[attributes["id"]] += 1
        if tag in {"style", "script"} and "src" not in attributes:
            self.problems.append(f"inline <{tag}>")
        self.problems += [
            f"{name}= on <{tag}>" for name in attributes if name == "style" or name.startswith("on")
        ]
        if tag == "form":
            self.forms.append({"attrs": attributes, "fields": []})
        if tag == "input" and self.forms and attributes.get("name"):
            self._add_field(attributes)
        if tag == "h1":
            self._heading = ""

    def _add_field(self, attributes):
        if attributes.get("type") in {"checkbox", "radio"} and "checked" not in attributes:
            return
        if attributes.get("type") not in {"submit", "file"}:
            self.forms[-1]["fields"].append((attributes["name"], attributes.get("value") or ""))

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag):
        if tag == "h1":
            self.headings.append(" ".join((self._heading or "").split()))
            self._heading = None

    def handle_data(self, data):
        self.words_seen.append(data)
        if self._heading is not None:
            self._heading += data

    def _inspect(self):
        if "<html" not in self.text:
            return
        title = re.search(r"<title>(.*?)</title>", self.text, re.S)
        assert title, "a page without a title"
        assert title.group(1).strip(), "a page with an empty title"
        assert len(self.headings) == 1, f"one h1, not {self.headings}"
        assert not [name for name, count in self.ids.items() if count > 1], f"ids twice: {self.ids}"
        assert not self.problems, self.problems
        for form in self.forms:
            posts = form["attrs"].get("method", "get").lower() == "post"
            assert not posts or "csrf_token" in dict(form["fields"]), (
                f"a form without its token: {form['attrs']}"
            )


class Visitor:
    """Visits pages with one signed-in test client for each user name."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.browsers: dict[str, object] = {}
        self.tokens: dict[str, str] = {}

    def __call__(self, address, who="", *, follow=False, files=None, headers=None, **form):
        browser = self.browser(who)
        if not form and files is None:
            return Page(browser.get(address, headers=headers, follow_redirects=follow))
        data = {"csrf_token": self.token(who)} | form | (files or {})
        kind = {"content_type": "multipart/form-data"} if files else {}
        response = browser.post(
            address, data=data, headers=headers, follow_redirects=follow, **kind
        )
        # A large upload is in a temporary file.
        response.request.environ["wsgi.input"].close()
        return Page(response)

    def post(self, address, who="", **form):
        """POST these fields, or only the token."""
        return self(address, who, **(form or {"_": ""}))

    def browser(self, who):
        """Return the test client of this user, signed in."""
        if who not in self.browsers:
            self.browsers[who] = self.app.test_client()
            if who:
                self._sign_in(who)
        return self.browsers[who]

    def _sign_in(self, who):
        with self.app.app_context():
            user = db.session.scalar(db.select(AppUser).where(AppUser.username == who))
            cookie_id = f"{user.id}:{user.session_key}"
            if queries.load_session(cookie_id) is None:
                with write() as session:
                    session.add(build_login_session(db.session.merge(user)))
        secret = secrets.token_hex(20)
        self.tokens[who] = self._sign_token(secret)
        signed_in = {"_user_id": cookie_id, "_fresh": True, "csrf_token": secret}
        # What `session_transaction()` does, without the two requests that it imitates.
        cookie = self.app.session_interface.get_signing_serializer(self.app).dumps(signed_in)
        self.browsers[who].set_cookie(self.app.config["SESSION_COOKIE_NAME"], cookie)

    def token(self, who):
        """Return the CSRF token of this user's forms, without rendering a page to get it."""
        browser = self.browser(who)
        if who not in self.tokens:
            with browser.session_transaction() as session:
                secret = session.setdefault("csrf_token", secrets.token_hex(20))
            self.tokens[who] = self._sign_token(secret)
        return self.tokens[who]

    def _sign_token(self, secret):
        return URLSafeTimedSerializer(self.app.secret_key, salt="wtf-csrf-token").dumps(secret)

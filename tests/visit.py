"""A test client that inspects every page: title, one h1, unique ids, forms with their token."""

import re
import secrets
from collections import Counter

from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from lxml import html

from app.accounts import queries
from app.accounts.models import AppUser
from app.core.db import db, write
from app.profiles.person_addresses import build_person_url
from tests.sample_people import build_login_session

# Keeps the limits of libxml2 off: a page of 10,000 rows is read as well.
OLD_PERSON_PAGE = re.compile(r"/people/[1-9][0-9]{6,14}($|/|\?)")
PARSER = html.HTMLParser(encoding="utf-8", huge_tree=True)


class Page:
    """A response. `text` is its HTML, `words` the text that a person reads.

    lxml reads it in 0.7 ms for 100 rows; Python's html.parser takes 2.9 ms.
    """

    def __init__(self, response) -> None:
        self.response, self.status_code = response, response.status_code
        self.location = response.headers.get("Location", "")
        self.text = response.get_data(as_text=True)
        self.ids: Counter = Counter()
        self.forms: list[dict] = []
        self.headings: list[str] = []
        self.problems: list[str] = []
        self._tree = None
        if response.mimetype == "text/html" and self.text.strip():
            self._read()
            self._inspect()

    @property
    def words(self) -> str:
        if self._tree is None:
            return ""
        # Between two tags there may be a blank, as between the cells of a row.
        return re.sub(r"\s+", " ", " ".join(self._tree.xpath("//text()")))

    @property
    def json(self):
        return self.response.get_json()

    def fields(self, number=-1) -> dict[str, str]:
        """Return the values that a browser would send for a form (default: the last one)."""
        return dict(self.forms[number]["fields"])

    def _read(self):
        self._tree = html.document_fromstring(self.text.encode(), parser=PARSER)
        self.ids = Counter(self._tree.xpath("//@id"))
        self.headings = [" ".join(h1.text_content().split()) for h1 in self._tree.iter("h1")]
        inline = self._tree.xpath("//style[not(@src)] | //script[not(@src)]")
        self.problems += [f"inline <{element.tag}>" for element in inline]
        attributes = self._tree.xpath("//@*[name() = 'style' or starts-with(name(), 'on')]")
        self.problems += [f"{value.attrname}= on <{value.getparent().tag}>" for value in attributes]
        for element in self._tree.iter("form", "input"):
            if element.tag == "form":
                self.forms.append({"attrs": dict(element.attrib), "fields": []})
            elif self.forms and element.get("name"):
                self._add_field(element.attrib)

    def _add_field(self, attributes):
        if attributes.get("type") in {"checkbox", "radio"} and "checked" not in attributes:
            return
        if attributes.get("type") not in {"submit", "file"}:
            self.forms[-1]["fields"].append((attributes["name"], attributes.get("value") or ""))

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
            # Addresses of before, with the digits of a number, lead to the page of the person.
            follow = follow or OLD_PERSON_PAGE.match(address) is not None
            return Page(browser.get(address, headers=headers, follow_redirects=follow))
        data = {"csrf_token": self.token(who)} | form | (files or {})
        kind = {"content_type": "multipart/form-data"} if files else {}
        response = browser.post(
            address, data=data, headers=headers, follow_redirects=follow, **kind
        )
        # A large upload is in a temporary file.
        response.request.environ["wsgi.input"].close()
        return Page(response)

    def find_person_page(self, phone):
        """Return the address of the page of the person with this number."""
        with self.app.test_request_context():
            return build_person_url(phone)

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

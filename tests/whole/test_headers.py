"""What every answer carries, and what no address gives away. Cases A8, H1, H9, H10."""

import re
from urllib.parse import unquote

import pytest

from tests.whole.routes import ANYONE, ROUTES
from tests.whole.shared_site import for_each

READABLE = [name for name, door in ROUTES.items() if "GET" in door.methods]
# The same for everybody, whoever is signed in.
FOR_EVERYBODY = {"static", "well_known.open_password_page"}
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "font-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "report-uri": "/csp-reports",
    "report-to": "csp",
}


@for_each(READABLE)
def test_h1_every_answer_carries_the_headers_and_what_the_signed_in_see_stays_out_of_every_cache(
    site, endpoint
):
    for who in ("", "ada"):
        headers = site.open("GET", endpoint, who).headers
        policy = dict(
            part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";")
        )
        assert policy == POLICY
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "camera=(), microphone=(), geolocation=()" in headers["Permissions-Policy"]
        assert headers["Reporting-Endpoints"] == 'csp="/csp-reports"'
        assert headers["X-Request-Id"]
        assert "Strict-Transport-Security" not in headers  # it came over http
        if who and endpoint not in FOR_EVERYBODY:
            assert "no-store" in headers.get("Cache-Control", "")


@for_each([name for name, door in ROUTES.items() if door.who != ANYONE])
def test_h1_refusals_stay_out_of_every_cache_too(site, endpoint):
    method = ROUTES[endpoint].methods[0]
    answer = site.open(method, endpoint, "")
    assert answer.status_code in (302, 401, 403)
    assert answer.status_code == 403 or "no-store" in answer.headers.get("Cache-Control", "")


@for_each([name for name in READABLE if not name.startswith("sandbox.")])
def test_no_page_has_an_address_with_a_number(site, endpoint):
    """Addresses stay in histories and in the logs of proxies. Practice phones keep theirs: their
    pages are there only while no real text is sent.
    """
    text = site.open("GET", endpoint, "ada").get_data(as_text=True)
    addresses = re.findall(r"(?:href|action|hx-get|hx-post|src)=\"([^\"]*)\"", text)
    # A random id has ten digits in a row now and then.
    addresses = [re.sub(r"/people/[0-9a-f]{16}\b", "/people/id", place) for place in addresses]
    shown = [place for place in addresses if re.search(r"\+?[1-9][0-9]{9}", unquote(place))]
    assert [place for place in shown if not place.startswith("/sandbox/")] == []


def test_h1_over_https_browsers_are_told_to_stay_there(make_site):
    site = make_site(trust_proxy=1, public_base_url="https://sms.example.org")
    over_https = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.5"}
    answer = site.send("GET", "/login", "", headers=over_https)
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=")
    assert all(flag in cookie for flag in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"))
    assert "Domain" not in cookie


def test_the_session_cookie_is_for_servers_only(site):
    cookie = site.send("GET", "/login", "").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


@pytest.mark.parametrize(
    "endpoint",
    ["community.export_members", "blasts.export_blast", "community.import_bad_rows"],
)
def test_h9_downloads_are_saved_not_opened(site, endpoint):
    headers = site.open("GET", endpoint, "ada").headers
    assert headers["Content-Type"] == "text/csv; charset=utf-8"
    assert headers["Content-Disposition"].startswith('attachment; filename="')
    assert "filename*=UTF-8''" in headers["Content-Disposition"]
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "address",
    [
        "/static/",
        "/static/css/",
        "/static/../wsgi.py",
        "/static/..%2f..%2fwsgi.py",
        "/static/%2e%2e/%2e%2e/.env",
        "/static/etc/passwd",
        "/instance/sms.db",
        "/.git/config",
        "/.env",
        "/app/config.py",
        "/wsgi.py",
        "/robots.txt/..",
    ],
)
def test_h10_nothing_but_the_static_files_is_served(site, address):
    assert site.send("GET", address, "ada").status_code == 404


def test_no_header_tells_what_is_running(site):
    headers = site.open("GET", "accounts.sign_in", "").headers
    assert "X-Powered-By" not in headers
    assert not any(
        word in str(headers).lower() for word in ("flask", "werkzeug", "python", "sqlite")
    )

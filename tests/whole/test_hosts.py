"""Whom we answer: the names in TRUSTED_HOSTS, and proxies only as many as TRUST_PROXY says; and
whom we call. Case H13 (no link of a picture is ever fetched).
"""

import re
import sqlite3

import pytest

from app.core.environment import load_settings
from app.core.production_settings import list_setting_warnings
from tests.whole.sources import read_sources

# Each calls only what the environment or an admin named (docs/security.md, "Other systems").
CALLERS = {
    "app/core/mail.py",
    "app/delivery/carriers/twilio_http_client.py",
    "app/delivery/engine/alert_webhook.py",
    "app/notices/sending/http_posting.py",
}
CALLING = re.compile(r"urlopen\(|aiohttp\.ClientSession\(|HTTPS?Connection\(|build_opener\(|SMTP\(")


def test_h13_nothing_else_calls_another_machine():
    assert {source.name for source in read_sources() if CALLING.search(source.text)} <= CALLERS


def test_other_hosts_get_400(make_site):
    site = make_site(trusted_hosts=("sms.example.org", ".river.org"))
    for host, code in (
        ("sms.example.org", 200),
        ("sms.example.org:8443", 200),
        ("www.river.org", 200),
        ("evil.example.com", 400),
        ("sms.example.org.evil.com", 400),
        ("127.0.0.1", 400),
    ):
        assert (
            site.send("GET", "/login", "", headers={"Host": host}).status_code,
            host,
        ) == (code, host)


def test_without_the_setting_every_name_is_answered(site):
    assert (
        site.send("GET", "/login", "", headers={"Host": "anything.example.com"}).status_code == 200
    )


def test_no_host_header_leads_people_away(site):
    answer = site.send(
        "GET",
        "/users",
        "",
        headers={"Host": "evil.example.com", "X-Forwarded-Host": "evil.example.com"},
    )
    assert answer.location.startswith("/login")


def wrong_password_from(site, forwarded):
    token = site.visit.token("")
    data = {"csrf_token": token, "username": "ada", "password": "wrong"}
    site.send("POST", "/login", "", data=data, headers={"X-Forwarded-For": forwarded})
    connection = sqlite3.connect(site.database)
    rows = connection.execute(
        "SELECT client_ip FROM login_attempts WHERE client_ip NOT LIKE 'account:%'"
    ).fetchall()
    seen = connection.execute(
        "SELECT client_ip FROM audit_events WHERE verb = 'sign_in.refused'"
    ).fetchall()
    connection.close()
    return {ip for (ip,) in rows}, {ip for (ip,) in seen}


def test_a11_without_a_proxy_nobody_chooses_their_own_address(make_site):
    assert wrong_password_from(make_site(), "203.0.113.5")[1] == {"127.0.0.1"}


@pytest.mark.parametrize("forwarded", ["203.0.113.5", "6.6.6.6, 203.0.113.5"])
def test_a11_behind_one_proxy_its_word_counts_and_nobody_elses(make_site, forwarded):
    assert wrong_password_from(make_site(trust_proxy=1), forwarded)[1] == {"203.0.113.5"}


def environment(**values):
    """A production environment with a good key."""
    return {"APP_ENV": "production", "SECRET_KEY": "0123456789abcdef-a-good-key-of-32", **values}


def test_production_serves_its_own_name_and_this_machine_unless_told_otherwise():
    public = {"PUBLIC_BASE_URL": "https://sms.example.org:8443"}
    by_default = load_settings(environment(**public)).trusted_hosts
    assert by_default == ("sms.example.org", "127.0.0.1", "localhost")
    chosen = load_settings(environment(**public, TRUSTED_HOSTS="a.example, b.example"))
    assert chosen.trusted_hosts == ("a.example", "b.example")
    assert load_settings(environment()).trusted_hosts == ()
    assert load_settings(environment(APP_ENV="development", **public)).trusted_hosts == ()


@pytest.mark.parametrize("base", ["http://sms.example.org", "https://sms.example.org"])
def test_a_foreign_name_gets_400_at_every_address_without_a_traceback(make_site, base, caplog):
    site = make_site(public_base_url=base, trusted_hosts=("sms.example.org", "127.0.0.1"))
    foreign = {"Host": "evil.example"}
    for address in ("/", "/login", "/health", "/nowhere", "/blasts//logs", "/static/css/base.css"):
        answer = site.send("GET", address, "", headers=foreign)
        assert answer.status_code == 400, address
        assert "evil" not in answer.headers.get("Location", "")
    for address in ("/webhooks/twilio/inbound", "/login", "/logout"):
        assert site.send("POST", address, "", headers=foreign).status_code == 400, address
    assert [record for record in caplog.records if record.exc_info] == []
    for name in ("127.0.0.1:5000", "sms.example.org"):
        assert site.send("GET", "/health", "", headers={"Host": name}).status_code == 200, name


def test_a_redirect_to_another_spelling_names_no_host(site):
    answer = site.send("GET", "/blasts//logs?page=2", "", headers={"Host": "evil.example"})
    assert (answer.status_code, answer.location) == (308, "/blasts/logs?page=2")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"HOST": "0.0.0.0"}, ["HOST is 0.0.0.0"]),
        ({"PUBLIC_BASE_URL": "https://sms.example.org"}, ["PUBLIC_BASE_URL is https"]),
        ({"PUBLIC_BASE_URL": "https://sms.example.org", "TRUST_PROXY": "1"}, []),
        ({}, []),
        ({"PUBLIC_BASE_URL": "http://sms.example.org"}, ["PUBLIC_BASE_URL is http:"]),
        ({"PUBLIC_BASE_URL": "http://127.0.0.1:5000"}, []),
        ({"SECRET_KEY": "0123456789abcdef-good-key"}, ["SECRET_KEY is shorter than 32"]),
        ({"ADMIN_PASSWORD": "a quiet river at dawn"}, ["ADMIN_PASSWORD is still set"]),
        ({"HOST": "0.0.0.0", "APP_ENV": "development"}, []),
    ],
)
def test_what_leaves_something_open_is_said_at_the_start(values, words):
    lines = list_setting_warnings(load_settings(environment(**values)))
    assert [line[: len(word)] for line, word in zip(lines, words, strict=True)] == words

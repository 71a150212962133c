"""The logs hold ids: no number, no name, no text, no password, no token. Cases A17, H12."""

import json
import logging
import re

import pytest

from app.core.db import db
from app.core.logging_config import MaskingFormatter
from tests.gunicorn_server import GunicornServer, wait_until
from tests.sample_people import PASSWORD
from tests.whole.plain_http_visitor import PlainHttpVisitor
from tests.whole.test_errors import put_in

NAME, PHONE, BODY, KEY = (
    "Ximena Quispe",
    "(303) 555-0167",
    "Wombats meet at seven",
    "0123456789-secret-key-abcdef",
)
OTHERS = "Yolanda Zapata,303 555 0168\nBad Row,99\n"
WRONG = "wrong-password-typed"
SECRETS = (
    NAME,
    "Ximena",
    "Yolanda",
    "Bad Row",
    "5550167",
    "5550168",
    "Wombats",
    "wombats",
    PASSWORD,
    WRONG,
    KEY,
    "people-of-ours",
)
DIGITS = re.compile(r"\+?1?\D{0,2}303\D{0,2}555\D?01\d\d|\+\d{8,}")


@pytest.mark.slow
def test_a17_a_whole_day_leaves_nothing_private_in_the_log_of_a_real_server(
    make_settings,
):
    """In production, with the access log, everything that people type goes through once."""
    environment = {
        "APP_ENV": "production",
        "SECRET_KEY": KEY,
        "UNDO_SECONDS": "0",
        "LOG_FORMAT": "json",
    }
    with GunicornServer(make_settings().database_path, **environment) as server:
        ada = PlainHttpVisitor(server.url)
        ada.send("/login", username=NAME, password=WRONG)
        ada.send("/login", username="ada", password=PASSWORD, remember="1")
        ada.send("/community/add", name=NAME, phone=PHONE)
        checked = ada.upload("/community/import", "people-of-ours.csv", f"name,phone\n{OTHERS}")
        assert "Needs fixing" in checked
        ada.go("/community?search=Ximena+Quispe")
        ada.go("/community?search=303-555-0167&sort=phone")
        sent = ada.send(
            "/blasts/new",
            message_body=BODY,
            target="community",
            send_mode="now",
            confirm="1",
        )
        assert "Wombats" in sent
        wait_until(
            lambda: '"delivered":1,' in ada.go("/blasts/logs/1/status"),
            "the blast to be delivered",
        )
        ada.send("/sandbox/13035550167/text", "/sandbox/13035550167", body="Wombats? STOP")
        ada.send("/sandbox/13035550167/text", "/sandbox/13035550167", body="STOP")
        assert NAME in ada.go("/community/export")
        ada.send("/users/add", username="Ximena", role="social_manager", password=WRONG)
        assert ada.go("/nothing?name=Ximena+Quispe")
        assert ada.status == 404
        server.stop()
        lines = [
            line for line in server.said.splitlines() if "/sandbox/" not in line
        ]  # the next test's
    assert len(lines) > 10
    said = "\n".join(lines)
    assert [word for word in SECRETS if word in said] == []
    assert DIGITS.findall(said) == []
    assert all(json.loads(line)["at"] for line in lines if line.startswith("{"))


@pytest.mark.slow
def test_a_practice_phones_number_is_in_no_access_log(make_settings):
    """The address of a phone holds its number; production's access log must not."""
    environment = {"APP_ENV": "production", "SECRET_KEY": KEY}
    with GunicornServer(make_settings().database_path, **environment) as server:
        ada = PlainHttpVisitor(server.url)
        ada.send("/login", username="ada", password=PASSWORD)
        ada.go("/sandbox/13035550167")
        server.stop()
        assert "13035550167" not in server.said


def test_a_mistake_in_the_database_does_not_tell_what_was_to_be_saved(site, monkeypatch, caplog):
    def clumsy(**_values):
        values = {"name": NAME, "phone": "+13035550167"}
        db.session.execute(
            db.text("INSERT INTO community_members (nme, phone) VALUES (:name, :phone)"),
            values,
        )

    put_in(site, monkeypatch, "dashboard.show_dashboard", clumsy)
    with caplog.at_level(logging.INFO):
        assert site.open("GET", "dashboard.show_dashboard", "ada").status_code == 500
    written = "\n".join(_formatter().format(record) for record in caplog.records)
    assert "request" in written
    assert [word for word in (NAME, "5550167") if word in written] == []


def _formatter(form="text"):
    return MaskingFormatter(form, (KEY, "t" * 32))


def record(text, *values, error=None):
    exc_info = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord("app.room", logging.WARNING, __file__, 1, text, values, exc_info)


@pytest.mark.parametrize("form", ["text", "json"])
def test_what_slips_in_is_masked_on_its_way_out(form):
    try:
        raise ValueError(f"token {KEY} for +13035550142")
    except ValueError as caught:
        error = caught
    line = _formatter(form).format(record("to %s with %s", "+447700900123", "t" * 32, error=error))
    assert not any(secret in line for secret in ("+13035550142", "+447700900123", KEY, "t" * 32))
    assert "app.room" in line
    if form == "json":
        assert json.loads(line)["level"] == "WARNING"
        assert "\n" not in line


def test_h12_settings_do_not_tell_their_secrets(make_settings):
    settings = make_settings(twilio_auth_token="t" * 32, admin_password=PASSWORD)
    assert settings.secret_key not in repr(settings)
    assert "t" * 32 not in f"{settings} {settings!r}"
    assert PASSWORD not in f"{settings!r}"


def test_no_page_shows_the_token(make_site):
    site = make_site(
        twilio_account_sid="AC" + "1" * 32,
        twilio_auth_token="t" * 32,
        twilio_from_number="+13035550100",
    )
    for address in ("/", "/settings", "/audit", "/users", "/blasts/new", "/ready"):
        text = site.visit(address, "ada").text
        assert "t" * 32 not in text
        assert site.app.config["SECRET_KEY"] not in text


def test_the_audit_holds_ids_and_no_numbers(site):
    site.visit("/community/add", "ada", name=NAME, phone=PHONE)
    site.visit(
        "/suppression/add",
        "ada",
        name=NAME,
        phone="303 555 0169",
        reason="asked at the door",
    )
    site.visit("/", "ada")  # what was said to her after saving is shown once, here
    page = site.visit("/audit", "ada")
    assert f"Ada added {NAME}" in page.words
    digits = "".join(filter(str.isdigit, page.words))
    assert "5550169" not in digits
    with site.app.app_context():
        rows = db.session.execute(db.text("SELECT about, details FROM audit_events")).all()
    stored = "".join(f"{about} {details}" for about, details in rows)
    assert not any(word in stored for word in (NAME, "5550167", "555-0167", "5550169", "555-0169"))


def test_nothing_of_the_database_is_left_lying_about(filled_site):
    """Only its owner reads what people uploaded."""
    uploads = filled_site[0] / "uploads"
    assert [path for path in uploads.iterdir() if path.stat().st_mode & 0o077] == []


def test_a_short_secret_is_not_masked_letter_by_letter():
    formatter = MaskingFormatter("text", ("a", "", "1234567", "12345678"))
    line = formatter.format(record("a start of 1234567 and 12345678"))
    assert line.endswith("a start of 1234567 and …")


def test_forms_without_a_token_are_one_line_a_minute_with_an_address(site, caplog):
    with caplog.at_level(logging.INFO):
        for _ in range(50):
            assert site.send("POST", "/login", "", data={"username": "x"}).status_code == 400
    lines = [each.getMessage() for each in caplog.records if "token" in each.getMessage()]
    assert len(lines) <= 1
    assert all("(the last from 127.0.0.1, /login, request " in line for line in lines)

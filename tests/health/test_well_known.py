"""Addresses by name: CSP reports, security.txt, where a password is changed."""

import json
import logging
from datetime import datetime, timedelta

import pytest

from app.core.clock import now

OLD_REPORT = {"csp-report": {"violated-directive": "script-src-elem", "blocked-uri": "inline"}}
NEW_REPORT = [{"type": "csp-violation", "body": {"effectiveDirective": "img-src"}}]


@pytest.mark.parametrize(
    ("report", "rule"),
    [
        (OLD_REPORT, "script-src"),
        (NEW_REPORT, "img-src"),
        ([], "another rule"),
        ({"csp-report": "x"}, "another rule"),
        ([{"body": {"effectiveDirective": "+13035550123 said"}}], "another rule"),
    ],
)
def test_a_report_of_a_browser_leaves_the_name_of_our_rule_in_the_log(visit, caplog, report, rule):
    with caplog.at_level(logging.WARNING):
        answer = visit.browser("").post("/csp-reports", data=json.dumps(report))
    assert answer.status_code == 204
    said = [line for line in caplog.messages if "Content-Security-Policy" in line]
    assert all(rule in line for line in said)
    assert "+1303" not in caplog.text


def test_a_report_larger_than_reports_are_is_refused(visit):
    assert visit.browser("").post("/csp-reports", data="x" * 20_000).status_code == 413


def test_security_txt_names_the_contact_and_an_end_within_a_year(make_app):
    base_url = "https://sms.example.org"
    app = make_app(security_contact="mailto:safety@example.org", public_base_url=base_url)
    lines = app.test_client().get("/.well-known/security.txt").text.splitlines()
    assert lines[0] == "Contact: mailto:safety@example.org"
    end = datetime.fromisoformat(lines[1].removeprefix("Expires: "))
    assert timedelta(days=170) < end - now() < timedelta(days=181)
    assert lines[2] == f"Canonical: {base_url}/.well-known/security.txt"


def test_without_a_contact_there_is_no_security_txt(visit):
    assert visit("/.well-known/security.txt").status_code == 404


def test_a_password_manager_finds_where_zoes_admin_changes_the_password(visit):
    answer = visit.browser("ada").get("/.well-known/change-password")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/account/password")

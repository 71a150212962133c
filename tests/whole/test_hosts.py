"""Whom we answer: the names in TRUSTED_HOSTS, and proxies only as many as TRUST_PROXY says."""

import sqlite3

import pytest


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

"""PUBLIC_BASE_URL: one spelling, or a sentence at the start."""

import pytest

from app.core.base_url import find_base_url_problems, normalize_base_url
from app.core.environment import BadSettings, load_settings

BASE = "https://sms.example.org"


# case M18 of the messaging cases
@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (BASE, BASE),
        ("HTTPS://SMS.Example.ORG", BASE),
        ("https://sms.example.org/", BASE),
        ("https://sms.example.org.", BASE),
        ("https://sms.example.org:443", BASE),
        ("https://sms.example.org:/", BASE),
        ("  https://sms.example.org  ", BASE),
        ("Http://sms.example.org:80/", "http://sms.example.org"),
        ("https://sms.example.org:8443", f"{BASE}:8443"),
        ("http://sms.example.org:443", "http://sms.example.org:443"),
        ("https://example.org/Texts/", "https://example.org/Texts"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("http://[::1]:5000", "http://[::1]:5000"),
        ("http://127.0.0.1:5000", "http://127.0.0.1:5000"),
        ("http://sms_1.local", "http://sms_1.local"),
    ],
)
def test_each_spelling_of_an_address_becomes_the_one_that_twilio_signs(written, meant):
    assert normalize_base_url(written) == meant
    assert find_base_url_problems(meant) == []
    environment = {"APP_ENV": "test", "SECRET_KEY": "x", "PUBLIC_BASE_URL": written}
    assert load_settings(environment).public_base_url == meant


@pytest.mark.parametrize(
    ("written", "word"),
    [
        ("https://sms.example.org?a=1", "must not contain ?"),
        ("https://sms.example.org/#rc=5&rp=all", "must not contain ?"),
        ("https://ada:secret@sms.example.org", "password"),
        ("sms.example.org", "such as"),
        ("ftp://sms.example.org", "such as"),
        ("https://", "such as"),
        ("https://sms.example.org:99999", "such as"),
        ("https://sms.example.org:0", "has an invalid host or port"),
        ("https://sms.example.org:port", "such as"),
        ("https://sms example.org", "has an invalid host or port"),
        ("https://sms..example.org", "has an invalid host or port"),
        ("https://-sms.example.org", "has an invalid host or port"),
        ("https://sms.example.org/a b", "path"),
        ("https://sms.example.org//texts", "path"),
        ("https://[::1", "such as"),
    ],
)
def test_an_address_that_twilio_could_never_call_is_refused_at_the_start(written, word):
    with pytest.raises(BadSettings) as refused:
        load_settings({"APP_ENV": "test", "SECRET_KEY": "x", "PUBLIC_BASE_URL": written})
    (line,) = refused.value.lines
    assert line.startswith("PUBLIC_BASE_URL")
    assert word in line
    assert "secret" not in line

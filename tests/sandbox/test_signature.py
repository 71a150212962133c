"""Twilio's signature: whoever knows the key is Twilio."""

import pytest
from werkzeug.datastructures import MultiDict

from app.delivery.carriers.twilio_signature import compute_signature, is_valid_signature

KEY, OTHER = "12345", "another token"
URL = "https://example.com/myapp.php?foo=1&bar=2"
CALL = {
    "CallSid": "CA1234567890ABCDE",
    "Caller": "+14158675309",
    "Digits": "1234",
    "From": "+14158675309",
    "To": "+18005551212",
}


def test_it_is_the_signature_of_twilios_own_documentation():
    assert (
        compute_signature("https://mycompany.com/myapp.php?foo=1&bar=2", CALL, KEY)
        == "RSOYDt4T1cUTdK1PDd93/VVr8B8="
    )


@pytest.mark.parametrize(
    "given", [None, "", "x", "é", "\udcff", "RSOYDt4T1cUTdK1PDd93/VVr8B8", " " * 4000]
)
def test_a_missing_or_broken_header_is_simply_wrong(given):
    assert is_valid_signature(URL, CALL, given, [KEY]) is False


def test_without_a_key_nobody_is_believed():
    assert not is_valid_signature(URL, CALL, compute_signature(URL, CALL, ""), [])


def test_while_a_token_is_rotated_both_are_believed_and_a_third_is_not():
    signature = compute_signature(URL, CALL, KEY)
    assert is_valid_signature(URL, CALL, signature, [OTHER, KEY])
    assert is_valid_signature(URL, CALL, signature, [KEY, OTHER])
    assert not is_valid_signature(URL, CALL, signature, [OTHER])


@pytest.mark.parametrize(
    ("signed", "seen"),
    [
        ("https://example.com/x", "https://example.com:443/x"),
        ("https://example.com:443/x", "https://example.com/x"),
        ("http://example.com/x", "http://example.com:80/x"),
        ("https://example.com/x", "https://example.com:8443/x"),
        ("http://[::1]:80/x", "http://[::1]/x"),
        ("https://example.com/x?", "https://example.com:443/x?"),
        (
            "https://example.com/x?n=%C3%A9&x=%2Fa%7E&e=",
            "https://example.com/x?n=%C3%A9&x=%2Fa%7E&e=",
        ),
    ],
)
def test_the_port_may_be_there_or_not_and_the_rest_stays_raw(signed, seen):
    assert is_valid_signature(seen, CALL, compute_signature(signed, CALL, KEY), [KEY])


@pytest.mark.parametrize(
    "seen",
    [
        "https://example.com/y?foo=1&bar=2",
        "https://example.org/myapp.php?foo=1&bar=2",
        "http://example.com/myapp.php?foo=1&bar=2",
        "https://example.com/myapp.php?foo=1",
        "https://example.com:bad/myapp.php",
        "https://[::1/myapp.php",
        "nonsense",
    ],
)
def test_another_address_has_another_signature(seen):
    assert not is_valid_signature(seen, CALL, compute_signature(URL, CALL, KEY), [KEY])


@pytest.mark.parametrize(
    "fields",
    [
        [("Body", "two\nlines + emoji 😀 and spaces ")],
        [("Body", "😀" * 800)],
        [("Body", ""), ("New", "unknown")],
        [("MediaUrl", "b"), ("MediaUrl", "a"), ("MediaUrl", "a")],
        [],
    ],
)
def test_any_fields_can_be_signed_repeated_and_empty_ones_too(fields):
    signature = compute_signature(URL, fields, KEY)
    assert is_valid_signature(URL, MultiDict(fields), signature, [KEY])
    assert not is_valid_signature(URL, MultiDict([*fields, ("Extra", "1")]), signature, [KEY])


def test_half_a_sign_is_wrong_and_raises_nothing():
    assert not is_valid_signature(
        URL, {"Body": "\udcff"}, compute_signature(URL, {"Body": "ÿ"}, KEY), [KEY]
    )

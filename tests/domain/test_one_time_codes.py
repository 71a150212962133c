"""Codes of authenticator apps (RFC 6238) and recovery codes."""

from datetime import UTC, datetime

import pytest

from app.domain.accounts.one_time_codes import (
    RECOVERY_ALPHABET,
    build_recovery_codes,
    build_secret,
    build_setup_uri,
    draw_qr_code,
    find_matching_step,
    hash_recovery_code,
    is_recovery_code_shape,
    write_in_groups,
)

# The key of the RFC's test vectors, "12345678901234567890", in base32.
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@pytest.mark.parametrize(
    ("seconds", "code"), [(59, "287082"), (1111111109, "081804"), (2000000000, "279037")]
)
def test_codes_are_those_of_the_standard(seconds, code):
    moment = datetime.fromtimestamp(seconds, UTC)
    assert find_matching_step(RFC_SECRET, code, moment) == seconds // 30
    assert find_matching_step(RFC_SECRET, f"{code[:3]} {code[3:]}", moment) is not None


@pytest.mark.parametrize("typed", ["", "28708", "2870820", "abcdef", "２８７０８２", "-", "9" * 60])
def test_what_is_no_code_matches_nothing(typed):
    assert find_matching_step(RFC_SECRET, typed, datetime.fromtimestamp(59, UTC)) is None


def test_a_secret_has_160_bits_and_an_address_for_apps():
    secret = build_secret()
    assert len(secret) == 32
    uri = build_setup_uri(secret, "ada lovelace", "Café & Co")
    assert uri.startswith("otpauth://totp/Caf%C3%A9%20%26%20Co:ada%20lovelace?secret=")
    assert draw_qr_code(uri).startswith("data:image/svg+xml")


def test_recovery_codes_are_unlike_each_other_and_easy_to_type():
    codes = build_recovery_codes()
    assert len(set(codes)) == 10
    for code in codes:
        assert is_recovery_code_shape(code)
        assert set(code) <= {*RECOVERY_ALPHABET, " "}
        assert hash_recovery_code(code.upper().replace(" ", "-")) == hash_recovery_code(code)
    assert not is_recovery_code_shape("287 082")
    assert write_in_groups("abcdefgh1") == "abcd efgh 1"

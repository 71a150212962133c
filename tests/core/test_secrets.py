"""Where secrets come from, and what signs with them."""

import hashlib

import pytest
from itsdangerous import URLSafeTimedSerializer

from app.core.environment import BadSettings, load_settings
from app.delivery.carriers.twilio_carrier import TwilioCarrier

KEY = "abcdef0123456789abcdef0123456789"
WRONG_KEY = "TWILIO_API_KEY must be the SID of an API key, such as SK0123456789abcdef."


def test_a_secret_may_come_from_a_file_that_systemd_or_docker_made(tmp_path):
    file = tmp_path / "secret_key"
    file.write_text(KEY + "\n")
    assert load_settings({"SECRET_KEY_FILE": str(file)}).secret_key == KEY
    both = {"SECRET_KEY_FILE": str(file), "SECRET_KEY": KEY[::-1]}
    assert load_settings(both).secret_key == KEY[::-1]


def test_a_secret_in_a_file_that_is_not_there_is_said_without_its_path(tmp_path):
    with pytest.raises(BadSettings) as refusal:
        load_settings({"SECRET_KEY": KEY, "SMTP_PASSWORD_FILE": str(tmp_path / "gone")})
    assert refusal.value.lines == ["SMTP_PASSWORD_FILE names a file that cannot be read."]


def test_only_secrets_are_read_from_files(tmp_path):
    file = tmp_path / "zone"
    file.write_text("Mars/Phobos")
    assert load_settings({"SECRET_KEY": KEY, "APP_TIMEZONE_FILE": str(file)}).app_timezone == "UTC"


@pytest.mark.parametrize(
    ("key", "secret", "said"),
    [
        ("SK" + "1" * 32, "", "Set TWILIO_API_KEY and TWILIO_API_SECRET, or neither."),
        ("", "s" * 32, "Set TWILIO_API_KEY and TWILIO_API_SECRET, or neither."),
        ("AC1", "s" * 32, WRONG_KEY),
    ],
)
def test_half_an_api_key_is_refused(key, secret, said):
    with pytest.raises(BadSettings) as refusal:
        load_settings({"SECRET_KEY": KEY, "TWILIO_API_KEY": key, "TWILIO_API_SECRET": secret})
    assert refusal.value.lines == [said]


def test_requests_sign_in_with_the_api_key_for_the_account(make_settings):
    account, key = "AC" + "1" * 32, "SK" + "2" * 32
    settings = make_settings(
        twilio_account_sid=account,
        twilio_auth_token="t" * 32,
        twilio_from_number="+13035550100",
        twilio_api_key=key,
        twilio_api_secret="s" * 32,
    )
    client = TwilioCarrier(settings, None)._client
    assert (client.username, client.password) == (key, "s" * 32)
    assert client.account_sid == account


def test_cookies_and_tokens_are_signed_with_sha_256(app):
    signer = URLSafeTimedSerializer(app.secret_key).make_signer()
    assert signer.digest_method is hashlib.sha256
    assert app.session_interface.digest_method is hashlib.sha256


def test_f28_a_new_secret_key_still_knows_who_was_erased():
    first, second = KEY, KEY[::-1]
    key = load_settings({"SECRET_KEY": first}).erasure_key
    rotated = {"SECRET_KEY": second, "SECRET_KEY_FALLBACKS": f"{'abcdefgh' * 4},{first}"}
    assert load_settings(rotated).erasure_key == key
    forgotten = {"SECRET_KEY": second, "ERASED_NUMBERS_KEY": first}
    assert load_settings(forgotten).erasure_key == key
    assert load_settings({"SECRET_KEY": second}).erasure_key != key

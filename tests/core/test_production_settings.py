"""What production refuses, and what it warns of."""

import pytest

from app.core.environment import BadSettings, load_settings
from app.core.production_settings import is_weak_key, list_setting_warnings
from tests.visit import Visitor

KEY = "0123456789abcdef-a-good-key-of-32"


def load(**values):
    """Settings of a production environment."""
    return load_settings({"APP_ENV": "production", "SECRET_KEY": KEY, **values})


@pytest.mark.parametrize(
    "key", ["", "change-me", "aaaaaaaaaabbbbbcdef", "abcabcabcabcabcabc", "short-key-1234"]
)
def test_a12_a_key_that_can_be_guessed_is_refused(key):
    """A12."""
    assert is_weak_key(key)
    with pytest.raises(BadSettings, match="SECRET_KEY must be set"):
        load(SECRET_KEY=key)


@pytest.mark.parametrize("key", [KEY, "3f9a0c51e7d2b846", "abcdef0123456789abcdef"])
def test_keys_of_before_go_on(key):
    """A12: 16 random characters were enough until now."""
    assert load(SECRET_KEY=key).secret_key == key


@pytest.mark.parametrize("url", ["http://203.0.113.5", "http://sms.example.org:8080"])
def test_the_password_of_twilio_does_not_travel_in_the_clear(url):
    with pytest.raises(BadSettings, match="TWILIO_API_URL must start with https"):
        load(TWILIO_API_URL=url)
    development = {"APP_ENV": "development", "SECRET_KEY": KEY, "TWILIO_API_URL": url}
    assert load_settings(development).twilio_api_url == url


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "http://localhost:9", "http://[::1]:9"])
def test_an_emulator_on_this_machine_needs_no_certificate(url):
    assert load(TWILIO_API_URL=url).twilio_api_url == url


@pytest.mark.parametrize(("mode", "count"), [(0o644, 1), (0o640, 1), (0o600, 0)])
def test_secrets_that_others_may_read_are_called_out(tmp_path, mode, count):
    env_file = tmp_path / ".env"
    env_file.write_text("SECRET_KEY=x")
    env_file.chmod(mode)
    lines = list_setting_warnings(load(), env_file)
    assert len([line for line in lines if "chmod 600" in line]) == count


def test_nothing_is_called_out_in_development(tmp_path):
    settings = load_settings({"APP_ENV": "development", "SECRET_KEY": "short"})
    assert list_setting_warnings(settings, tmp_path / "none") == []


def test_admins_read_on_home_what_is_left_open_and_others_do_not(make_app):
    address = "http://sms.example.org"
    visit = Visitor(make_app(app_env="production", secret_key=KEY, public_base_url=address))
    assert "PUBLIC_BASE_URL is http" in visit("/", "ada").words
    assert "PUBLIC_BASE_URL is http" not in visit("/", "sol").words
    assert "PUBLIC_BASE_URL is http" not in visit("/users", "ada").words

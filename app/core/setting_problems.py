"""What is wrong with settings, whatever the environment: a sentence for each problem."""

import re
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import phonenumbers

from app.core.base_url import find_base_url_problems
from app.core.mail import find_mail_problems
from app.core.settings import Settings
from app.core.sign_in_settings import find_sign_in_setting_problems
from app.domain.phones.phone_number import PhoneNumber, is_e164
from app.domain.phones.phone_problems import InvalidPhoneNumber

HSTS_PATTERN = re.compile(r"max-age=[0-9]{1,10}(; ?(includeSubDomains|preload))*")
SHORT_CODE_OR_SENDER_NAME = re.compile(r"[0-9]{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")


def find_setting_problems(settings: Settings) -> list[str]:
    """Return a sentence for each setting that no environment may have."""
    problems = []
    if not settings.database_url.startswith("sqlite:///"):
        problems.append("DATABASE_URL must be a SQLite address such as sqlite:///instance/sms.db.")
    if settings.app_env not in {"production", "development", "test"}:
        problems.append("APP_ENV must be production or development.")
    if settings.app_timezone not in available_timezones():
        problems.append("APP_TIMEZONE must be a time zone name such as America/Denver.")
    if settings.default_region not in phonenumbers.SUPPORTED_REGIONS:
        problems.append("DEFAULT_REGION must be a two-letter country code such as US.")
    if settings.log_format not in {"text", "json"}:
        problems.append("LOG_FORMAT must be text or json.")
    for name in ("twilio_api_url", "alert_webhook_url", "ping_url"):
        url = getattr(settings, name)
        if url and not _is_http_url(url):
            problems.append(f"{name.upper()} must be an address such as https://sms.example.org.")
    problems += find_base_url_problems(settings.public_base_url)
    problems += find_sign_in_setting_problems(settings)
    problems += _find_header_problems(settings) + _find_api_key_problems(settings)
    return problems + _find_phone_problems(settings) + find_mail_problems(settings)


def _find_api_key_problems(settings: Settings) -> list[str]:
    key, secret = settings.twilio_api_key, settings.twilio_api_secret
    if bool(key) != bool(secret):
        return ["Set TWILIO_API_KEY and TWILIO_API_SECRET, or neither."]
    if key and not key.startswith("SK"):
        return ["TWILIO_API_KEY must be the SID of an API key, such as SK0123456789abcdef."]
    return []


def _find_header_problems(settings: Settings) -> list[str]:
    problems = []
    if not HSTS_PATTERN.fullmatch(settings.strict_transport_security):
        problems.append(
            "STRICT_TRANSPORT_SECURITY must be like max-age=31536000; includeSubDomains."
        )
    contact = settings.security_contact
    if contact and not contact.startswith(("mailto:", "https://", "tel:")):
        problems.append(
            "SECURITY_CONTACT must be an address with mailto:, https:// or tel: in front."
        )
    return problems


def _is_http_url(url: str) -> bool:
    split_url = urlsplit(url)
    return split_url.scheme in {"http", "https"} and bool(split_url.netloc)


def _find_phone_problems(settings: Settings) -> list[str]:
    problems = []
    sender = settings.twilio_from_number
    if sender and not (is_e164(sender) or SHORT_CODE_OR_SENDER_NAME.fullmatch(sender)):
        problems.append(
            "TWILIO_FROM_NUMBER must be a number such as +13035550100, "
            "a short code or a sender name."
        )
    if settings.admin_test_phone and not is_e164(settings.admin_test_phone):
        try:
            PhoneNumber.parse(settings.admin_test_phone, settings.default_region)
        except InvalidPhoneNumber as error:
            problems.append(f"ADMIN_TEST_PHONE cannot be used: {error.sentence}")
    return problems

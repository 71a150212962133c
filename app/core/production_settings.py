"""Which settings production refuses, and which it warns of: real people may be texted there."""

import math
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

from app.core.settings import PROJECT_ROOT, Settings

WEAK_SECRET_KEYS = {
    "dev",
    "development",
    "secret",
    "changeme",
    "change-me",
    "change-this",
    "please-change-me",
}
LOOPBACK_NAMES = ("127.0.0.1", "localhost")
MIN_KEY_LENGTH = 16
# Of the key as it is written: "aaaaaaaaaabbbbbcdef" has 37, 16 random letters and digits some 62.
MIN_KEY_BITS = 40
# 32 hexadecimal digits are 128 bits. Shorter keys work, since many were made before this was asked.
ADVISED_KEY_LENGTH = 32
OTHERS_MAY_READ = 0o077


def find_production_problems(settings: Settings) -> list[str]:
    """Return a sentence for each setting that only production refuses."""
    problems = []
    if is_weak_key(settings.secret_key):
        problems.append(
            "SECRET_KEY must be set to a long random text in production: at least 16 characters, "
            "better 64 (openssl rand -hex 32)."
        )
    if settings.missing_twilio_variables:
        names = " and ".join(settings.missing_twilio_variables)
        problems.append(
            f"Twilio settings are incomplete. Missing: {names}. Set all of them or none."
        )
    if settings.smsadmin_failpoint:
        problems.append("SMSADMIN_FAILPOINT is for tests only. Remove it in production.")
    if settings.carrier == "twilio" and not settings.public_base_url:
        problems.append(
            "PUBLIC_BASE_URL must be set in production. Twilio sends replies and receipts to it."
        )
    if _is_open_address(settings.twilio_api_url):
        problems.append(
            "TWILIO_API_URL must start with https:// unless it is on this machine: each call "
            "carries your Twilio password."
        )
    return problems


def is_weak_key(key: str) -> bool:
    """Whether a key is short, well known, or repeats the same few characters."""
    if len(key) < MIN_KEY_LENGTH or key.lower() in WEAK_SECRET_KEYS:
        return True
    counts = Counter(key).values()
    bits = -sum(count * math.log2(count / len(key)) for count in counts)
    return bits < MIN_KEY_BITS


def _is_open_address(url: str) -> bool:
    """Whether what is sent to the address can be read on the way there."""
    parts = urlsplit(url)
    return parts.scheme == "http" and parts.hostname not in {*LOOPBACK_NAMES, "::1"}


def list_setting_warnings(settings: Settings, env_file: Path = PROJECT_ROOT / ".env") -> list[str]:
    """Return a sentence for each setting that works but leaves something open."""
    if not settings.is_production:
        return []
    lines = []
    if not settings.trust_proxy:
        lines += _list_proxy_warnings(settings)
    if _is_open_address(settings.public_base_url):
        lines.append(
            "PUBLIC_BASE_URL is http: passwords and texts can be read on the way. "
            "Put a proxy with HTTPS in front (deploy/)."
        )
    if len(settings.secret_key) < ADVISED_KEY_LENGTH:
        lines.append(
            "SECRET_KEY is shorter than 32 characters. Set a longer one (openssl rand -hex 32), "
            "and keep this one in SECRET_KEY_FALLBACKS for 30 days."
        )
    if settings.admin_password:
        lines.append(
            "ADMIN_PASSWORD is still set, and is used no more. Remove it from the environment."
        )
    if env_file.exists() and env_file.stat().st_mode & OTHERS_MAY_READ:
        lines.append(
            f"Other users of this machine may read {env_file}, which holds secrets. "
            f"Run: chmod 600 {env_file}"
        )
    return lines


def _list_proxy_warnings(settings: Settings) -> list[str]:
    lines = []
    if settings.host not in {*LOOPBACK_NAMES, "::1"}:
        lines.append(
            f"HOST is {settings.host} and TRUST_PROXY is 0: anyone who reaches port "
            f"{settings.port} can use SMS Admin directly, without HTTPS. "
            "Put a proxy in front (deploy/)."
        )
    if settings.public_base_url.startswith("https://"):
        lines.append(
            "PUBLIC_BASE_URL is https and TRUST_PROXY is 0: all visitors appear to come "
            "from the proxy's address, so ten wrong passwords by one of them lock out everyone. "
            "Set TRUST_PROXY to the number of proxies in front."
        )
    return lines

"""Checks the settings that say who is let in: REMOTE_USER_HEADER and SECRET_KEY_FALLBACKS."""

import re

from app.core.production_settings import is_weak_key
from app.core.settings import Settings

HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}")
# Browsers and proxies send these about something else.
TAKEN_HEADERS = {
    "accept",
    "authorization",
    "connection",
    "cookie",
    "forwarded",
    "host",
    "origin",
    "referer",
    "user-agent",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-real-ip",
}


def find_sign_in_setting_problems(settings: Settings) -> list[str]:
    """Return a sentence for each of these settings that cannot be used."""
    header = settings.remote_user_header
    problems = []
    if header and (not HEADER_NAME.fullmatch(header) or header.lower() in TAKEN_HEADERS):
        problems.append("REMOTE_USER_HEADER must be the name of a header such as X-Forwarded-User.")
    if header and not settings.trust_proxy:
        problems.append(
            "REMOTE_USER_HEADER needs TRUST_PROXY: without a trusted proxy anyone could send the "
            "header and be anyone."
        )
    if settings.is_production and any(map(is_weak_key, settings.secret_key_fallbacks)):
        problems.append(
            "SECRET_KEY_FALLBACKS must hold only long random keys: with each of them one can make "
            "a session."
        )
    return problems

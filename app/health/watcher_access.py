"""Who may read what is only for a program that watches: /metrics, and the details of /ready."""

import hmac
from ipaddress import ip_address

from flask import request

from app.core.settings import current_settings


def has_metrics_token() -> bool:
    """Whether the request carries METRICS_TOKEN: Authorization: Bearer <token>."""
    token = current_settings().metrics_token
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    is_bearer = bool(token) and kind.lower() == "bearer"
    return is_bearer and hmac.compare_digest(value.strip().encode(), token.encode())


def is_asked_on_this_machine() -> bool:
    """Whether the request comes from this machine, and not through a proxy on it."""
    if not current_settings().trust_proxy and "X-Forwarded-For" in request.headers:
        return False
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False

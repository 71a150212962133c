"""PUBLIC_BASE_URL: written as Twilio writes the address that it signs, or refused."""

import re
from urllib.parse import SplitResult, urlsplit, urlunsplit

DEFAULT_PORTS = {"http": 80, "https": 443}
HOST_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
IPV6_ADDRESS = re.compile(r"[0-9a-f:.]{2,45}")
EXAMPLE = "https://sms.example.org"


def normalize_base_url(url: str) -> str:
    """Return the address in the one spelling that a signature is over.

    Scheme and host are lower case, without the scheme's own port, a dot behind the name, a slash
    at the end; a name of other letters becomes xn--…. What makes no sense stays as it is.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
        host = (parts.hostname or "").removesuffix(".")
        if not host.isascii():
            host = host.encode("idna").decode()
    except ValueError:
        return url
    if parts.scheme not in DEFAULT_PORTS or not host or "@" in parts.netloc:
        return url
    if ":" in host:
        host = f"[{host}]"
    if port is not None and port != DEFAULT_PORTS[parts.scheme]:
        host = f"{host}:{port}"
    path = parts.path.rstrip("/")
    return urlunsplit((parts.scheme, host, path, parts.query, parts.fragment))


def find_base_url_problems(url: str) -> list[str]:
    """Return a sentence when Twilio could never call this (normalised) address, else nothing."""
    if not url:
        return []
    try:
        parts = urlsplit(url)
        is_port_valid = parts.port is None or 1 <= parts.port <= 65535
    except ValueError:
        return [f"PUBLIC_BASE_URL must be an address such as {EXAMPLE}."]
    if parts.scheme not in DEFAULT_PORTS or not parts.netloc:
        return [f"PUBLIC_BASE_URL must be an address such as {EXAMPLE}."]
    if "?" in url or "#" in url:
        return [f"PUBLIC_BASE_URL must not contain ? or #. Write {EXAMPLE}."]
    if "@" in parts.netloc:
        return [f"PUBLIC_BASE_URL must not contain a username or password. Write {EXAMPLE}."]
    if not is_port_valid or parts.netloc.endswith(":") or not _is_host(parts):
        return [f"PUBLIC_BASE_URL has an invalid host or port. Write {EXAMPLE}."]
    if re.search(r"[^!-~]|[\\<>\"`{}|^]", parts.path) or "//" in parts.path:
        return [f"PUBLIC_BASE_URL has an invalid path. Write {EXAMPLE}."]
    return []


def _is_host(parts: SplitResult) -> bool:
    host = parts.hostname or ""
    if ":" in host:
        return bool(IPV6_ADDRESS.fullmatch(host))
    return len(host) <= 253 and all(HOST_LABEL.fullmatch(label) for label in host.split("."))

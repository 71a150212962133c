"""The addresses that the carrier may have signed when a signature does not fit ours."""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

# What a Host header may be: everything else is not shown and not tried.
HOST_PATTERN = re.compile(
    r"[A-Za-z0-9._-]{1,200}(:[0-9]{1,5})?|\[[0-9A-Fa-f:]{2,45}\](:[0-9]{1,5})?"
)
UNREADABLE_HOST = "(a host that makes no sense)"


def list_candidate_base_urls(public_base_url: str, called_hosts: Iterable[str]) -> list[str]:
    """Return the base addresses to try, the likeliest first, without the one in use.

    They differ from it in the scheme, in the host, or in the path before ours.
    """
    public = urlsplit(public_base_url)
    hosts = [public.netloc, *filter(HOST_PATTERN.fullmatch, called_hosts)]
    paths = dict.fromkeys((public.path.rstrip("/"), ""))
    candidates = dict.fromkeys(_join_parts(hosts, paths))
    candidates.pop(public_base_url, None)
    return list(candidates)


def _join_parts(hosts: Iterable[str], paths: Iterable[str]) -> Iterator[str]:
    for host in hosts:
        for path in paths:
            yield f"https://{host}{path}"
            yield f"http://{host}{path}"


def describe_called_url(scheme: str, host: str, path: str) -> str:
    """Return the address that a call came to, without its query, as pages show it."""
    if not HOST_PATTERN.fullmatch(host):
        host = UNREADABLE_HOST
    if scheme not in ("http", "https"):
        scheme = "http"
    return f"{scheme}://{host}{path}"[:300]

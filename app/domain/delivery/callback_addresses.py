"""The addresses that the carrier calls, and those that it may have signed instead of ours."""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

# Twilio's connection overrides, in the fragment of an address that it calls: a call that we
# answer with 503 or not at all comes three or five times more, whatever went wrong
# (https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides).
RECEIPT_OVERRIDES = "#rc=3&rp=all"
INBOUND_OVERRIDES = "#rc=5&rp=all"
# What a Host header may be: everything else is not shown and not tried.
HOST_PATTERN = re.compile(
    r"[A-Za-z0-9._-]{1,200}(:[0-9]{1,5})?|\[[0-9A-Fa-f:]{2,45}\](:[0-9]{1,5})?"
)
UNREADABLE_HOST = "(an invalid host)"


def list_console_addresses(public_base_url: str) -> dict[str, str]:
    """Return the addresses to paste at Twilio, by the purpose of each.

    The fallback is called once more when all tries of the first have failed.
    """
    url = f"{public_base_url}/webhooks/twilio"
    return {
        "For incoming texts": f"{url}/inbound{INBOUND_OVERRIDES}",
        "For incoming texts, if the first one fails": f"{url}/inbound",
        "For receipts": f"{url}/status{RECEIPT_OVERRIDES}",
    }


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

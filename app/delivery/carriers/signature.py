"""Twilio's signature: an HMAC-SHA1 over the address and the sorted parameters proves who is calling."""

import hmac
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

HEADER = "X-Twilio-Signature"
PORTS = {"http": 80, "https": 443}


def signature_for(url: str, params: Sequence[tuple[str, str]] | Mapping[str, str], key: str) -> str:
    """The value of the header for a post of `params` to exactly `url`, signed with `key`."""
    return str(RequestValidator(key).compute_signature(url, MultiDict(params)))


def is_valid(url: str, params: Mapping[str, str], signature: str | None, keys: Sequence[str]) -> bool:
    """Whether one of `keys` signed this post. A missing, empty or broken header is simply wrong: this never raises.

    `url` is the address as the carrier called it, raw, before any decoding. `params` is a dict or a MultiDict.
    Twilio signs sometimes with and sometimes without the port, so both are accepted.
    """
    if not signature or not keys:
        return False
    given = signature.encode("utf-8", "replace")
    try:
        good = [signature_for(spelling, params, key).encode() for key in keys for spelling in _spellings(url)]
    except ValueError:  # lone surrogates, or a port that is no number: the carrier signs neither
        return False
    return any([hmac.compare_digest(given, each) for each in good])  # a list: every one is looked at, none is timed


def _spellings(url: str) -> list[str]:
    """The address as it is, without its port, and with one. The rest stays raw: a bare ? too."""
    parts = urlsplit(url)
    port = parts.port or PORTS.get(parts.scheme)
    if port is None:
        return [url]
    bare = parts.netloc.removesuffix(":").removesuffix(f":{port}")
    before, _, after = url.partition(parts.netloc)
    return list(dict.fromkeys((url, f"{before}{bare}{after}", f"{before}{bare}:{port}{after}")))

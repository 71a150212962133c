"""Twilio's signature: an HMAC-SHA1 over the address and the sorted parameters.

It proves who is calling. The SDK's validator would sort the parameters anew for each spelling
of the address; tests compare our results with the SDK's.
"""

import hmac
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from werkzeug.datastructures import MultiDict

from app.domain.delivery.callback_addresses import INBOUND_OVERRIDES, RECEIPT_OVERRIDES

SIGNATURE_HEADER = "X-Twilio-Signature"
DEFAULT_PORTS = {"http": 80, "https": 443}

ParamPairs = Iterable[tuple[str, str]]


def compute_signature(url: str, params: ParamPairs | Mapping[str, str], key: str) -> str:
    """Return the value of the header for a POST of `params` to exactly `url`, signed with `key`."""
    return _compute_hmac(url + _join_sorted_params(params), key).decode()


def is_valid_signature(
    url: str,
    params: ParamPairs | Mapping[str, str],
    signature: str | None,
    keys: Sequence[str],
) -> bool:
    """Whether one of `keys` signed this POST. Never raises, whatever the header holds.

    `url` is the address as the carrier called it, raw, before any decoding. `params` is a dict,
    a MultiDict or pairs, repeats included.
    """
    if not signature:
        return False
    received = signature.encode("utf-8", "replace")
    try:
        for expected in _list_valid_signatures(url, _join_sorted_params(params), keys):
            # Ending at the first match tells a caller by its time only that the signature is good.
            if hmac.compare_digest(received, expected):
                return True
    # A lone surrogate, or a port that is no number: Twilio signs neither.
    except ValueError:
        pass
    return False


def _list_valid_signatures(url: str, fields: str, keys: Sequence[str]) -> Iterator[bytes]:
    # Twilio signs some addresses with and others without the port
    # (https://www.twilio.com/docs/usage/security): both are valid.
    for variant in _list_url_variants(url):
        for key in keys:
            yield _compute_hmac(variant + fields, key)


def _compute_hmac(text: str, key: str) -> bytes:
    # hmac.digest() releases the GIL and then waits for it while other threads are busy; hmac.new()
    # keeps it, and so short a text does not hold others up.
    return b64encode(hmac.new(key.encode(), text.encode(), "sha1").digest())


def _join_sorted_params(params: ParamPairs | Mapping[str, str]) -> str:
    """Return the parameters as they are signed: sorted, without separators, repeated pairs once."""
    if isinstance(params, MultiDict):
        params = params.items(multi=True)
    pairs = params.items() if isinstance(params, Mapping) else params
    return "".join([name + value for name, value in sorted(set(pairs))])


def _list_url_variants(url: str) -> Iterator[str]:
    """Yield the address as it is, then without its port and with one; the rest stays raw.

    Then the same with the connection overrides in their fragment: no request carries one, and
    Twilio does not say whether its signature does.
    """
    bare_variants = list(_list_port_variants(url))
    yield from bare_variants
    for overrides in (INBOUND_OVERRIDES, RECEIPT_OVERRIDES):
        for variant in bare_variants:
            yield variant + overrides


def _list_port_variants(url: str) -> Iterator[str]:
    yield url
    parts = urlsplit(url)
    port = parts.port or DEFAULT_PORTS.get(parts.scheme)
    if port is None:
        return
    bare = parts.netloc.removesuffix(":").removesuffix(f":{port}")
    before, _, after = url.partition(parts.netloc)
    yield from {f"{before}{bare}{after}", f"{before}{bare}:{port}{after}"} - {url}

"""Twilio's signature: an HMAC-SHA1 over the address and the sorted parameters proves who is
calling.

Written out here and not left to the SDK, whose validator sorts everything anew for each
spelling of the address. Tests hold it against the SDK's.
"""

import hmac
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from werkzeug.datastructures import MultiDict

SIGNATURE_HEADER = "X-Twilio-Signature"
DEFAULT_PORTS = {"http": 80, "https": 443}

ParamPairs = Iterable[tuple[str, str]]


def compute_signature(url: str, params: ParamPairs | Mapping[str, str], key: str) -> str:
    """The value of the header for a post of `params` to exactly `url`, signed with `key`."""
    return _compute_hmac(url + _join_sorted_params(params), key).decode()


def is_valid_signature(
    url: str,
    params: ParamPairs | Mapping[str, str],
    signature: str | None,
    keys: Sequence[str],
) -> bool:
    """Whether one of `keys` signed this post.

    A missing, empty or broken header is simply wrong: this never raises.

    `url` is the address as the carrier called it, raw, before any decoding. `params` is a dict,
    a MultiDict or pairs, repeats included. Twilio signs sometimes with and sometimes without
    the port, so both are accepted.
    """
    if not signature:
        return False
    given, fields = signature.encode("utf-8", "replace"), _join_sorted_params(params)
    try:
        # it ends at the first that fits: how long that takes tells a caller nothing but that
        # the signature is good
        return any(
            hmac.compare_digest(given, _compute_hmac(spelling + fields, key))
            for spelling in _list_url_variants(url)
            for key in keys
        )
    except ValueError:  # lone surrogates, or a port that is no number: the carrier signs neither
        return False


def _compute_hmac(text: str, key: str) -> bytes:
    # hmac.digest() gives Python's lock away, and has to wait for it while others are busy: this
    # is not that long
    return b64encode(hmac.new(key.encode(), text.encode(), "sha1").digest())


def _join_sorted_params(params: ParamPairs | Mapping[str, str]) -> str:
    """The parameters as they are signed: by name, then by value, a pair that comes twice once,
    nothing in between.
    """
    if isinstance(params, MultiDict):
        params = params.items(multi=True)
    pairs = params.items() if isinstance(params, Mapping) else params
    return "".join([name + value for name, value in sorted(set(pairs))])


def _list_url_variants(url: str) -> Iterator[str]:
    """The address as it is; then, only if that is asked for, without its port and with one.

    The rest stays raw.
    """
    yield url
    parts = urlsplit(url)
    port = parts.port or DEFAULT_PORTS.get(parts.scheme)
    if port is None:
        return
    bare = parts.netloc.removesuffix(":").removesuffix(f":{port}")
    before, _, after = url.partition(parts.netloc)
    yield from {f"{before}{bare}{after}", f"{before}{bare}:{port}{after}"} - {url}

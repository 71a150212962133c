"""Encrypts the few stored secrets that must be read again, and backups. Only this file imports
cryptography.

AES-256-GCM with a key derived from SECRET_KEY for each purpose. What is stored begins with the
version of this format and the id of its key: v1:<key id>:<nonce and text in base64>.
"""

import hashlib
import hmac
import secrets
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from app.core.settings import current_settings

FORMAT = "v1"
NONCE_BYTES = 12
KEY_ID_LENGTH = 8
# Of encrypted streams: backups. The magic says the version of the format too.
STREAM_MAGIC = b"SMSAENC1"
SALT_BYTES = 16
PREFIX_BYTES = 7
STREAM_HEADER_BYTES = len(STREAM_MAGIC) + SALT_BYTES + PREFIX_BYTES + KEY_ID_LENGTH
PIECE_BYTES = 1024 * 1024
TAG_BYTES = 16
SCRYPT_MAX_BYTES = 128 * 1024 * 1024


class CannotDecrypt(Exception):
    """The text was encrypted with a key that is not known any more, or was changed since."""


def encrypt_text(text: str, purpose: str) -> str:
    """Return the text encrypted under SECRET_KEY. Only the same purpose reads it again."""
    # Imported here: it needs 10 MB, and most processes never encrypt anything.
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    key = _derive_key(current_settings().secret_key)
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, text.encode(), purpose.encode())
    return f"{FORMAT}:{_identify_key(key)}:{b64encode(nonce + sealed).decode()}"


def decrypt_text(stored: str, purpose: str) -> str:
    """Return the text of encrypt_text(), also under SECRET_KEY_FALLBACKS. Raises CannotDecrypt."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    version, _, rest = stored.partition(":")
    key_id, _, sealed = rest.partition(":")
    key = _find_key(key_id)
    if version != FORMAT or key is None:
        raise CannotDecrypt
    try:
        data = b64decode(sealed, validate=True)
        text = AESGCM(key).decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], purpose.encode())
    except (InvalidTag, ValueError) as error:
        raise CannotDecrypt from error
    return text.decode()


def _find_key(key_id: str) -> bytes | None:
    settings = current_settings()
    for secret_key in (settings.secret_key, *settings.secret_key_fallbacks):
        key = _derive_key(secret_key)
        if hmac.compare_digest(_identify_key(key), key_id):
            return key
    return None


def _derive_key(secret_key: str) -> bytes:
    """Return the 32 bytes that encrypt; no other use of SECRET_KEY derives the same."""
    return hmac.new(secret_key.encode(), b"encryption of stored secrets", hashlib.sha256).digest()


def _identify_key(key: bytes) -> str:
    return hashlib.sha256(b"id of key" + key).hexdigest()[:KEY_ID_LENGTH]


class WrongPassphrase(CannotDecrypt):
    """The stream was encrypted with another passphrase."""


def is_encrypted_stream(head: bytes) -> bool:
    """Whether a file that begins with these bytes was made by encrypt_stream()."""
    return head.startswith(STREAM_MAGIC)


def encrypt_stream(chunks: Iterable[bytes], passphrase: str) -> Iterator[bytes]:
    """Yield the bytes of `chunks` encrypted, a header first; 2 MB are in memory at a time.

    The key is derived by scrypt from the passphrase and a random salt, in 0.3 s and 64 MB. Each
    piece of 1 MiB has its number and whether it is the last one in its nonce, so that none can be
    taken out, moved or cut off.
    """
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    salt, prefix = secrets.token_bytes(SALT_BYTES), secrets.token_bytes(PREFIX_BYTES)
    key = _derive_stream_key(passphrase, salt)
    header = STREAM_MAGIC + salt + prefix + _identify_key(key).encode()
    yield header
    cipher, number = AESGCM(key), 0
    buffer = bytearray()
    for chunk in chunks:
        buffer += chunk
        while len(buffer) > PIECE_BYTES:
            piece = bytes(buffer[:PIECE_BYTES])
            yield cipher.encrypt(_build_nonce(prefix, number, is_last=False), piece, header)
            del buffer[:PIECE_BYTES]
            number += 1
    yield cipher.encrypt(_build_nonce(prefix, number, is_last=True), bytes(buffer), header)


def decrypt_stream(source: BinaryIO, passphrase: str) -> Iterator[bytes]:
    """Yield what encrypt_stream() was given, in other pieces.

    Raises WrongPassphrase before the first one, CannotDecrypt when something was changed or cut.
    """
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    header = source.read(STREAM_HEADER_BYTES)
    salt = header[len(STREAM_MAGIC) : len(STREAM_MAGIC) + SALT_BYTES]
    prefix = header[len(STREAM_MAGIC) + SALT_BYTES : -KEY_ID_LENGTH]
    if len(header) != STREAM_HEADER_BYTES or not is_encrypted_stream(header):
        raise CannotDecrypt
    key = _derive_stream_key(passphrase, salt)
    if not hmac.compare_digest(_identify_key(key).encode(), header[-KEY_ID_LENGTH:]):
        raise WrongPassphrase
    cipher, number = AESGCM(key), 0
    piece = source.read(PIECE_BYTES + TAG_BYTES)
    while piece:
        next_piece = source.read(PIECE_BYTES + TAG_BYTES)
        nonce = _build_nonce(prefix, number, is_last=not next_piece)
        try:
            yield cipher.decrypt(nonce, piece, header)
        except InvalidTag as error:
            raise CannotDecrypt from error
        piece, number = next_piece, number + 1
    if number == 0:
        raise CannotDecrypt


def _derive_stream_key(passphrase: str, salt: bytes) -> bytes:
    return hashlib.scrypt(
        passphrase.encode(), salt=salt, n=2**16, r=8, p=2, maxmem=SCRYPT_MAX_BYTES, dklen=32
    )


def _build_nonce(prefix: bytes, number: int, *, is_last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + bytes([is_last])

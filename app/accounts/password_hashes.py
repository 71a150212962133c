"""Hashing of passwords, and checking them against their hashes."""

from threading import BoundedSemaphore

from werkzeug.security import check_password_hash, generate_password_hash

# A scrypt hash needs 32 MB and a core for 0.3 s: many logins at once wait here instead of
# filling the memory and taking both cores from webhooks and pages.
HASHING_SLOTS = BoundedSemaphore(2)
# How new passwords are hashed: N=2^15 r=8 p=3, the least that OWASP's Password Storage Cheat Sheet
# advises with 32 MB. A stored hash names its own method; one of another method is renewed at the
# next sign-in. Tests set a cheaper one: they hash hundreds.
PASSWORD_HASH_METHOD = "scrypt:32768:8:3"
# How passwords were hashed before version 0059 of the database, and what such a check lacks of the
# time that one by PASSWORD_HASH_METHOD takes.
FORMER_HASH_METHOD = "scrypt:32768:8:1"
MISSING_HASH_METHOD = "scrypt:32768:8:2"
# Stored for a user who has no password: verify_password() says no to every password.
NO_PASSWORD_HASH = "!"


def hash_password(password: str) -> str:
    """Return a scrypt hash of the password. Takes about 0.3 s: never call it inside write()."""
    with HASHING_SLOTS:
        return generate_password_hash(password, PASSWORD_HASH_METHOD)


def build_dummy_hash(method: str = "") -> str:
    """Return the hash of no password, which takes as long to check as that of a new password."""
    return f"{method or PASSWORD_HASH_METHOD}$SpzXvBqMWnTfYhLc$" + "5b" * 64


def needs_new_hash(password_hash: str) -> bool:
    """Whether the hash was made by another method than new ones are."""
    return password_hash.partition("$")[0] != PASSWORD_HASH_METHOD


def verify_password(password_hash: str, password: str) -> bool:
    """Whether the hash is of this password; False for a malformed hash. Takes about 0.3 s.

    A wrong password takes as long for a former hash, or none: the time must not tell which names
    are those of users.
    """
    # A row that was written by hand may have no hash at all.
    password_hash = password_hash or NO_PASSWORD_HASH
    with HASHING_SLOTS:
        try:
            is_right = check_password_hash(password_hash, password)
        except (ValueError, AttributeError, TypeError):
            is_right = False
        if not is_right and needs_new_hash(password_hash):
            is_former = password_hash.startswith(f"{FORMER_HASH_METHOD}$")
            filler = MISSING_HASH_METHOD if is_former else PASSWORD_HASH_METHOD
            check_password_hash(build_dummy_hash(filler), password)
        return is_right

"""Second factors: codes of an authenticator app (TOTP, RFC 6238), and recovery codes."""

import hashlib
import hmac
import secrets
from datetime import datetime
from enum import StrEnum

STEP_SECONDS = 30
# The clock of a phone may be so many steps before or behind ours.
STEPS_OF_GRACE = 1
RECOVERY_CODE_COUNT = 10
# Lower case without letters and digits that look alike: 80 bits, which nobody guesses from a hash.
RECOVERY_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
RECOVERY_CODE_LENGTH = 16
GROUP_LENGTH = 4


class SecondFactorRule(StrEnum):
    """Who must have a second factor."""

    NOBODY = "nobody"
    ADMINS = "admins"
    EVERYONE = "everyone"


SECOND_FACTOR_RULE_LABELS: dict[str, str] = {
    SecondFactorRule.NOBODY: "No one; everyone may set one up",
    SecondFactorRule.ADMINS: "Admins",
    SecondFactorRule.EVERYONE: "Everyone",
}


def build_secret() -> str:
    """Return a new secret for an authenticator app: 160 bits in base32."""
    import pyotp

    return pyotp.random_base32()


def build_setup_uri(secret: str, username: str, organisation: str) -> str:
    """Return the otpauth address that the QR code of a secret holds."""
    import pyotp

    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=organisation)


def draw_qr_code(text: str) -> str:
    """Return a QR code of the text as a data: address of an SVG picture."""
    # Imported here: few ever set a factor up, and the package needs 2 MB.
    import segno

    # Its own white ground: in the dark, a dark code on a dark page cannot be read.
    return segno.make(text, error="m").svg_data_uri(scale=4, dark="#000", light="#fff", border=4)


def find_matching_step(secret: str, code: str, moment: datetime) -> int | None:
    """Return the 30-second step whose code this is, near the moment; None for a wrong code."""
    import pyotp

    totp = pyotp.TOTP(secret)
    typed = clean_code(code)
    current_step = int(moment.timestamp()) // STEP_SECONDS
    matching_step = None
    # All are compared, so that the time tells nothing.
    for step in range(current_step - STEPS_OF_GRACE, current_step + STEPS_OF_GRACE + 1):
        expected = totp.at(step * STEP_SECONDS)
        if hmac.compare_digest(expected.encode(), typed.encode()):
            matching_step = step
    return matching_step


def build_recovery_codes() -> list[str]:
    """Return new recovery codes, as they are shown."""
    return [_build_recovery_code() for _ in range(RECOVERY_CODE_COUNT)]


def _build_recovery_code() -> str:
    return write_in_groups(
        "".join(secrets.choice(RECOVERY_ALPHABET) for _ in range(RECOVERY_CODE_LENGTH))
    )


def hash_recovery_code(code: str) -> str:
    """Return the hash under which a recovery code is stored, however it was typed.

    It has no key: the codes still work when SECRET_KEY was lost.
    """
    return hashlib.sha256(f"recovery:{clean_code(code)}".encode()).hexdigest()


def is_recovery_code_shape(code: str) -> bool:
    """Whether what was typed may be a recovery code, and not a code of an app."""
    return len(clean_code(code)) == RECOVERY_CODE_LENGTH


def clean_code(code: str) -> str:
    """Return a typed code without blanks and dashes, in lower case."""
    return "".join(filter(str.isalnum, code)).lower()


def write_in_groups(text: str) -> str:
    """Return a long code with a blank after every four characters, as people read it out."""
    groups = [text[start : start + GROUP_LENGTH] for start in range(0, len(text), GROUP_LENGTH)]
    return " ".join(groups)

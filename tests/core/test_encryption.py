"""Stored secrets are encrypted: with today's key, read with former ones, useless anywhere else."""

import re
import subprocess
import sys

import pytest

from app.core.encryption import CannotDecrypt, decrypt_text, encrypt_text
from app.core.settings import PROJECT_ROOT

APP = PROJECT_ROOT / "app"
SECRET = "JBSWY3DPEHPK3PXP"
OLD, NEW = "a-former-key-0123456789abcdef", "the-key-of-today-fedcba9876543210"


def test_a_secret_is_read_again_and_looks_different_each_time(shop):
    stored = {encrypt_text(SECRET, "user 1") for _ in range(3)}
    assert len(stored) == 3
    assert all(text.startswith("v1:") and SECRET not in text for text in stored)
    assert {decrypt_text(text, "user 1") for text in stored} == {SECRET}
    assert max(map(len, stored)) <= 200


@pytest.mark.parametrize("change", ["purpose", "letter", "version", "key", "cut", "empty", "words"])
def test_what_was_changed_or_moved_cannot_be_read(shop, change):
    stored = encrypt_text(SECRET, "user 1")
    version, key_id, sealed = stored.split(":")
    other_letter = "A" if sealed[30] != "A" else "B"
    changed = {
        "purpose": stored,
        "letter": f"{version}:{key_id}:{sealed[:30]}{other_letter}{sealed[31:]}",
        "version": f"v2:{key_id}:{sealed}",
        "key": f"{version}:00000000:{sealed}",
        "cut": stored[:30],
        "empty": "",
        "words": f"{version}:{key_id}:no base64 at all",
    }
    with pytest.raises(CannotDecrypt):
        decrypt_text(changed[change], "user 2" if change == "purpose" else "user 1")


def test_a_former_key_still_reads_what_it_encrypted(make_app):
    """A12."""
    with make_app(secret_key=OLD).app_context():
        stored = encrypt_text(SECRET, "user 1")
    with make_app(secret_key=NEW, secret_key_fallbacks=("x" * 20, OLD)).app_context():
        assert decrypt_text(stored, "user 1") == SECRET
    with make_app(secret_key=NEW).app_context(), pytest.raises(CannotDecrypt):
        decrypt_text(stored, "user 1")


def test_no_module_imports_cryptography_when_it_is_loaded():
    """It needs memory, and most processes never encrypt anything."""
    at_the_top = re.compile(r"^(?:import|from) (?:cryptography|pyotp|segno)\b", re.M)
    eager = [path for path in APP.rglob("*.py") if at_the_top.search(path.read_text())]
    assert eager == []


@pytest.mark.torture
def test_the_program_starts_without_loading_cryptography():
    """The same, asked of a process of its own, which takes 4 s to start."""
    lazy = "{'cryptography', 'pyotp', 'segno'}"
    code = f"import sys, app.blueprints; print(sorted({lazy} & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.stdout.strip() == "[]", result.stderr

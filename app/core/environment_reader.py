"""Reads values of the environment, secrets also from files, and notes what is wrong with them."""

from collections.abc import Mapping
from pathlib import Path

# Each may be read from a file instead: SECRET_KEY_FILE and so on.
SECRET_VARIABLES = {
    "SECRET_KEY",
    "TWILIO_AUTH_TOKEN",
    "TWILIO_AUTH_TOKEN_PREVIOUS",
    "TWILIO_API_SECRET",
    "ADMIN_PASSWORD",
    "ALERT_WEBHOOK_URL",
    "SMTP_PASSWORD",
    "PING_URL",
    "ERASED_NUMBERS_KEY",
    "BACKUP_PASSPHRASE",
}


class EnvironmentReader:
    """Parses values of the environment and collects a sentence for each invalid one."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.problems: list[str] = []

    def read_text(self, name: str, default: str) -> str:
        """Return a variable without blanks around it, or what its secret file holds."""
        return self.environ.get(name, "").strip() or self._read_secret_file(name) or default

    def read_password(self, name: str) -> str:
        """Return a password, which may begin or end with blanks."""
        return self.environ.get(name, "") or self._read_secret_file(name)

    def _read_secret_file(self, name: str) -> str:
        """Return what the file holds that the variable with _FILE at its end names, if any.

        systemd (LoadCredential) and Docker (secrets) hand secrets over so: an environment is
        shown by `systemctl show`, `docker inspect` and /proc.
        """
        path = self.environ.get(f"{name}_FILE", "").strip()
        if not path or name not in SECRET_VARIABLES:
            return ""
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            problem = f"{name}_FILE names a file that cannot be read."
            # Passwords are read twice, see read_password().
            if problem not in self.problems:
                self.problems.append(problem)
            return ""

    def read_number(
        self,
        name: str,
        default: float,
        low: float,
        high: float,
    ) -> float:
        """Return a number from `low` to `high`; note a problem for any other text."""
        raw = self.read_text(name, "")
        if not raw:
            return default
        try:
            value = float(raw)
        except ValueError:
            value = -1.0
        if low <= value <= high:
            return value
        self.problems.append(f"{name} must be a number from {low:g} to {high:g}.")
        return default

    def read_switch(self, name: str, default: bool) -> bool:
        """Return whether a switch is on; note a problem for a text that is neither on nor off."""
        raw = self.read_text(name, "").lower()
        if not raw:
            return default
        if raw not in {"0", "1", "true", "false", "yes", "no", "on", "off"}:
            self.problems.append(f"{name} must be 0 or 1.")
        return raw in {"1", "true", "yes", "on"}

    def read_list(self, name: str) -> tuple[str, ...]:
        """Return the items between commas, without empty ones."""
        items = [item.strip() for item in self.read_text(name, "").split(",")]
        return tuple(filter(None, items))

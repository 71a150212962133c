"""What whoever confirms an import decided, and what writing a slice of it came to."""

from dataclasses import dataclass
from typing import Any

from app.domain.accounts.roles import Role
from app.imports.actions.import_consent import ImportedConsent
from app.imports.actions.import_groups import GroupDecision
from app.suppression.models import ConsentMethod


@dataclass(frozen=True)
class ImportDecision:
    """What the form of the confirmation said.

    `overwrites_names`: people who have another name get that of the file. `records_opt_outs`:
    those who, as the file says, want no texts are put on the do-not-text list. `replaces_values`:
    what else the file says takes the place of what is there. `consent`: how the people agreed,
    None: as the import's own words say. `groups`: None for no groups.
    """

    overwrites_names: bool = False
    records_opt_outs: bool = True
    replaces_values: bool = False
    consent: ImportedConsent | None = None
    groups: GroupDecision | None = None


@dataclass(frozen=True)
class WrittenCounts:
    """What was written: people added, names changed, and other values about people.

    `suppressed` of the people get no texts all the same. `opted_out` were put on the do-not-text
    list because the file says so.
    """

    added: int = 0
    changed: int = 0
    suppressed: int = 0
    opted_out: int = 0
    values: int = 0

    def __add__(self, other: "WrittenCounts") -> "WrittenCounts":
        """Return the counts of both."""
        return WrittenCounts(
            self.added + other.added,
            self.changed + other.changed,
            self.suppressed + other.suppressed,
            self.opted_out + other.opted_out,
            self.values + other.values,
        )

    def list_audit_details(self, bad_count: int) -> dict[str, int]:
        """Return what the audit says of an import; `bad_count` rows could not be read."""
        details = {
            "added": self.added,
            "changed": self.changed,
            "left_out": self.suppressed,
            "bad": bad_count,
        }
        if self.opted_out:
            details["opted_out"] = self.opted_out
        if self.values:
            details["values"] = self.values
        return details


def parse_decision(stored: dict[str, Any]) -> ImportDecision:
    """Return the decision that asdict() made JSON of."""
    consent, groups = stored["consent"], stored["groups"]
    if consent is not None:
        method = consent["method"] and ConsentMethod(consent["method"])
        consent = ImportedConsent(method, consent["evidence"])
    if groups is not None:
        groups = GroupDecision(**groups | {"role": Role(groups["role"])})
    return ImportDecision(**stored | {"consent": consent, "groups": groups})

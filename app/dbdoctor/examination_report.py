"""What the doctor found, as lines for a person and as JSON for a program."""

import json
from collections.abc import Sequence
from pathlib import Path

from app.core.version import VERSION
from app.dbdoctor.check import Finding, Severity
from app.dbdoctor.check_registry import ALL_CHECKS

UNREADABLE = "unreadable"


def is_healthy(findings: Sequence[Finding]) -> bool:
    """Whether nothing worse than a note was found."""
    return all(finding.severity is Severity.NOTE for finding in findings)


def format_lines(path: Path, findings: Sequence[Finding]) -> list[str]:
    """Return one line for each finding, notes last; first that all is well when it is."""
    lines = [str(finding) for finding in findings if finding.severity is not Severity.NOTE]
    if not lines:
        lines.append(f"{path} is healthy.")
    notes = [f"Note: {finding}" for finding in findings if finding.severity is Severity.NOTE]
    return lines + notes


def format_json(path: Path, findings: Sequence[Finding]) -> str:
    """Return the findings as one JSON object. Its keys stay as they are (docs/doctor.md)."""
    return json.dumps(
        {
            "database": str(path),
            "version": VERSION,
            "healthy": is_healthy(findings),
            "checks": len(ALL_CHECKS),
            "findings": [
                {
                    "check": finding.check,
                    "severity": finding.severity.value,
                    "problem": finding.problem,
                    "advice": finding.advice,
                    "fixable": finding.is_fixable,
                }
                for finding in findings
            ],
        },
        indent=2,
    )


def build_unreadable_finding(words: str) -> Finding:
    """Return the finding for a file that could not be examined at all."""
    return Finding(UNREADABLE, Severity.ERROR, words, "")

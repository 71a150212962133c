"""The tests of a blast: one for each of its texts."""

from collections.abc import Mapping
from dataclasses import replace

from app.domain.delivery.blast_draft import BlastDraft


def list_test_drafts(draft: BlastDraft) -> list[BlastDraft]:
    """Return a test of each text, the one in the organisation's language first."""
    tests = [replace(draft, translations={})]
    for tag, text in draft.translations.items():
        tests.append(replace(draft, body=text, translations={tag: text}))
    return tests


def find_tested_language(body: str, translations: Mapping[str, str]) -> str | None:
    """Return the language that a test of list_test_drafts() is in; None: the organisation's.

    A test has no column for it: its text is one of its own translations.
    """
    return next((tag for tag, text in translations.items() if text == body), None)

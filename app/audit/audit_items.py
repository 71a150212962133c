"""Rows of the audit as the page shows them: a sentence of words and links, and folded details."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.audit.models import AuditEvent
from app.audit.sentences import (
    DELETED_NAME,
    MISSING_NAMES,
    VERB_SENTENCES,
)
from app.audit.subjects import AuditSubject, SubjectKey, find_subjects, parse_subject_keys
from app.audit.verb_kinds import VERB_KINDS
from app.core.settings import current_settings
from app.core.user_names import name_user
from app.domain.phones.phone_erasure import hash_phone
from app.domain.texts.plurals import pluralize

_PLACEHOLDER_PATTERN = re.compile(r"\{(\w+)\}")
# Where a row keeps the name of what it is about: it is shown when the thing is gone.
KEPT_NAME_DETAILS = ("names", "title", "name", "keyword")
Subjects = Mapping[SubjectKey, AuditSubject]


@dataclass(frozen=True)
class SentencePiece:
    """A part of a sentence: plain words, or a name with the address of its page, or ""."""

    text: str
    url: str = ""
    is_name: bool = False


@dataclass(frozen=True)
class AuditListItem:
    """One row of the audit page. `details` are pairs of a name and a value in words.

    `thing` is the value of the filter that shows all rows of the same thing, or "".
    """

    id: int
    at: datetime
    username: str
    sentence: tuple[SentencePiece, ...]
    about: str | None
    details: tuple[tuple[str, str], ...]
    client_ip: str | None
    request_id: str | None
    thing: str
    is_refused: bool

    @property
    def sentence_text(self) -> str:
        """The sentence without links."""
        return " ".join("".join(piece.text for piece in self.sentence).split())


def build_audit_items(rows: Sequence[AuditEvent]) -> list[AuditListItem]:
    """Return the rows as sentences; what they are about is named together."""
    keys = {key for row in rows for key in parse_subject_keys(row.verb, row.about)}
    subjects = find_subjects(keys) if keys else {}
    return [_build_item(row, subjects) for row in rows]


def _build_item(row: AuditEvent, subjects: Subjects) -> AuditListItem:
    return AuditListItem(
        row.id,
        row.at,
        row.who,
        tuple(_build_sentence(row, subjects)),
        row.about,
        _parse_details(row),
        row.client_ip,
        row.request_id,
        f"{row.thing_kind} {row.thing_id}" if row.thing_kind and row.thing_id else "",
        row.verb.startswith(VERB_KINDS["refused"][1]),
    )


def _build_sentence(row: AuditEvent, subjects: Subjects) -> list[SentencePiece]:
    sentence = VERB_SENTENCES.get(row.verb)
    if sentence is None:
        return [SentencePiece(f"{row.verb} {row.about or ''}".strip())]
    names = {}
    for key in parse_subject_keys(row.verb, row.about):
        kind = "blast" if key.kind == "scheduled blast" else key.kind
        names[kind] = subjects.get(key)
        names.setdefault("thing", names[kind])
    pieces = []
    for number, text in enumerate(_PLACEHOLDER_PATTERN.split(sentence)):
        # Every second one is the word of a placeholder.
        if number % 2:
            pieces.append(_fill_placeholder(text, row, names.get(text)))
        elif text:
            pieces.append(SentencePiece(text))
    return pieces


def _fill_placeholder(word: str, row: AuditEvent, subject: AuditSubject | None) -> SentencePiece:
    """Name a thing as it was called then and a person as now, with a link to what is there."""
    if subject is not None and not subject.phone:
        name = f"“{row.thing_name}”" if _is_thing_of_row(word, row) else subject.name
        return SentencePiece(name, subject.url, is_name=True)
    details = _load_details(row)
    details = details if isinstance(details, dict) else {}
    if subject is not None and _is_person_of_row(subject.phone, row, details):
        return SentencePiece(subject.name, subject.url, is_name=True)
    kept_name = _find_kept_name(word, row, details)
    if kept_name:
        return SentencePiece(kept_name, is_name=True)
    return SentencePiece(MISSING_NAMES.get(word, DELETED_NAME))


def _find_kept_name(word: str, row: AuditEvent, details: dict[str, Any]) -> str:
    """Return what the row itself says of a placeholder, or ""."""
    if word == "user":
        return name_user(row.about)
    if word == "number":
        return row.about or ""
    if _is_thing_of_row(word, row):
        return str(row.thing_name)
    if word == "count":
        return pluralize(int(details.get("count") or 0), "number")
    # The names of many are those of people, not of the event or group that they are in.
    keys = ("names",) if word == "names" else KEPT_NAME_DETAILS
    if word in ("event", "group") and "names" in details:
        keys = ("title",)
    names = (str(details[key]) for key in keys if details.get(key))
    return next(names, "")


def _is_thing_of_row(word: str, row: AuditEvent) -> bool:
    """Whether the row itself has the name of what this placeholder stands for."""
    return bool(row.thing_name and row.thing_kind) and (
        word == "thing" or word in str(row.thing_kind)
    )


def _is_person_of_row(phone: str, row: AuditEvent, details: dict[str, Any]) -> bool:
    """Whether the row is about the person with this number, who was found by an id.

    Somebody else may have the id by now: SQLite gives that of the last deleted row again. Rows of
    before there were hashes of numbers know nothing better than the id.
    """
    if row.people is None:
        return True
    return hash_phone(current_settings().erasure_key, phone) in (details.get("hashes") or ())


def _load_details(row: AuditEvent) -> Any:
    """Return the details as stored, with the people that may be erased.

    Text that another program wrote without JSON is returned as it is.
    """
    try:
        details = json.loads(row.details or "{}")
        people = json.loads(row.people or "{}")
    except ValueError:
        return row.details
    return details | people if isinstance(details, dict) else details


# Keyed hashes, by which the names of people who ask for it are erased, and what protects them.
HIDDEN_DETAILS = frozenset({"hashes", "salt"})
# Stored names that pages call otherwise; any other is shown as it is stored, with blanks.
DETAIL_LABELS = {
    "bad": "need fixing",
    "leaves_at": "scheduled for",
    "left_out": "skipped",
    "mood": "phone status",
}


def _parse_details(row: AuditEvent) -> tuple[tuple[str, str], ...]:
    """Return the details as pairs of a name and a value in words.

    Details that another program wrote without JSON are returned as they are.
    """
    parsed = _load_details(row)
    if not isinstance(parsed, dict):
        return (("", str(parsed)),)
    pairs = []
    for name, value in parsed.items():
        if name not in HIDDEN_DETAILS:
            label = DETAIL_LABELS.get(name, name.replace("_", " "))
            pairs.append((label, _format_detail(value)))
    return tuple(pairs)


def _format_detail(value: Any) -> str:
    """Return a value in words; a list of two is the value before and after a change."""
    if isinstance(value, list) and len(value) == 2:
        before, after = value
        return f"{_format_detail(before)} → {_format_detail(after)}"
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    if value in (None, ""):
        return "nothing"
    if value is True:
        return "yes"
    if value is False:
        return "no"
    return str(value)

"""The rule of a blast's audience: some people, but not others.

Equal rules have one JSON, one hash and one sentence.
"""

import hashlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.domain.audiences.segment_json import InvalidRule, dump_json
from app.domain.texts.text_cleaning import capitalize_first

MAX_PARTS = 10
EXCLUDED_TODAY = "anyone texted today"


class PartKind(StrEnum):
    """Whom a part of an audience names. The values are stored."""

    EVERYBODY = "everybody"
    GROUP = "group"
    SEGMENT = "segment"
    EVENT = "event"
    PEOPLE = "people"
    RESULTS = "results"


# What else a part needs: the id of a group, segment, event or earlier blast; of results also
# which of its people; of people which of the audience's lists.
KINDS_WITH_ID = (PartKind.GROUP, PartKind.SEGMENT, PartKind.EVENT, PartKind.RESULTS)
KINDS_WITH_DETAIL = (PartKind.PEOPLE, PartKind.RESULTS)
MAX_DETAIL_LENGTH = 40
_ORDER = {kind: place for place, kind in enumerate(PartKind)}


@dataclass(frozen=True)
class AudiencePart:
    """Some people of an audience.

    `ref_id`, `detail`: as KINDS_WITH_ID and KINDS_WITH_DETAIL say.
    """

    kind: PartKind
    ref_id: int | None = None
    detail: str = ""


@dataclass(frozen=True)
class AudienceRule:
    """The people of any part of `included` and of none of `excluded`.

    `is_texted_today_excluded`: nor anyone who was texted today. Without an included part it is
    no one.
    """

    included: tuple[AudiencePart, ...]
    excluded: tuple[AudiencePart, ...] = ()
    is_texted_today_excluded: bool = False

    @property
    def parts(self) -> tuple[AudiencePart, ...]:
        """Every part, the included ones first."""
        return self.included + self.excluded


def normalize_audience(rule: AudienceRule) -> AudienceRule:
    """Return the rule with its parts in order and each once."""
    return AudienceRule(
        _order_parts(rule.included), _order_parts(rule.excluded), rule.is_texted_today_excluded
    )


def _order_parts(parts: Collection[AudiencePart]) -> tuple[AudiencePart, ...]:
    return tuple(
        sorted(set(parts), key=lambda part: (_ORDER[part.kind], part.ref_id or 0, part.detail))
    )


def check_audience(rule: AudienceRule) -> None:
    """Raise InvalidRule for an audience of no parts, of too many, or with a wrong one."""
    if not rule.included:
        raise InvalidRule("Choose who gets it.")
    if len(rule.parts) > MAX_PARTS:
        raise InvalidRule(f"An audience can have up to {MAX_PARTS} parts. Make a segment of some.")
    for part in rule.parts:
        has_id = part.ref_id is not None and part.ref_id > 0
        has_detail = 0 < len(part.detail) <= MAX_DETAIL_LENGTH
        is_whole = has_id == (part.kind in KINDS_WITH_ID) and (part.ref_id is None or has_id)
        if not is_whole or has_detail != (part.kind in KINDS_WITH_DETAIL):
            raise InvalidRule("The audience cannot be read.")


def write_audience(rule: AudienceRule) -> str:
    """Return the rule as JSON; equal rules give the same text."""
    normal = normalize_audience(rule)
    content: dict[str, Any] = {"include": list(map(_dump_part, normal.included))}
    if normal.excluded:
        content["exclude"] = list(map(_dump_part, normal.excluded))
    if normal.is_texted_today_excluded:
        content["not_texted_today"] = True
    return dump_json(content)


def hash_audience(rule: AudienceRule) -> str:
    """Return the SHA-256 of the rule's JSON in hexadecimal digits."""
    return hashlib.sha256(write_audience(rule).encode()).hexdigest()


def _dump_part(part: AudiencePart) -> dict[str, Any]:
    """Return a part as JSON holds it, without what it does not need."""
    content: dict[str, Any] = {"kind": part.kind.value}
    if part.ref_id is not None:
        content["ref"] = part.ref_id
    if part.detail:
        content["detail"] = part.detail
    return content


def describe_audience_rule(rule: AudienceRule, name_part: Callable[[AudiencePart], str]) -> str:
    """Return the rule in words: "Choir and Youth, but not anyone texted today".

    `name_part` returns what pages call a part: "Choir", "7 people", "a deleted segment".
    """
    normal = normalize_audience(rule)
    if not normal.included:
        return "No one"
    words = join_words(list(map(name_part, normal.included)), "and")
    excluded = list(map(name_part, normal.excluded))
    if normal.is_texted_today_excluded:
        excluded.append(EXCLUDED_TODAY)
    if excluded:
        words += f", but not {join_words(excluded, 'or')}"
    return capitalize_first(words)


def join_words(words: Sequence[str], last: str) -> str:
    """Return "Choir", "Choir and Youth", "Choir, Youth and Seniors"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"

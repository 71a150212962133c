"""Saved segments: one by its id or name, its rule and its sentence as they are now."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, exists, select

from app.audiences.queries.rule_names import Reference, find_hidden_references, load_rule_names
from app.audiences.segment_models import Segment, SegmentReference, fold_segment_name
from app.core.db import db
from app.core.fetched_rows import fetch_dict
from app.core.search_terms import build_text_filter
from app.domain.accounts.roles import Role
from app.domain.audiences.conditions import ReferenceKind
from app.domain.audiences.segment_json import InvalidRule, parse_rule
from app.domain.audiences.segment_rules import SegmentRule
from app.domain.audiences.segment_sentences import describe_rule

UNREADABLE_SENTENCE = "A rule that this version cannot read"
MAX_SEGMENTS = 500


@dataclass(frozen=True)
class SegmentReading:
    """A segment, its rule, and its sentence with the names of now.

    `rule` is None where it cannot be read. `gone`: what it names and was deleted. `is_broken`: it
    means no one until it is changed. `is_hidden`: it asks what the user must not see.
    """

    segment: Segment
    rule: SegmentRule | None
    sentence: str
    is_broken: bool
    is_hidden: bool
    gone: frozenset[Reference]


def find_segment(segment_id: int | None) -> Segment | None:
    """Return the segment with this id as the database has it now, or None."""
    if segment_id is None:
        return None
    return db.session.get(Segment, segment_id, populate_existing=True)


def find_segment_by_name(name: str) -> Segment | None:
    """Return the segment with this name in any spelling."""
    statement = select(Segment).where(Segment.folded_name == fold_segment_name(name))
    return db.session.scalars(statement).first()


def find_segment_names(segment_ids: Collection[int]) -> dict[int, str]:
    """Return the names of these segments by id; a deleted one is missing."""
    statement = select(Segment.id, Segment.name).where(Segment.id.in_(segment_ids))
    return fetch_dict(statement)


def find_valid_rule(segment_id: int | None) -> SegmentRule | None:
    """Return the rule of a segment as it is now; None for one that means no one.

    That is a deleted segment, and one whose rule names something that was deleted.
    """
    gone = exists().where(SegmentReference.segment_id == Segment.id, SegmentReference.is_gone)
    statement = select(Segment.rule).where(Segment.id == segment_id, ~gone)
    text = db.session.scalar(statement)
    return None if text is None else _parse_stored_rule(text)


def _parse_stored_rule(text: str) -> SegmentRule | None:
    try:
        return parse_rule(text)
    except InvalidRule:
        return None


def list_segments(role: Role) -> list[SegmentReading]:
    """Return the segments that a user with this role may see, by name."""
    statement = select(Segment).order_by(Segment.folded_name).limit(MAX_SEGMENTS)
    readings = read_segments(db.session.scalars(statement).all(), role)
    return [reading for reading in readings if not reading.is_hidden]


def read_segments(segments: Sequence[Segment], role: Role) -> list[SegmentReading]:
    """Return these segments with their rules and sentences, in a few statements for all."""
    rules = [_parse_stored_rule(segment.rule) for segment in segments]
    references: set[Reference] = set()
    for known_rule in filter(None, rules):
        references |= known_rule.references
    hidden_references = find_hidden_references(references, role)
    all_names = load_rule_names(references)
    readings = []
    for segment, rule in zip(segments, rules, strict=True):
        own_gone = _parse_gone_references(segment)
        if rule is None:
            reading = SegmentReading(segment, None, UNREADABLE_SENTENCE, True, False, own_gone)
        else:
            names = all_names.without(own_gone)
            sentence = describe_rule(rule, names)
            is_hidden = not hidden_references.isdisjoint(rule.references)
            reading = SegmentReading(
                segment, rule, sentence.text, sentence.is_broken, is_hidden, own_gone
            )
        readings.append(reading)
    return readings


def _parse_gone_references(segment: Segment) -> frozenset[Reference]:
    references: set[Reference] = set()
    for entry in (segment.gone_text or "").split(","):
        kind, colon, ref_id = entry.partition(":")
        if colon:
            references.add((ReferenceKind(kind), int(ref_id)))
    return frozenset(references)


def may_text_segment(segment_id: int | None, role: Role) -> bool:
    """Whether a user with this role may see and text a segment; one that is gone is no one's."""
    segment = find_segment(segment_id)
    return segment is None or not read_segments([segment], role)[0].is_hidden


def find_hidden_segments(segment_ids: Collection[int], role: Role) -> set[int]:
    """Return those of these segments that a user with this role must not see."""
    if role == Role.ADMIN or not segment_ids:
        return set()
    segments = db.session.scalars(select(Segment).where(Segment.id.in_(segment_ids))).all()
    return {reading.segment.id for reading in read_segments(segments, role) if reading.is_hidden}


def select_segment_matches(search: str, limit: int) -> Select[int, str, str | None]:
    """Return id, name and sentence of segments that fit, as columns id, title, detail."""
    row = Segment
    # A sentence may tell of a field that not everyone may see: it is not shown.
    statement = select(row.id.label("id"), row.name.label("title"), row.description.label("detail"))
    statement = statement.where(build_text_filter(search, row.name, row.description))
    return statement.order_by(row.folded_name).limit(limit)

"""What names a field: blasts that wait, sequences, segments, imports that are not finished."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import url_for

from app.audiences.queries.segment_uses import list_segments_with_field
from app.delivery.queries.field_blasts import list_waiting_blasts_with_field
from app.domain.delivery.blast_labels import name_blast
from app.imports.queries.field_imports import list_open_imports_with_field
from app.profiles.field_models import PersonField
from app.sequences.models import Sequence
from app.sequences.queries.field_sequences import (
    list_sequences_by_field,
    list_sequences_with_field_text,
)
from app.series.queries.field_series import list_series_with_field

MAX_NAMED_USES = 3


@dataclass(frozen=True)
class FieldUse:
    """Something that names a field: "the blast", what it is called, and its page."""

    kind: str
    name: str
    url: str


def list_field_uses(field: PersonField) -> list[FieldUse]:
    """Return everything that names a field, so that it cannot be deleted or archived."""
    uses = list_text_uses(field)
    for segment in list_segments_with_field(field.id):
        url = url_for("segments.show_segment", segment_id=segment.id)
        uses.append(FieldUse("the segment", segment.name, url))
    for row in list_open_imports_with_field(field.id):
        url = url_for("community.import_check", import_id=row.id)
        uses.append(FieldUse("the import of", row.file_name, url))
    # A sequence may use it both ways; it is named once.
    other_uses = _list_sequence_uses(list_sequences_by_field(field.id))
    return list(dict.fromkeys([*uses, *other_uses]))


def list_text_uses(field: PersonField) -> list[FieldUse]:
    """Return what is to be sent with a field in its text: blasts, series and sequences.

    The field must stay public.
    """
    uses = []
    for blast in list_waiting_blasts_with_field(field.name):
        url = url_for("blasts.show_scheduled_blast", scheduled_id=blast.id)
        uses.append(FieldUse("the blast", name_blast(blast), url))
    for series in list_series_with_field(field.name):
        url = url_for("series.show_series", series_id=series.id)
        uses.append(FieldUse("the series", name_blast(series), url))
    return uses + _list_sequence_uses(list_sequences_with_field_text(field.name))


def _list_sequence_uses(sequences: Iterable[Sequence]) -> list[FieldUse]:
    uses = []
    for sequence in sequences:
        url = url_for("sequences.show_sequence", sequence_id=sequence.id)
        uses.append(FieldUse("the sequence", sequence.name, url))
    return uses


def describe_text_uses(field: PersonField) -> str:
    """Return which blasts wait with a field in their text, in words; "" for none."""
    uses = list_text_uses(field)
    return describe_uses(uses) if uses else ""


def describe_uses(uses: list[FieldUse]) -> str:
    """Return what names a field: "the blast “Rehearsal” and the segment “Altos” use it"."""
    names = [f"{use.kind} “{use.name}”" for use in uses[:MAX_NAMED_USES]]
    if len(uses) > MAX_NAMED_USES:
        names.append(f"{len(uses) - MAX_NAMED_USES:,} more")
    verb = "uses" if len(uses) == 1 else "use"
    *first, last = names
    listed = f"{', '.join(first)} and {last}" if first else last
    return f"{listed} {verb} it"

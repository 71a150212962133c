"""How many people an audience has, grouped by what decides about the length of their texts.

That is the language they read, whether theirs is a first text, and what is filled into it.
"""

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice

from flask import current_app

from app.audiences.queries.scope_phones import load_reached_phones
from app.blasts.queries import audience
from app.blasts.queries.field_fillings import load_filling
from app.blasts.queries.reader_loading import load_blast_readers
from app.core.scope_conditions import get_list_scope
from app.domain.audiences.chosen_audience import ChosenPeople
from app.domain.delivery.blast_readers import USUAL_READER, ReaderKind
from app.domain.delivery.blast_rendering import BlastRecipient
from app.domain.delivery.message_statuses import BlastTarget
from app.domain.delivery.name_groups import NameGroup, NameGrouper
from app.domain.texts.message_templates import find_name_placeholders
from app.profiles.queries.textable_fields import find_text_fields

# A large audience takes a quarter of a second to read: what was read is used again while somebody
# types. A small one is read anew each time, also where a busy machine takes long for it: otherwise
# who has just opted out would be counted for 20 s.
SLOW_READ_SECONDS = 0.1
KEPT_SECONDS = 20.0
MAX_KEPT_AUDIENCES = 16
# Only of so many people it is looked up who they are; of more, everybody's languages are read. Only
# counts of more are kept.
SMALL_AUDIENCE = 500
# Name, phone and why the person is skipped.
RecipientRow = tuple[str | None, str, str | None]


@dataclass(frozen=True)
class AudienceCounts:
    """The people who get a text, in groups by the kind of reader, and how many are skipped.

    `outside`: how many the user who asks does not reach; they are in no other count.
    """

    groups: dict[ReaderKind, list[NameGroup]]
    people: int
    skipped: int
    outside: int = 0

    def count_readers(self, tag: str | None) -> int:
        """Return how many people read this translation; None: the body."""
        return sum(
            group.count
            for kind, groups in self.groups.items()
            for group in groups
            if kind.language == tag
        )


def load_audience_counts(
    target: BlastTarget,
    event_id: int | None,
    people_of: ChosenPeople | None,
    bodies: Mapping[str | None, str],
) -> AudienceCounts:
    """Return the counts for these texts, by language, the body at None. Raises BlastEventNotFound.

    Texts with the same placeholders have the same counts.
    """
    cached_counts: dict[object, tuple[float, AudienceCounts]]
    cached_counts = current_app.extensions.setdefault("audience_counts", {})
    used = frozenset((tag, find_name_placeholders(body)) for tag, body in bodies.items())
    names = find_text_fields(*bodies.values())
    key = (target, event_id, people_of, used, names, get_list_scope())
    start = time.monotonic()
    until, counts = cached_counts.get(key, (0.0, None))
    if counts is not None and until > start:
        return counts
    counts = _read_audience_counts(target, event_id, people_of, bodies)
    end = time.monotonic()
    is_large = counts.people + counts.skipped > SMALL_AUDIENCE
    if is_large and end - start > SLOW_READ_SECONDS:
        if len(cached_counts) >= MAX_KEPT_AUDIENCES:
            cached_counts.clear()
        cached_counts[key] = (end + KEPT_SECONDS, counts)
    return counts


def _read_audience_counts(
    target: BlastTarget,
    event_id: int | None,
    people_of: ChosenPeople | None,
    bodies: Mapping[str | None, str],
) -> AudienceCounts:
    """Count the people of an audience, and how long their texts are."""
    used = {tag: find_name_placeholders(body) for tag, body in bodies.items()}
    has_names = any(used.values())
    rows, outside = _leave_out_unreached(
        audience.iterate_recipient_rows(target, event_id, people_of, has_names=has_names)
    )
    people = map(BlastRecipient._make, rows)
    # What people have in fields is looked up for all of them.
    has_fields = bool(find_text_fields(*bodies.values()))
    beginning = list(people if has_fields else islice(people, SMALL_AUDIENCE))
    is_large = not has_fields and len(beginning) == SMALL_AUDIENCE
    filling = load_filling(beginning, *bodies.values())
    translations = {tag: body for tag, body in bodies.items() if tag is not None}
    readers = load_blast_readers(None if is_large else beginning, translations)
    choose_kind = readers.build_kind_chooser(tuple(translations)) or (lambda _: USUAL_READER)
    get_texts = filling.texts_by_phone.get
    groupers = _KindGroupers(used, filling.names)
    skipped = 0
    for name, phone, skip_reason in chain(beginning, rows):
        if skip_reason is None:
            groupers[choose_kind(phone)].add(name, get_texts(phone, ()))
        else:
            skipped += 1
    groups = {kind: grouper.groups for kind, grouper in groupers.items()}
    return AudienceCounts(groups, sum(map(_count_people, groups.values())), skipped, outside)


def _leave_out_unreached(rows: Iterator[RecipientRow]) -> tuple[Iterator[RecipientRow], int]:
    """Return the rows of people whom the user who asks reaches, and how many others there are."""
    reached = load_reached_phones()
    if reached is None:
        return rows, 0
    listed = list(rows)
    inside = [row for row in listed if row[1] in reached]
    return iter(inside), len(listed) - len(inside)


class _KindGroupers(dict[ReaderKind, NameGrouper]):
    """What groups the people of each kind; `used`: the placeholders of names by language."""

    def __init__(
        self, used: Mapping[str | None, frozenset[str]], field_names: tuple[str, ...]
    ) -> None:
        super().__init__()
        self._used = used
        self._field_names = field_names

    def __missing__(self, kind: ReaderKind) -> NameGrouper:
        grouper = self[kind] = NameGrouper(self._used[kind.language], self._field_names)
        return grouper


def _count_people(groups: Iterable[NameGroup]) -> int:
    return sum(group.count for group in groups)

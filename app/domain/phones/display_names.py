"""Which name a person goes by when several lists have the number under different names."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol, TypeVar

# In order of trust: the community's list is maintained; then a registration for an event, the
# do-not-text list, and the name a text was once sent under.
NAME_SOURCES = ("community", "event", "list", "text")


class NameRecord(Protocol):
    """A name in one of NAME_SOURCES, and since when it is there."""

    @property
    def where(self) -> str: ...
    @property
    def name(self) -> str | None: ...
    @property
    def since(self) -> datetime: ...


class SourcedName(NamedTuple):
    """A name record with nothing else to it."""

    where: str
    name: str | None
    since: datetime


NameRecordT = TypeVar("NameRecordT", bound=NameRecord)


def sort_names_by_source(records: Iterable[NameRecordT]) -> Sequence[NameRecordT]:
    """Return the records in the order of NAME_SOURCES, and within each the newest first.

    Records without a name stay in their place.
    """
    return sorted(
        records,
        key=lambda record: (NAME_SOURCES.index(record.where), -record.since.timestamp()),
    )


def choose_display_name(records: Iterable[NameRecordT]) -> str | None:
    """Return the name that pages show for a number, or None when no record has one."""
    for record in sort_names_by_source(records):
        if record.name:
            return record.name
    return None

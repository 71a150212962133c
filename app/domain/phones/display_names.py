"""By which name a person goes when several lists know their number under different ones."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol, TypeVar

# What somebody keeps in order comes before what was once written down: the list of the
# community, a registration for
# an event, the do-not-text list, the name a text was sent under.
NAME_SOURCES = ("community", "event", "list", "text")


NAME_TITLES = frozenset(
    "mr mrs ms miss mx dr prof rev sra srta herr frau mme mlle".split()
)


class NameRecord(Protocol):
    """A name as it stands somewhere: in which of PLACES, and since when."""

    @property
    def where(self) -> str: ...
    @property
    def name(self) -> str | None: ...
    @property
    def since(self) -> datetime: ...


class SourcedName(NamedTuple):
    """The plainest Written."""

    where: str
    name: str | None
    since: datetime


NameRecordT = TypeVar("NameRecordT", bound=NameRecord)


def sort_names_by_source(written: Iterable[NameRecordT]) -> Sequence[NameRecordT]:
    """The same, in the order of PLACES, in each the newest first; places without a name stay
    where they belong.
    """
    return sorted(
        written,
        key=lambda each: (NAME_SOURCES.index(each.where), -each.since.timestamp()),
    )


def choose_display_name(written: Iterable[NameRecordT]) -> str | None:
    """The one name that pages call a number by: the first there is, by weight; None when nobody
    wrote one down.
    """
    return next((each.name for each in sort_names_by_source(written) if each.name), None)


def extract_first_name(name: str | None) -> str:
    """What a person is called: the first word after any title, or the second of 'Lovelace,
    Ada'; '' without a name.
    """
    written = (name or "").split()
    words = [word for word in written if word.strip(".").casefold() not in NAME_TITLES] or written
    if len(words) > 1 and words[0].endswith(","):
        return words[1].rstrip(",")
    return words[0].rstrip(",") if words else ""

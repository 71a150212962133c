"""By which name a person goes when several lists know their number under different ones."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol, TypeVar

# What somebody keeps in order comes before what was once written down: the list of the
# community, a registration for
# an event, the do-not-text list, the name a text was sent under.
PLACES = ("community", "event", "list", "text")


class Written(Protocol):
    """A name as it stands somewhere: in which of PLACES, and since when."""

    @property
    def where(self) -> str: ...
    @property
    def name(self) -> str | None: ...
    @property
    def since(self) -> datetime: ...


class Name(NamedTuple):
    """The plainest Written."""

    where: str
    name: str | None
    since: datetime


Each = TypeVar("Each", bound=Written)


def by_weight(written: Iterable[Each]) -> Sequence[Each]:
    """The same, in the order of PLACES, in each the newest first; places without a name stay
    where they belong.
    """
    return sorted(
        written, key=lambda each: (PLACES.index(each.where), -each.since.timestamp())
    )


def display_name(written: Iterable[Each]) -> str | None:
    """The one name that pages call a number by: the first there is, by weight; None when nobody
    wrote one down.
    """
    return next((each.name for each in by_weight(written) if each.name), None)

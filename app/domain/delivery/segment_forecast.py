"""How many segments a text has for how many people, before it is sent to anybody."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from app.domain.delivery.name_groups import NameGroup
from app.domain.delivery.text_writers import TextWriter
from app.domain.texts.plurals import pluralize
from app.domain.texts.segments import MAX_MESSAGE_CHARACTERS, SmsEncoding, count_utf16_units

MAX_SHARES_LISTED = 3
MAX_LETTERS_SHOWN = 3


@dataclass(frozen=True)
class SegmentShare:
    """`people` get a text of `segments`; `letters` of their names are outside the plain alphabet.

    `letters` is "" where the text itself is in the larger alphabet for everybody.
    """

    segments: int
    people: int
    letters: str = ""


@dataclass(frozen=True)
class SegmentForecast:
    """The segments of the real audience, the smallest texts first.

    `too_long_count`: people whose filled-in text is over the limit, so that they are skipped.
    """

    shares: tuple[SegmentShare, ...]
    too_long_count: int

    @property
    def people(self) -> int:
        """How many people get a text."""
        return sum(share.people for share in self.shares)

    @property
    def segment_count(self) -> int:
        """The segments that are billed."""
        return sum(share.segments * share.people for share in self.shares)

    def describe(self) -> str:
        """Return "1 segment for 49 people, 3 for 3 people with letters like ë"."""
        if not self.shares:
            return ""
        if len(self.shares) > MAX_SHARES_LISTED:
            smallest, largest = self.shares[0].segments, self.shares[-1].segments
            total = pluralize(self.segment_count, "segment")
            return f"{smallest} to {largest} segments per person, {total} in total"
        first, *later_shares = self.shares
        sentence = f"{pluralize(first.segments, 'segment')} for {_describe_people(first)}"
        phrases = [sentence]
        for share in later_shares:
            phrases.append(f"{share.segments} for {_describe_people(share)}")
        return ", ".join(phrases)


def _describe_people(share: SegmentShare) -> str:
    people = pluralize(share.people, "person", "people")
    return f"{people} with letters like {share.letters}" if share.letters else people


def forecast_segments(
    parts: Iterable[tuple[Iterable[NameGroup], TextWriter]],
) -> SegmentForecast:
    """Return the forecast of several texts, each for its own people."""
    people: dict[int, int] = {}
    letters: dict[int, set[str]] = {}
    plain_sizes = set()
    too_long_count = 0
    for group, group_letters, write in _iterate_groups(parts):
        body, _, segments = write(group.name, group.field_texts)
        if not body:
            continue
        if count_utf16_units(body) > MAX_MESSAGE_CHARACTERS:
            too_long_count += group.count
            continue
        people[segments] = people.get(segments, 0) + group.count
        letters.setdefault(segments, set()).update(group_letters)
        if not group_letters:
            plain_sizes.add(segments)
    shares = []
    for segments in sorted(people):
        # Said only where the letters are the reason: people without them have other sizes.
        special = set() if segments in plain_sizes else letters[segments]
        sample = " ".join(sorted(special)[:MAX_LETTERS_SHOWN])
        shares.append(SegmentShare(segments, people[segments], sample))
    return SegmentForecast(tuple(shares), too_long_count)


def _iterate_groups(
    parts: Iterable[tuple[Iterable[NameGroup], TextWriter]],
) -> Iterator[tuple[NameGroup, set[str], TextWriter]]:
    """Yield each group with the letters of its names that make its text longer, and its writer."""
    for groups, write in parts:
        # A text in Arabic is in the larger alphabet whatever the names are.
        is_plain = write(None, ()).encoding == SmsEncoding.GSM7
        for group in groups:
            yield group, group.letters if is_plain else set(), write

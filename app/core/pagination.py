"""Lists in pages: what was asked for in the address, and the addresses of the other pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request, url_for

DEFAULT_PER_PAGE, MAX_PER_PAGE, MAX_SEARCH_LENGTH = 50, 200, 100


@dataclass(frozen=True)
class ListParams:
    """What a list's address asks for, already brought into bounds: nothing a visitor types can
    break it.
    """

    search: str
    number: int
    per_page: int
    sort: str
    dir: str

    @property
    def offset(self) -> int:
        """Rows before this page."""
        return (self.number - 1) * self.per_page

    @property
    def descending(self) -> bool:
        """True for "desc"."""
        return self.dir == "desc"


def list_params(sorts: Sequence[str], default: str, default_dir: str = "asc") -> ListParams:
    """Read `search page per_page sort dir` from the address.

    Unknown sorts and wild numbers become the defaults.
    """
    args = request.args
    sort = args.get("sort", default)
    direction = args.get("dir", default_dir)
    return ListParams(
        search=args.get("search", "").replace("\x00", "").strip()[:MAX_SEARCH_LENGTH],
        number=_parse_bounded_int(args.get("page"), 1, 1_000_000, 1),
        per_page=_parse_bounded_int(args.get("per_page"), 1, MAX_PER_PAGE, DEFAULT_PER_PAGE),
        sort=sort if sort in sorts else default,
        dir=direction if direction in {"asc", "desc"} else default_dir,
    )


def _parse_bounded_int(text: str | None, low: int, high: int, default: int) -> int:
    if not text or not text.isascii() or not text.isdigit() or len(text) > 9:
        return default
    return min(max(int(text), low), high)


@dataclass(frozen=True)
class ListPage:
    """One page of a list, for the pager and the headings.

    `more`: there are others that are not counted.
    """

    rows: Sequence[Any]
    total: int
    params: ListParams
    is_truncated: bool = False

    @property
    def number(self) -> int:
        """This page's number, from 1, never past the last."""
        return min(self.params.number, self.pages)

    @property
    def pages(self) -> int:
        """How many pages there are; at least one."""
        return max(1, -(-self.total // self.params.per_page))

    @property
    def first_item(self) -> int:
        """The place of the page's first row in the list, from 1; 0 in an empty list."""
        return min(self.total, (self.number - 1) * self.params.per_page + 1)

    @property
    def last_item(self) -> int:
        """The place of the page's last row."""
        return min(self.total, self.number * self.params.per_page)

    @property
    def total_in_words(self) -> str:
        """The total with thousands marked."""
        return f"{self.total:,}"

    @property
    def search(self) -> str:
        """What was searched for."""
        return self.params.search

    @property
    def sort(self) -> str:
        """The key the list is sorted by."""
        return self.params.sort

    @property
    def dir(self) -> str:
        """The way it is sorted: asc or desc."""
        return self.params.dir

    def url_for(self, number: int) -> str:
        """The address of another page of the same list."""
        return self._url({"page": number})

    def sort_url(self, key: str) -> str:
        """The address of this list sorted by `key`; the other way round when it is sorted by it
        already.
        """
        other = "desc" if self.sort == key and self.dir == "asc" else "asc"
        return self._url({"sort": key, "dir": other, "page": 1})

    def _url(self, changes: Mapping[str, Any]) -> str:
        # what a visitor adds to the address must not become an argument of url_for (_external,
        # _method, endpoint)
        asked = {
            key: value
            for key, value in request.args.items()
            if not key.startswith("_") and key != "endpoint"
        }
        return url_for(str(request.endpoint), **{**asked, **(request.view_args or {}), **changes})


MAX_SEARCH_RESULTS = 2_000  # a search that finds more says so and looks no further


@dataclass(frozen=True)
class SearchResultPage(ListPage):
    """A page of a search. `more`: there were more than MOST_FOUND, and only these are shown."""

    @property
    def total_in_words(self) -> str:
        """How many were found."""
        people = "person" if self.total == 1 and not self.is_truncated else "people"
        return f"{'more than ' if self.is_truncated else ''}{self.total:,} {people}"


def clamp_to_last_page(total: int, wanted: ListParams) -> ListParams:
    """`wanted`, brought back to the last page when it asks for one behind it."""
    pages = max(1, -(-total // wanted.per_page))
    return (
        wanted
        if wanted.number <= pages
        else ListParams(wanted.search, pages, wanted.per_page, wanted.sort, wanted.dir)
    )


@dataclass(frozen=True)
class PageWindow:
    """How to read one page of a long list. `backwards`: in the other order, from its end."""

    offset: int
    limit: int
    is_reversed: bool


def choose_page_window(total: int, offset: int, limit: int) -> PageWindow:
    """The walk to `limit` rows from the `offset`-th of `total` on that passes over the fewest
    others.
    """
    here = max(0, min(limit, total - offset))
    from_the_end = max(0, total - offset - here)
    backwards = from_the_end < offset
    return PageWindow(from_the_end if backwards else offset, here, backwards)

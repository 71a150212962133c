"""Lists in pages: the parameters of a list's URL, and the URLs of its other pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import request, url_for

from app.core.permission_checks import may_see_numbers
from app.domain.texts.plurals import pluralize
from app.domain.texts.whole_numbers import parse_whole_number

DEFAULT_PER_PAGE = 50
MAX_PER_PAGE = 200
MAX_SEARCH_LENGTH = 100
MAX_PAGE_NUMBER = 1_000_000
# A search stops counting here: its page says "more than 2,000".
MAX_SEARCH_RESULTS = 2_000
# The sort of every list that can be in the order of phone numbers.
NUMBER_SORT = "phone"


@dataclass(frozen=True)
class ListParams:
    """The parameters of a list's URL, brought into bounds. `number` is the page, from 1."""

    search: str
    number: int
    per_page: int
    sort: str
    dir: str

    @property
    def offset(self) -> int:
        """The number of rows before this page."""
        return (self.number - 1) * self.per_page

    @property
    def descending(self) -> bool:
        """Whether the list is sorted from the largest value down."""
        return self.dir == "desc"


def list_params(sorts: Sequence[str], default: str, default_dir: str = "asc") -> ListParams:
    """Return `search`, `page`, `per_page`, `sort` and `dir` of the request's URL.

    An unknown sort and a number that cannot be parsed become the default, and so does the order of
    phone numbers for those who may not see them: between two known numbers it tells much of one.
    """
    args = request.args
    sort = args.get("sort", default)
    if sort not in sorts or not _may_sort_by(sort):
        sort = default
    direction = args.get("dir", default_dir)
    if direction not in {"asc", "desc"}:
        direction = default_dir
    return ListParams(
        search=args.get("search", "").replace("\x00", "").strip()[:MAX_SEARCH_LENGTH],
        number=_parse_page_number(args.get("page")),
        per_page=_parse_per_page(args.get("per_page")),
        sort=sort,
        dir=direction,
    )


def _may_sort_by(key: str) -> bool:
    return key != NUMBER_SORT or may_see_numbers()


def _parse_page_number(text: str | None) -> int:
    number = parse_whole_number(text or "", 9)
    if number is None:
        return 1
    return min(max(number, 1), MAX_PAGE_NUMBER)


def _parse_per_page(text: str | None) -> int:
    number = parse_whole_number(text or "", 9)
    if number is None:
        return DEFAULT_PER_PAGE
    return min(max(number, 1), MAX_PER_PAGE)


@dataclass(frozen=True)
class ListPage:
    """One page of a list, for the pager and the column headings.

    `is_truncated`: there are more rows than `total`, which are not counted.
    """

    rows: Sequence[Any]
    total: int
    params: ListParams
    is_truncated: bool = False

    @property
    def number(self) -> int:
        """The number of this page, from 1, at most the last one."""
        return min(self.params.number, self.pages)

    @property
    def pages(self) -> int:
        """The number of pages, at least 1."""
        return max(1, -(-self.total // self.params.per_page))

    @property
    def first_item(self) -> int:
        """The position of the page's first row in the list, from 1; 0 in an empty list."""
        return min(self.total, (self.number - 1) * self.params.per_page + 1)

    @property
    def last_item(self) -> int:
        """The position of the page's last row in the list."""
        return min(self.total, self.number * self.params.per_page)

    @property
    def total_in_words(self) -> str:
        """The total with thousands separators."""
        return f"{self.total:,}"

    @property
    def search(self) -> str:
        """The search text of the URL."""
        return self.params.search

    @property
    def sort(self) -> str:
        """The key the list is sorted by."""
        return self.params.sort

    @property
    def dir(self) -> str:
        """The direction of the sort: asc or desc."""
        return self.params.dir

    def url_for(self, number: int) -> str:
        """Return the URL of another page of the same list."""
        return self._url({"page": number})

    def sort_url(self, key: str) -> str:
        """Return the URL of this list sorted by `key`, descending if it is ascending already.

        "" where the user may not see this order.
        """
        if not _may_sort_by(key):
            return ""
        direction = "asc"
        if self.sort == key and self.dir == "asc":
            direction = "desc"
        return self._url({"sort": key, "dir": direction, "page": 1})

    def _url(self, changes: Mapping[str, Any]) -> str:
        # Parameters that a visitor adds must not become arguments of url_for(): `_external`,
        # `_method`, `endpoint`.
        params: dict[str, Any] = {}
        for key, values in request.args.lists():
            if not key.startswith("_") and key != "endpoint":
                params[key] = values
        params.update(request.view_args or {})
        params.update(changes)
        return url_for(str(request.endpoint), **params)


@dataclass(frozen=True)
class SearchResultPage(ListPage):
    """A page of people who match a search; `is_truncated` when more than MAX_SEARCH_RESULTS do."""

    @property
    def total_in_words(self) -> str:
        """The total with its noun: "1 person", "more than 2,000 people"."""
        if self.is_truncated:
            return f"more than {self.total:,} people"
        return pluralize(self.total, "person", "people")


def clamp_to_last_page(total: int, params: ListParams) -> ListParams:
    """Return the parameters with the last page's number if theirs is beyond the last page."""
    pages = max(1, -(-total // params.per_page))
    if params.number <= pages:
        return params
    return replace(params, number=pages)


@dataclass(frozen=True)
class PageWindow:
    """OFFSET and LIMIT of one page; `is_reversed`: in the opposite order, from the list's end."""

    offset: int
    limit: int
    is_reversed: bool


def choose_page_window(total: int, offset: int, limit: int) -> PageWindow:
    """Return the window of `limit` rows from `offset` on that skips the fewest rows.

    SQLite walks over every row that OFFSET skips, so the pages of the second half are read from
    the end.
    """
    count = max(0, min(limit, total - offset))
    offset_from_end = max(0, total - offset - count)
    if offset_from_end < offset:
        return PageWindow(offset_from_end, count, is_reversed=True)
    return PageWindow(offset, count, is_reversed=False)

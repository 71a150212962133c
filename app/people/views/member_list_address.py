"""The address of the list of members: its search, filters, columns and order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from werkzeug.datastructures import MultiDict

from app.community.member_filters import MemberFilter

# What stays as it is while filters and columns change.
KEPT_NAMES = ("search", "column", "sort", "dir", "per_page", "to_group")


@dataclass(frozen=True)
class MemberListAddress:
    """The parameters of a list by name. Its pages begin anew with each change."""

    parameters: dict[str, str | Sequence[str]]

    def build_url(self, **changes: str | Sequence[str]) -> str:
        """Return the address of the list with some parameters changed; "" leaves one out."""
        filled_parameters: dict[str, Any] = {}
        for name, value in (self.parameters | changes).items():
            if value:
                filled_parameters[name] = value
        return url_for("community.list_members", **filled_parameters)

    def list_fields(self, *without: str) -> Iterator[tuple[str, str]]:
        """Yield (name, value) of the hidden fields of a form that changes the others."""
        for name, values in self.parameters.items():
            if name in without:
                continue
            for value in values:
                yield name, value

    def drop_filter(self, filter_address: str) -> str:
        """Return the address of the list without one of its filters."""
        filters = list(self.parameters["filter"])
        filters.remove(filter_address)
        return self.build_url(filter=filters)


def read_list_address(args: MultiDict[str, str], filter_: MemberFilter) -> MemberListAddress:
    """Return the parameters of an address that the list understands, in today's spelling."""
    parameters: dict[str, str | Sequence[str]] = {}
    for name in KEPT_NAMES:
        if name in args:
            parameters[name] = args.getlist(name)
    if filter_.show:
        parameters["show"] = [filter_.show]
    parameters["filter"] = filter_.filters
    return MemberListAddress(parameters)

"""The list an import is for, as pages speak of it, and the addresses of its steps."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import url_for

from app.imports.actions import ImportTarget
from app.imports.models import Import

URL_STEPS = ("check", "again", "confirm", "abandon", "bad_rows", "undo")


@dataclass(frozen=True)
class ImporterConfig:
    """A list, and where it lives: `home` is its page, `label` what links to it say; `where` are
    the values of its addresses, such as {"event_id": 12}. `verb` begins the words of the
    audit ("members.imported"), `note` is a further sentence of the first page. `refused` are
    numbers that nobody on the list may have, each with why. `after` runs in the transaction
    of the yes, when the people are on the list.
    """

    endpoint_prefix: str
    target: ImportTarget
    home_url: str
    home_label: str
    audit_prefix: str
    refused_numbers: Mapping[str, str] = field(default_factory=dict)
    url_values: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
    on_confirmed: Callable[[Import], None] | None = None


@dataclass(frozen=True)
class ImportUrls:
    """The addresses of one import, for templates that know no room."""

    home: str
    home_label: str
    upload: str
    gets_texts: bool = True
    note: str = ""
    check: str = ""
    again: str = ""
    confirm: str = ""
    abandon: str = ""
    bad_rows: str = ""
    undo: str = ""

    def build_fix_url(self, line: int) -> str:
        """Where the row of this line is put right."""
        return f"{self.check}/line/{line}"


def build_import_urls(place: ImporterConfig, import_id: int | None = None) -> ImportUrls:
    """The addresses of one import, or those that need none."""
    upload = url_for(f"{place.endpoint_prefix}_file", **place.url_values)
    urls = {}
    if import_id is not None:
        for step in URL_STEPS:
            urls[step] = url_for(
                f"{place.endpoint_prefix}_{step}",
                import_id=import_id,
                **place.url_values,
            )
    return ImportUrls(
        place.home_url,
        place.home_label,
        upload,
        place.target.gets_texts,
        place.note,
        **urls,
    )

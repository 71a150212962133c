"""Which series a scheduled blast belongs to, from the feature above this one that has them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import Flask, current_app

from app.delivery.scheduled_models import ScheduledMessage

_EXTENSION_KEY = "series_source"


@dataclass(frozen=True)
class SeriesLink:
    """The series of a blast: its rule as a sentence, its page, and where this date is edited.

    `edit_url` is "" where the date is over.
    """

    sentence: str
    url: str
    edit_url: str


@dataclass(frozen=True)
class SeriesSource:
    """What blasts ask about series. `find_links`: by the blasts' ids, those of none left out.

    `find_repeat_url`: where a blast can be made to repeat; "" where it cannot.
    """

    find_links: Callable[[Sequence[ScheduledMessage]], dict[int, SeriesLink]]
    find_repeat_url: Callable[[ScheduledMessage], str]


def set_series_source(app: Flask, source: SeriesSource) -> None:
    """Set the functions: series lie above blasts (app/blueprints.py knows both)."""
    app.extensions[_EXTENSION_KEY] = source


def get_series_source() -> SeriesSource:
    """Return the functions that were set."""
    source: SeriesSource = current_app.extensions[_EXTENSION_KEY]
    return source

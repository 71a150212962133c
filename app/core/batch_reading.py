"""Long lists, such as exports, are read from the database batch by batch."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from app.core.db import db

ItemT = TypeVar("ItemT")


def iterate_in_batches(
    fetch_batch: Callable[[int], Sequence[tuple[int, ItemT]]],
) -> Iterator[ItemT]:
    """Yield the items of every batch.

    `fetch_batch(key)` returns the next items, each with its key, in the order of the keys: those
    after `key`, and none at the end. It is called with 0 first. Nothing of the session may be
    used from one batch to the next.
    """
    last_key = 0
    while batch := fetch_batch(last_key):
        # Ends the read snapshot: a download may take minutes, and while anybody holds a snapshot
        # SQLite cannot checkpoint its WAL, which only grows.
        db.session.rollback()
        for _, item in batch:
            yield item
        last_key = batch[-1][0]

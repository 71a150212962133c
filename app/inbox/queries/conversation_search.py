"""Searching threads: by names, by numbers in any spelling, by the words of texts."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, column, literal, null, or_, select, table

from app.community.queries import select_phones_of_matching_members
from app.core.db import db
from app.core.search_terms import extract_search_digits
from app.delivery.queries.phone_texts import select_newest_by_phone
from app.events.queries.phone_registrations import select_phones_registered_as
from app.inbox.models import Thread
from app.inbox.queries.conversation_list import (
    THREADS_PER_PAGE,
    ThreadListPage,
    build_list_state_conditions,
    load_thread_list_items,
    order_threads_by_newest,
)

SEARCH_TABLE = table("inbox_search", column("rowid"), column("inbox_search"))
# A common word is looked for in the newest texts that have it; nobody reads further back.
MAX_MATCHING_TEXTS, MAX_SEARCH_WORDS = 2_000, 8
WORD_PATTERN = re.compile(r"[^\W_]+")


class _FoundThread(NamedTuple):
    """A thread that a search found; `message_id`: the text whose words matched, if it was one."""

    last_at: datetime
    thread_id: int
    message_id: int | None


class ThreadSearchResult(NamedTuple):
    """A page of found threads, and whether there are more."""

    page: ThreadListPage
    has_more: bool


def search_threads(
    search: str,
    region: str,
    state: str,
    username: str,
) -> ThreadSearchResult:
    """Return the newest threads of a state that match, at most a page full.

    `region` is the country of numbers that are typed without a country code. Where words of a
    text match, the item shows that text.
    """
    threads: dict[int, _FoundThread] = {}
    conditions = build_list_state_conditions(state, username)
    for rows in _build_searches(search, region):
        matches = order_threads_by_newest(rows.where(*conditions))
        for thread_id, last_at, message_id in db.session.execute(matches):
            earlier_match = threads.get(thread_id)
            if earlier_match:
                message_id = earlier_match.message_id or message_id
            threads[thread_id] = _FoundThread(last_at, thread_id, message_id)
    newest_first = sorted(threads.values(), reverse=True, key=lambda thread: thread[:2])
    page_threads = newest_first[:THREADS_PER_PAGE]
    items = load_thread_list_items({thread.thread_id: thread.message_id for thread in page_threads})
    return ThreadSearchResult(ThreadListPage(items), len(newest_first) > THREADS_PER_PAGE)


def _build_searches(search: str, region: str) -> Iterator[Select[Any]]:
    yield _search_phones(select_phones_of_matching_members(search, region))
    yield _search_phones(select_phones_registered_as(search))
    digits = extract_search_digits(search, region)
    if digits:
        yield _select_threads().where(or_(*map(Thread.phone.contains, digits)))
    words = WORD_PATTERN.findall(search)[:MAX_SEARCH_WORDS]
    if words:
        yield _search_text_words(words)


def _select_threads(message_id: Any = None) -> Select[Any]:
    """Select (id, last_at, message id) of threads, one more than a page has."""
    if message_id is None:
        message_id = null()
    return select(Thread.id, Thread.last_at, message_id).limit(THREADS_PER_PAGE + 1)


def _search_phones(phones: Select[str]) -> Select[Any]:
    return _select_threads().where(Thread.phone.in_(phones))


def _search_text_words(words: list[str]) -> Select[Any]:
    """Select the threads with a text that has every word or its beginning.

    In any case of letters, with or without accents.
    """
    match_query = " ".join(map(_quote_search_word, words))
    matches = (
        select(SEARCH_TABLE.c.rowid)
        .where(SEARCH_TABLE.c.inbox_search.op("MATCH")(match_query))
        .order_by(SEARCH_TABLE.c.rowid.desc())
        .limit(literal(MAX_MATCHING_TEXTS))
        .subquery()
    )
    texts = select_newest_by_phone(matches).subquery()
    return _select_threads(texts.c.id).join(texts, texts.c.phone == Thread.phone)


def _quote_search_word(word: str) -> str:
    """Return the FTS5 term for a word or the beginning of one.

    One plain letter begins a tenth of all words: it stands for itself.
    """
    if len(word) == 1 and word.isascii():
        return f'"{word}"'
    return f'"{word}"*'

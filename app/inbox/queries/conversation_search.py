"""Finding threads: by names, by numbers in any spelling, by the words of texts."""

import re
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    column,
    func,
    literal,
    null,
    or_,
    select,
    table,
    text,
)

from app.community import queries as community
from app.community.models import CommunityMember
from app.core.db import db
from app.core.search_terms import extract_search_digits, list_case_variants
from app.delivery.models import Message
from app.events.models import EventRegistration
from app.inbox.models import Thread
from app.inbox.queries.conversation_list import (
    THREADS_PER_PAGE,
    ThreadListPage,
    build_list_state_conditions,
    load_thread_list_items,
    order_threads_by_newest,
)

SEARCH_TABLE = table("inbox_search", column("rowid"))
# A common word is looked for in the newest texts that have it; nobody reads on from there.
MAX_MATCHING_TEXTS, MAX_SEARCH_WORDS = 2_000, 8
WORD_PATTERN = re.compile(r"[^\W_]+")


def search_threads(search: str, region: str, state: str, who: str) -> tuple[ThreadListPage, bool]:
    """The newest threads of `state` that match, at most a page full, and whether there are more.

    `region` is the country of numbers that are searched without their country code. Where words
    of a text match, the line shows that text.
    """
    best: dict[int, tuple[Any, int | None]] = {}
    for rows in _build_searches(search, region):
        for thread_id, at, message_id in db.session.execute(
            order_threads_by_newest(rows.where(*build_list_state_conditions(state, who)))
        ):
            _, known = best.get(thread_id, (at, None))
            best[thread_id] = (at, known or message_id)
    order = sorted(best, key=lambda each: (best[each][0], each), reverse=True)
    shown = {each: message for each in order if (message := best[each][1])}
    return ThreadListPage(load_thread_list_items(order[:THREADS_PER_PAGE], shown)), len(
        order
    ) > THREADS_PER_PAGE


def _build_searches(search: str, region: str) -> list[Select[Any]]:
    ways = [
        _search_member_names(search, region),
        _search_registration_names(search),
        _search_numbers(search, region),
        _search_text_words(search),
    ]
    return [way for way in ways if way is not None]


def _select_threads(message: Any = None) -> Select[Any]:
    return select(Thread.id, Thread.last_at, null() if message is None else message).limit(
        THREADS_PER_PAGE + 1
    )


def _search_member_names(search: str, region: str) -> Select[Any]:
    theirs = select(CommunityMember.phone).where(
        community.build_member_search_condition(search, region)
    )
    return _select_threads().where(Thread.phone.in_(theirs))


def _search_registration_names(search: str) -> Select[Any]:
    row = EventRegistration
    alike = or_(*(row.name.contains(each, autoescape=True) for each in list_case_variants(search)))
    return _select_threads().where(Thread.phone.in_(select(row.phone).where(alike)))


def _search_numbers(search: str, region: str) -> Select[Any] | None:
    digits = extract_search_digits(search, region)
    return (
        _select_threads().where(or_(*(Thread.phone.contains(each) for each in digits)))
        if digits
        else None
    )


def _search_text_words(search: str) -> Select[Any] | None:
    """Every word, or how a word begins, in one text; letters in any case and with or without
    their accents.
    """
    words = WORD_PATTERN.findall(search)[:MAX_SEARCH_WORDS]
    if not words:
        return None
    hits = _select_matching_texts(" ".join(map(_quote_search_word, words))).subquery()
    texts = (
        select(Message.phone, func.max(Message.id).label("id"))
        .join_from(hits, Message, Message.id == hits.c.rowid)
        .group_by(Message.phone)
        .subquery()
    )
    return _select_threads(texts.c.id).join(texts, texts.c.phone == Thread.phone)


def _quote_search_word(word: str) -> str:
    """A word or how it begins.

    One plain letter begins a tenth of all words: it stands for itself.
    """
    return f'"{word}"' if len(word) == 1 and word.isascii() else f'"{word}"*'


def _select_matching_texts(question: str) -> Select[Any]:
    matching: ColumnElement[bool] = text("inbox_search MATCH :question").bindparams(
        question=question
    )  # type: ignore[assignment]
    return (
        select(SEARCH_TABLE.c.rowid)
        .where(matching)
        .order_by(SEARCH_TABLE.c.rowid.desc())
        .limit(literal(MAX_MATCHING_TEXTS))
    )

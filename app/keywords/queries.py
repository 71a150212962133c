"""Reading keywords: a page of the list, one of them, whose a word is, and the words that start
something now.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_, select

from app.core.db import db
from app.core.pagination import ListPage, ListParams, clamp_to_last_page
from app.core.search_terms import build_text_filter
from app.domain.texts.plurals import pluralize
from app.domain.texts.text_intent import fold_text
from app.events.models import Event
from app.keywords.models import KeywordRule
from app.surveys.models import SurveyFlow, TriggerWord

KEYWORD_SORT_KEYS = ("keyword", "uses", "used")


@dataclass(frozen=True)
class KeywordListRow:
    """One keyword on the list, with its other words, and the event or survey that it is for
    (None: none, or gone).
    """

    rule: KeywordRule
    aliases: Sequence[str]
    event_title: str | None
    survey_name: str | None


class KeywordListPage(ListPage):
    """A page of them, counted as keywords."""

    @property
    def total_in_words(self) -> str:
        """ "1 keyword", "20 keywords"."""
        return pluralize(self.total, "keyword")


def paginate_keywords(asked: ListParams) -> KeywordListPage:
    """A page of the list. A search finds words, other words and answers."""
    wanted = [_build_search_condition(asked.search)] if asked.search else []
    total = db.session.scalar(select(func.count()).select_from(KeywordRule).where(*wanted)) or 0
    asked = clamp_to_last_page(total, asked)
    rows = (
        select(KeywordRule, Event.title, SurveyFlow.name)
        .outerjoin(Event, Event.id == KeywordRule.event_id)
        .outerjoin(SurveyFlow, SurveyFlow.id == KeywordRule.survey_id)
        .where(*wanted)
        .order_by(*_build_order(asked))
    )
    found = db.session.execute(rows.offset(asked.offset).limit(asked.per_page)).all()
    aliases = find_keyword_aliases([rule.id for rule, _, _ in found])
    return KeywordListPage(
        [KeywordListRow(rule, aliases.get(rule.id, []), *of) for rule, *of in found],
        total,
        asked,
    )


def _build_search_condition(search: str) -> ColumnElement[bool]:
    theirs = TriggerWord.keyword_rule_id == KeywordRule.id
    word = exists().where(
        theirs, TriggerWord.word.contains(fold_text(search) or search, autoescape=True)
    )
    return or_(word, build_text_filter(search, KeywordRule.response_body))


def _build_order(asked: ListParams) -> list[ColumnElement[Any]]:
    columns: dict[str, Any] = {
        "keyword": KeywordRule.keyword,
        "uses": KeywordRule.match_count,
        "used": KeywordRule.last_matched_at,
    }
    column = columns[asked.sort]
    return [
        column.desc() if asked.descending else column.asc(),
        KeywordRule.keyword.asc(),
    ]


def find_keyword_rule(rule_id: int) -> KeywordRule | None:
    """One keyword."""
    return db.session.get(KeywordRule, rule_id)


def find_keyword_aliases(rule_ids: Sequence[int]) -> dict[int, list[str]]:
    """The other words of these keywords, in alphabetical order."""
    found: dict[int, list[str]] = {}
    words = (
        select(KeywordRule.id, TriggerWord.word)
        .join(TriggerWord, TriggerWord.keyword_rule_id == KeywordRule.id)
        .where(KeywordRule.id.in_(rule_ids), TriggerWord.word != KeywordRule.keyword)
        .order_by(TriggerWord.word)
    )
    for rule_id, word in db.session.execute(words):
        found.setdefault(rule_id, []).append(word)
    return found


def find_keyword_conflict(word: str, besides: int | None = None) -> str | None:
    """Why a folded word is not free, in a sentence; None when it is.

    `besides`: the keyword that may have it.
    """
    owner = (
        select(KeywordRule.id, KeywordRule.keyword, SurveyFlow.name)
        .select_from(TriggerWord)
        .outerjoin(KeywordRule, KeywordRule.id == TriggerWord.keyword_rule_id)
        .outerjoin(SurveyFlow, SurveyFlow.id == TriggerWord.survey_id)
        .where(TriggerWord.word == word)
    )
    taken = db.session.execute(owner).first()
    if taken is None or (besides is not None and taken.id == besides):
        return None
    if taken.name is not None:
        return f"{word} already starts ‘{taken.name}’."
    return (
        f"{word} is already a keyword."
        if taken.keyword == word
        else f"{word} is already another word for the keyword {taken.keyword}."
    )


def find_survey_choices(chosen: int | None) -> list[tuple[int, str]]:
    """The surveys that a keyword may start, by name: those that are active, and the chosen one."""
    may = or_(SurveyFlow.is_active, SurveyFlow.id == chosen) if chosen else SurveyFlow.is_active
    return [
        (id, name)
        for id, name in db.session.execute(select(SurveyFlow.id, SurveyFlow.name).where(may))
    ]


def find_active_trigger_words(moment: datetime, most: int) -> list[str]:
    """The words that start something at this moment, of keywords and of surveys: the main ones,
    at most so many.
    """
    rule = KeywordRule
    begun = or_(rule.active_from.is_(None), rule.active_from <= moment)
    going = or_(rule.active_until.is_(None), rule.active_until > moment)
    ours = select(rule.keyword).where(rule.is_active, begun, going)
    theirs = select(SurveyFlow.trigger_keyword).where(SurveyFlow.is_active)
    return list(db.session.scalars(ours.union(theirs).order_by("keyword").limit(most)))

"""Reading keywords: a page of the list, one of them, and whose a word is."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select

from app.core.db import db
from app.core.fetched_rows import count_rows, fetch_dict
from app.core.list_order import build_list_order
from app.core.pagination import ListPage, ListParams, clamp_to_last_page
from app.core.search_terms import build_text_filter
from app.domain.opt_outs.pause_requests import PAUSE_WORDS
from app.domain.opt_outs.topic_requests import TopicWish, read_topic_request
from app.domain.texts.plurals import pluralize
from app.domain.texts.word_folding import fold_keyword
from app.events.queries.events import find_event_titles
from app.groups.models import ContactGroup
from app.groups.queries.group_records import find_groups
from app.groups.queries.topics import list_topic_names
from app.keywords.models import GROUP_ACTIONS, KeywordRule
from app.surveys.queries.surveys import find_open_survey_keywords, find_survey_names
from app.surveys.queries.trigger_words import (
    find_existing_trigger_words,
    find_trigger_word_owner,
    find_trigger_words_of_keywords,
    select_keywords_with_word,
)

KEYWORD_SORT_KEYS = ("keyword", "uses", "used")


@dataclass(frozen=True)
class KeywordListRow:
    """One keyword on the list, with its other words.

    `event_title`, `survey_name` and `group` are of what it is for; None: none, or deleted.
    """

    rule: KeywordRule
    aliases: Sequence[str]
    event_title: str | None
    survey_name: str | None
    group: ContactGroup | None


class KeywordListPage(ListPage):
    """A page of keywords."""

    @property
    def total_in_words(self) -> str:
        """The total as a count: 1 keyword, 20 keywords."""
        return pluralize(self.total, "keyword")


def paginate_keywords(params: ListParams) -> KeywordListPage:
    """Return a page of the list. A search finds words, other words and answers."""
    conditions = [_build_search_condition(params.search)] if params.search else []
    total = count_rows(KeywordRule, *conditions)
    params = clamp_to_last_page(total, params)
    page = (
        select(KeywordRule)
        .where(*conditions)
        .order_by(*_build_order(params))
        .offset(params.offset)
        .limit(params.per_page)
    )
    rows = _build_list_rows(db.session.scalars(page).all())
    return KeywordListPage(rows, total, params)


def _build_search_condition(search: str) -> ColumnElement[bool]:
    # Words are stored folded. A search of nothing but punctuation folds to nothing, and finds none.
    has_word = KeywordRule.id.in_(select_keywords_with_word(search))
    return or_(has_word, build_text_filter(search, KeywordRule.response_body))


def _build_order(params: ListParams) -> list[ColumnElement[Any]]:
    columns: dict[str, Any] = {
        "keyword": KeywordRule.keyword,
        "uses": KeywordRule.match_count,
        "used": KeywordRule.last_matched_at,
    }
    return build_list_order(columns, params, KeywordRule.keyword)


def _build_list_rows(rules: Sequence[KeywordRule]) -> list[KeywordListRow]:
    event_ids = {rule.event_id for rule in rules if rule.event_id}
    survey_ids = {rule.survey_id for rule in rules if rule.survey_id}
    titles = find_event_titles(event_ids)
    names = find_survey_names(survey_ids)
    groups = find_groups({rule.group_id for rule in rules if rule.group_id})
    words = find_trigger_words_of_keywords([rule.id for rule in rules])
    rows = []
    for rule in rules:
        aliases = [word for word in words[rule.id] if word != rule.keyword]
        row = KeywordListRow(
            rule=rule,
            aliases=aliases,
            event_title=titles.get(rule.event_id or 0),
            survey_name=names.get(rule.survey_id or 0),
            group=groups.get(rule.group_id or 0),
        )
        rows.append(row)
    return rows


def find_keyword_rule(rule_id: int) -> KeywordRule | None:
    """Return one keyword, None when it is gone."""
    return db.session.get(KeywordRule, rule_id)


def list_words_of_keyword(rule: KeywordRule | None) -> list[str]:
    """Return all words of a keyword, its main one too; [] for none."""
    return find_trigger_words_of_keywords([rule.id])[rule.id] if rule else []


def list_keywords_of_group(group_id: int) -> Sequence[KeywordRule]:
    """Return the keywords that add people to a group or remove them from it, by word."""
    statement = select(KeywordRule).where(
        KeywordRule.group_id == group_id, KeywordRule.action.in_(GROUP_ACTIONS)
    )
    return db.session.scalars(statement.order_by(KeywordRule.keyword)).all()


def find_keyword_aliases(rule: KeywordRule) -> list[str]:
    """Return the other words of a keyword, in alphabetical order."""
    return [word for word in list_words_of_keyword(rule) if word != rule.keyword]


def list_pause_keywords() -> list[str]:
    """Return which words for a pause are keywords or surveys of the organisation already."""
    return find_existing_trigger_words(sorted(PAUSE_WORDS))


def find_keyword_conflict(word: str, besides: int | None = None) -> str | None:
    """Return in a sentence why a folded word is not free, None when it is.

    The words of the keyword `besides` are free to it.
    """
    owner = find_trigger_word_owner([word])
    if owner is None:
        return None
    if owner.survey_name is not None:
        return f"{word} already starts the survey “{owner.survey_name}”."
    if owner.keyword_rule_id is None or owner.keyword_rule_id == besides:
        return None
    rule = find_keyword_rule(owner.keyword_rule_id)
    if rule is None or fold_keyword(rule.keyword) == fold_keyword(word):
        return f"{word} is already a keyword."
    return f"{word} is already a spelling of the keyword {rule.keyword}."


def find_topic_conflict(words: str) -> str | None:
    """Return in a sentence that a text with these words leaves a topic; None when it does not."""
    names = list_topic_names()
    request = read_topic_request(words, names.current, names.former)
    if request is None or request.wish is TopicWish.JOIN:
        return None
    topics = " and ".join(f"“{names.current[topic_id]}”" for topic_id in request.topic_ids)
    return f"Who texts this gets no more texts of {topics} already. Choose another word."


def find_active_trigger_words(moment: datetime, limit: int) -> list[str]:
    """Return the main words that start something at this moment, of keywords and of surveys.

    In alphabetical order, at most `limit`.
    """
    has_begun = or_(
        KeywordRule.active_from.is_(None),
        KeywordRule.active_from <= moment,
    )
    has_not_ended = or_(
        KeywordRule.active_until.is_(None),
        KeywordRule.active_until > moment,
    )
    words = (
        select(KeywordRule.keyword)
        .where(KeywordRule.is_active)
        .where(has_begun, has_not_ended)
        .order_by(KeywordRule.keyword)
        .limit(limit)
    )
    keywords = db.session.scalars(words)
    # Both are sorted and cut already, so the first `limit` of all are among them.
    words_of_both = {*keywords, *find_open_survey_keywords(limit)}
    return sorted(words_of_both)[:limit]


def find_keyword_names(rule_ids: Collection[int]) -> dict[int, str]:
    """Return the words of these keywords by id; a deleted one is missing."""
    statement = select(KeywordRule.id, KeywordRule.keyword).where(KeywordRule.id.in_(rule_ids))
    return fetch_dict(statement)


def select_keyword_matches(search: str, limit: int) -> Select[int, str, str | None]:
    """Return id, word and reply of keywords that fit, as columns id, title, detail."""
    statement = select(
        KeywordRule.id.label("id"),
        KeywordRule.keyword.label("title"),
        KeywordRule.response_body.label("detail"),
    )
    statement = statement.where(_build_search_condition(search))
    return statement.order_by(KeywordRule.keyword).limit(limit)


def count_running_keywords() -> int:
    """Return the number of keywords that are on."""
    return db.session.scalar(select(func.count()).where(KeywordRule.is_active)) or 0

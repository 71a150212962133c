"""The words that start something: of which survey or keyword each one is."""

import json
from collections.abc import Iterable, Sequence
from itertools import starmap
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, exists, func, or_, select

from app.core.db import db
from app.domain.texts.keyword_parsing import list_keyword_spellings
from app.domain.texts.text_intent import fold_text
from app.domain.texts.word_folding import fold_keyword
from app.surveys import sql
from app.surveys.models import SurveyFlow, TriggerWord, trigger_words


class TriggerWordOwner(NamedTuple):
    """Whose a trigger word is: a keyword's, or a survey's with its name."""

    keyword_rule_id: int | None
    survey_id: int | None
    survey_name: str | None


def find_trigger_word_owner(words: Iterable[str]) -> TriggerWordOwner | None:
    """Return whose one of these spellings of a word is, None when it is free."""
    owners = find_trigger_word_owners(words)
    return owners[0] if owners else None


def find_trigger_word_owners(words: Iterable[str]) -> list[TriggerWordOwner]:
    """Return whose these words are; those that start nothing are not among them.

    A word is found by how it is stored, and by how it is compared (fold_keyword()).
    """
    rows = db.session.execute(
        select(TriggerWord.keyword_rule_id, TriggerWord.survey_id, SurveyFlow.name)
        .outerjoin(SurveyFlow, SurveyFlow.id == TriggerWord.survey_id)
        .where(_is_one_of(words))
        .order_by(TriggerWord.word)
    )
    return list(starmap(TriggerWordOwner, rows))


def _is_one_of(words: Iterable[str]) -> ColumnElement[bool]:
    spellings = set(words)
    return or_(
        TriggerWord.word.in_(spellings), TriggerWord.folded.in_(set(map(fold_keyword, spellings)))
    )


def find_trigger_words_of_keywords(rule_ids: Sequence[int]) -> dict[int, list[str]]:
    """Return all words of these keywords, the main ones too, each list in alphabetical order."""
    words: dict[int, list[str]] = {rule_id: [] for rule_id in rule_ids}
    rows = db.session.execute(
        select(TriggerWord.keyword_rule_id, TriggerWord.word)
        .where(TriggerWord.keyword_rule_id.in_(rule_ids))
        .order_by(TriggerWord.word)
    )
    for rule_id, word in rows:
        if rule_id is not None:
            words[rule_id].append(word)
    return words


def select_keywords_with_word(fragment: str) -> Select[int | None]:
    """Return the select of the ids of the keywords that have a word with `fragment` in it.

    In any spelling. A fragment of nothing but punctuation is in no word.
    """
    has_fragment = TriggerWord.word.contains(fold_text(fragment) or fragment, autoescape=True)
    if folded := fold_keyword(fragment):
        has_fragment = or_(has_fragment, TriggerWord.folded.contains(folded, autoescape=True))
    return (
        select(TriggerWord.keyword_rule_id)
        .where(has_fragment)
        .where(TriggerWord.keyword_rule_id.is_not(None))
    )


def find_existing_trigger_words(words: Iterable[str]) -> list[str]:
    """Return those of these folded words that start something, in alphabetical order."""
    spellings = set(words)
    rows = db.session.execute(
        select(TriggerWord.word, TriggerWord.folded).where(_is_one_of(spellings))
    )
    existing = {spelling for row in rows for spelling in row}
    return sorted(word for word in spellings if {word, fold_keyword(word)} & existing)


def build_trigger_word_condition(words_json: Any) -> ColumnElement[bool]:
    """Return whether a word of the JSON list `words_json` starts something.

    For a statement of another feature: `words_json` is a column or parameter of it.
    """
    words = func.json_each(words_json).table_valued("value")
    # One statement asks everything about a batch of texts that come in; this is a part of it. Two
    # look-ups, for each has an index of its own.
    return or_(
        exists().where(trigger_words.c.word.in_(select(words.c.value))),
        exists().where(trigger_words.c.folded.in_(select(words.c.value))),
    )


def find_survey_of_text(body: str) -> int | None:
    """Return the survey whose keyword is all of this text, None when there is none."""
    for survey_id in _find_surveys_of_text(body):
        if survey_id is not None:
            return survey_id
    return None


def is_trigger_word(body: str) -> bool:
    """Whether this text is nothing but a word that starts something."""
    return bool(_find_surveys_of_text(body))


def _find_surveys_of_text(body: str) -> list[int | None]:
    # A list of words as one JSON parameter: the statement is the same for any number of them.
    words = json.dumps([*list_keyword_spellings(body)])
    survey_ids: list[int | None] = sql.SELECT_SURVEYS_OF_WORDS.fetch_json(b_words=words)
    return survey_ids


def find_keywords_of_words(words: Sequence[str]) -> dict[str, int]:
    """Return the keyword (its id) of each of these words that belongs to one.

    A word as it is stored comes before another that is only compared alike.
    """
    rows = sql.SELECT_KEYWORDS_OF_WORDS.fetch_json(b_words=json.dumps(words))
    rule_ids, ids_by_folded_word = {}, {}
    for word, folded, rule_id in rows:
        rule_ids[word] = rule_id
        if folded:
            ids_by_folded_word[folded] = rule_id
    return ids_by_folded_word | rule_ids

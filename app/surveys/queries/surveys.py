"""Reading surveys: one of them, the list, and whether a word or a name is free."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import starmap
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from app.core.db import db
from app.core.fetched_rows import count_rows, fetch_dict, fetch_tuples
from app.core.pagination import ListPage, ListParams, clamp_to_last_page
from app.core.search_terms import build_text_filter
from app.domain.texts.keyword_parsing import list_keyword_spellings
from app.domain.texts.plurals import pluralize
from app.surveys.models import SurveyFlow, SurveySession
from app.surveys.queries.trigger_words import find_trigger_word_owners

SURVEY_SORT_KEYS = ("name", "word", "started", "finished", "last")
KEYWORD_TAKEN_SENTENCE = "{word} is a keyword already, with an answer of its own."


@dataclass(frozen=True, slots=True)
class SurveyListRow:
    """One survey on the list, and when somebody last did something in it (None: nobody yet)."""

    survey: SurveyFlow
    last_activity_at: datetime | None

    @property
    def finished_percent(self) -> int | None:
        """How many percent of those who began have finished; None before anybody began."""
        return calculate_percent(self.survey.completion_count, self.survey.start_count)


class SurveyListPage(ListPage):
    """A page of surveys."""

    @property
    def total_in_words(self) -> str:
        """The total as a count: 1 survey, 12 surveys."""
        return pluralize(self.total, "survey")


def calculate_percent(part: int, total: int) -> int | None:
    """Return `part` in percent of `total`, None when the total is 0."""
    return round(100 * part / total) if total else None


def find_survey(survey_id: int | None) -> SurveyFlow | None:
    """Return one survey, None when it is gone or when there is no id."""
    return db.session.get(SurveyFlow, survey_id) if survey_id else None


def find_surveys_of_event(event_id: int) -> list[SurveyFlow]:
    """Return the surveys that register people for this event, by name."""
    surveys = (
        select(SurveyFlow).where(SurveyFlow.linked_event_id == event_id).order_by(SurveyFlow.name)
    )
    return list(db.session.scalars(surveys))


def find_open_surveys() -> list[SurveyFlow]:
    """Return every survey that can be begun, by name."""
    surveys = select(SurveyFlow).where(SurveyFlow.is_active).order_by(func.lower(SurveyFlow.name))
    return list(db.session.scalars(surveys))


def find_survey_choices(chosen_id: int | None) -> list[tuple[int, str]]:
    """Return (id, name) of the open surveys, and of the chosen one even if it is closed."""
    # A closed survey stays chosen, so that saving a keyword again does not lose it.
    is_choice = or_(
        SurveyFlow.is_active,
        SurveyFlow.id == (chosen_id or 0),
    )
    return fetch_tuples(select(SurveyFlow.id, SurveyFlow.name).where(is_choice))


def find_survey_names(survey_ids: Iterable[int]) -> dict[int, str]:
    """Return the names of these surveys by id; those that are gone are left out."""
    statement = select(SurveyFlow.id, SurveyFlow.name)
    return fetch_dict(statement.where(SurveyFlow.id.in_(survey_ids)))


def find_open_survey_keywords(limit: int) -> list[str]:
    """Return the keywords of open surveys in alphabetical order."""
    words = (
        select(SurveyFlow.trigger_keyword)
        .where(SurveyFlow.is_active)
        .order_by(SurveyFlow.trigger_keyword)
        .limit(limit)
    )
    return list(db.session.scalars(words))


def paginate_surveys(params: ListParams) -> SurveyListPage:
    """Return a page of the list. A search finds parts of names and keywords."""
    conditions = []
    if params.search:
        names = (SurveyFlow.name, SurveyFlow.trigger_keyword)
        conditions.append(build_text_filter(params.search, *names))
    total = count_rows(SurveyFlow, *conditions)
    params = clamp_to_last_page(total, params)
    last_activity = _build_last_activity()
    page = (
        select(SurveyFlow, last_activity)
        .where(*conditions)
        .order_by(*_build_order(params, last_activity))
        .offset(params.offset)
        .limit(params.per_page)
    )
    rows = list(starmap(SurveyListRow, db.session.execute(page)))
    return SurveyListPage(rows, total, params)


def _build_last_activity() -> Any:
    """Return the subquery of when somebody last did something in a survey.

    A session was active last when it ended, or when its last question was asked.
    """
    latest = func.max(
        func.coalesce(SurveySession.ended_at, SurveySession.asked_at),
        type_=SurveySession.asked_at.type,
    )
    return (
        select(latest)
        .where(SurveySession.survey_id == SurveyFlow.id)
        .correlate(SurveyFlow)
        .scalar_subquery()
    )


def _build_order(params: ListParams, last_activity: Any) -> list[ColumnElement[Any]]:
    # In thousandths: whole percents would leave surveys with nearly the same share in any order.
    finished_share = SurveyFlow.completion_count * 1000 / func.max(SurveyFlow.start_count, 1)
    columns: dict[str, Any] = {
        "name": func.lower(SurveyFlow.name),
        "word": SurveyFlow.trigger_keyword,
        "started": SurveyFlow.start_count,
        "finished": finished_share,
        "last": func.coalesce(last_activity, ""),
    }
    column = columns[params.sort]
    if params.descending:
        return [column.desc(), SurveyFlow.id.desc()]
    return [column.asc(), SurveyFlow.id.asc()]


def is_survey_name_taken(name: str, besides: int | None = None) -> bool:
    """Whether another survey than `besides` has this name, in whatever case."""
    other = (
        select(SurveyFlow.id)
        .where(func.lower(SurveyFlow.name) == func.lower(name))
        .where(SurveyFlow.id != (besides or 0))
        .limit(1)
    )
    return db.session.scalar(other) is not None


def find_survey_keyword_conflict(word: str, besides: int | None = None) -> str | None:
    """Return in a sentence what a folded word starts already, None when it is free.

    The words of the survey `besides` are free to it.
    """
    # A survey of the first design kept its keyword as it was typed: any spelling is in use.
    for owner in find_trigger_word_owners(list_keyword_spellings(word)):
        if besides is not None and owner.survey_id == besides:
            continue
        if owner.survey_name is not None:
            return f"{word} already starts the survey “{owner.survey_name}”."
        return KEYWORD_TAKEN_SENTENCE.format(word=word)
    return None

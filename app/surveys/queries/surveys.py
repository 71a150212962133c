"""Reading surveys: one of them, the list, and whether a word or a name is free."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select

from app.core.db import db
from app.core.pagination import ListPage, ListParams, clamp_to_last_page
from app.core.search_terms import build_text_filter
from app.domain.surveys.survey_state_machine import list_keyword_spellings
from app.domain.texts.plurals import pluralize
from app.surveys.models import SurveyFlow, SurveySession, TriggerWord

SURVEY_SORT_KEYS = ("name", "word", "started", "finished", "last")
KEYWORD_TAKEN_SENTENCE = "{word} is a keyword already, with an answer of its own."


@dataclass(frozen=True, slots=True)
class SurveyListRow:
    """One survey on the list, and when somebody last did something in it (None: nobody yet)."""

    survey: SurveyFlow
    last_activity_at: datetime | None

    @property
    def finished_percent(self) -> int | None:
        """How many of a hundred who began have finished; None before anybody began."""
        return calculate_percent(self.survey.completion_count, self.survey.start_count)


class SurveyListPage(ListPage):
    """A page of them, counted as surveys."""

    @property
    def total_in_words(self) -> str:
        """ "1 survey", "12 surveys"."""
        return pluralize(self.total, "survey")


def calculate_percent(part: int, whole: int) -> int | None:
    """So many of a hundred; None of nothing."""
    return round(100 * part / whole) if whole else None


def find_survey(survey_id: int) -> SurveyFlow | None:
    """One survey, None when it is gone."""
    return db.session.get(SurveyFlow, survey_id)


def find_surveys_of_event(event_id: int) -> list[SurveyFlow]:
    """The surveys that register people for this event."""
    linked = select(SurveyFlow).where(SurveyFlow.linked_event_id == event_id)
    return list(db.session.scalars(linked.order_by(SurveyFlow.name)))


def find_open_surveys() -> list[SurveyFlow]:
    """Every survey that can be begun, by name."""
    active = select(SurveyFlow).where(SurveyFlow.is_active)
    return list(db.session.scalars(active.order_by(func.lower(SurveyFlow.name))))


def paginate_surveys(asked: ListParams) -> SurveyListPage:
    """A page of the list. A search finds parts of names and keywords."""
    wanted = (
        [build_text_filter(asked.search, SurveyFlow.name, SurveyFlow.trigger_keyword)]
        if asked.search
        else []
    )
    total = db.session.scalar(select(func.count()).select_from(SurveyFlow).where(*wanted)) or 0
    asked = clamp_to_last_page(total, asked)
    last = _build_last_activity()
    lines = select(SurveyFlow, last).where(*wanted).order_by(*_build_order(asked, last))
    rows = db.session.execute(lines.offset(asked.offset).limit(asked.per_page))
    return SurveyListPage([SurveyListRow(flow, at) for flow, at in rows], total, asked)


def _build_last_activity() -> Any:
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


def _build_order(asked: ListParams, last: Any) -> list[ColumnElement[Any]]:
    columns: dict[str, Any] = {
        "name": func.lower(SurveyFlow.name),
        "word": SurveyFlow.trigger_keyword,
        "started": SurveyFlow.start_count,
        "finished": SurveyFlow.completion_count * 1000 / func.max(SurveyFlow.start_count, 1),
        "last": func.coalesce(last, ""),
    }
    way = "desc" if asked.descending else "asc"
    return [getattr(each, way)() for each in (columns[asked.sort], SurveyFlow.id)]


def is_survey_name_taken(name: str, besides: int | None = None) -> bool:
    """Whether another survey has this name, in whatever case."""
    twin = select(SurveyFlow.id).where(func.lower(SurveyFlow.name) == func.lower(name))
    return db.session.scalar(twin.where(SurveyFlow.id != (besides or 0)).limit(1)) is not None


def find_survey_keyword_conflict(word: str, besides: int | None = None) -> str | None:
    """What a folded word starts already, in a sentence; None when it is free, or this survey's
    own.
    """
    rows = db.session.scalars(
        select(TriggerWord).where(TriggerWord.word.in_(list_keyword_spellings(word)))
    )
    row = next((each for each in rows if besides is None or each.survey_id != besides), None)
    if row is None:
        return None
    other = find_survey(row.survey_id) if row.survey_id else None
    return (
        f"{word} already starts ‘{other.name}’."
        if other
        else KEYWORD_TAKEN_SENTENCE.format(word=word)
    )

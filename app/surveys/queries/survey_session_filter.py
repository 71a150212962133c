"""Which sessions results are of: all of a survey, or those that began in certain days."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement

from app.surveys.models import SurveySession

S = SurveySession


@dataclass(frozen=True)
class SessionFilter:
    """The sessions of one survey; only those begun from `since` on and before `until`
    (moments), where these are.
    """

    survey_id: int
    since: datetime | None = None
    until: datetime | None = None

    @property
    def is_unfiltered(self) -> bool:
        """Whether no days were chosen."""
        return self.since is None and self.until is None

    @property
    def where_conditions(self) -> list[ColumnElement[bool]]:
        """For a WHERE; the table of sessions has to be there."""
        found: list[ColumnElement[bool]] = [S.survey_id == self.survey_id]
        found += [S.started_at >= self.since] if self.since else []
        return found + ([S.started_at < self.until] if self.until else [])

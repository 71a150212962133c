"""Which sessions results are of: all of a survey, or those that began on certain days."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement

from app.core.scope_conditions import get_list_scope, list_scope_conditions
from app.surveys.models import SurveySession

S = SurveySession


@dataclass(frozen=True)
class SessionFilter:
    """The sessions of one survey that began at `since` or later and before `until` (None: any)."""

    survey_id: int
    since: datetime | None = None
    until: datetime | None = None

    @property
    def is_unfiltered(self) -> bool:
        """Whether no days were chosen, by somebody who reaches everybody."""
        return self.since is None and self.until is None and get_list_scope().is_everybody

    @property
    def filter_conditions(self) -> list[ColumnElement[bool]]:
        """The conditions for the WHERE of a statement that has the table of sessions."""
        conditions: list[ColumnElement[bool]] = [S.survey_id == self.survey_id]
        conditions += list_scope_conditions(S.phone)
        if self.since:
            conditions.append(S.started_at >= self.since)
        if self.until:
            conditions.append(S.started_at < self.until)
        return conditions

"""The pages of the surveys."""

from app.surveys.views import (
    survey_labels,
    survey_management,
    survey_results,
    survey_session_detail,
)
from app.surveys.views.blueprint import bp

__all__ = ["bp", "survey_labels", "survey_management", "survey_session_detail", "survey_results"]

"""The blueprint of the surveys."""

from flask import Blueprint, abort

from app.surveys import queries
from app.surveys.models import SurveyFlow

bp = Blueprint("surveys", __name__, url_prefix="/surveys")


def get_survey_or_404(survey_id: int) -> SurveyFlow:
    """The survey of this page, or a page that says that it is not there."""
    return queries.find_survey(survey_id) or abort(404)

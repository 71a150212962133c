"""The blueprint of the surveys."""

from flask import Blueprint, abort

from app.surveys.models import SurveyFlow
from app.surveys.queries.surveys import find_survey

bp = Blueprint("surveys", __name__, url_prefix="/surveys")


def get_survey_or_404(survey_id: int) -> SurveyFlow:
    """Return the survey of an address; answers 404 when it is gone."""
    return find_survey(survey_id) or abort(404)

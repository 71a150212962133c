"""The blueprint of the surveys."""

from flask import Blueprint, abort

from app.core import error_pages
from app.surveys import queries
from app.surveys.actions.surveys import NotFound
from app.surveys.models import SurveyFlow

bp = Blueprint("surveys", __name__, url_prefix="/surveys")
bp.register_error_handler(NotFound, lambda _gone: error_pages.render_error_page(404))


def get_survey_or_404(survey_id: int) -> SurveyFlow:
    """The survey of this page, or a page that says that it is not there."""
    return queries.find_survey(survey_id) or abort(404)

"""The blueprint of the surveys."""

from flask import Blueprint, abort

from app.core import error_pages
from app.surveys import queries
from app.surveys.actions.surveys import Gone
from app.surveys.models import SurveyFlow

bp = Blueprint("surveys", __name__, url_prefix="/surveys")
bp.register_error_handler(Gone, lambda _gone: error_pages.render_error_page(404))


def found(survey_id: int) -> SurveyFlow:
    """The survey of this page, or a page that says that it is not there."""
    return queries.survey(survey_id) or abort(404)

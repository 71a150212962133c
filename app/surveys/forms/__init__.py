"""What people type about surveys, and the sentences beside what cannot be asked."""

from app.surveys.forms.questions import QuestionForm
from app.surveys.forms.survey import SurveyForm

__all__ = ["QuestionForm", "SurveyForm"]

"""What people type about surveys, and the sentences beside what cannot be asked."""

from app.surveys.forms.question_form import QuestionForm
from app.surveys.forms.survey_form import SurveyForm

__all__ = ["QuestionForm", "SurveyForm"]

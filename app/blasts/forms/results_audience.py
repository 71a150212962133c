"""The fields that name the people of an earlier blast: audience=results, log_id and outcome."""

from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, ValidationError

from app.blasts.queries.results_audience import parse_results_audience
from app.domain.delivery.blast_outcomes import ResultsAudience

RESULTS_KIND = "results"
RESULTS_FIELDS = ("audience", "log_id", "outcome")
BLAST_GONE_ERROR = "That earlier blast does not exist. Choose who gets this one."


class ResultsAudienceForm(FlaskForm):
    """Whom a blast is for, where that is people of an earlier one; `target` counts otherwise."""

    audience = HiddenField()
    log_id = HiddenField()
    outcome = HiddenField()

    @property
    def is_for_results(self) -> bool:
        """Whether it is for people of an earlier blast."""
        return bool(self.audience.data == RESULTS_KIND)

    @property
    def selected_results(self) -> ResultsAudience | None:
        """Whose results they are; None where it is for others, or what came names no blast."""
        if not self.is_for_results:
            return None
        return parse_results_audience(self.log_id.data or "", self.outcome.data or "")

    def validate_audience(self, field: Field) -> None:
        """Reject an earlier blast that does not exist: it never becomes everyone."""
        if self.is_for_results and self.selected_results is None:
            raise ValidationError(BLAST_GONE_ERROR)

"""A stored keyword as the values of its form."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.keywords.forms.active_period import build_period_form_data
from app.keywords.models import KeywordRule


def build_keyword_form_data(rule: KeywordRule, aliases: Sequence[str]) -> Mapping[str, Any]:
    """Return a keyword as somebody would have typed it."""
    return {
        "keyword": rule.keyword,
        "aliases": ", ".join(aliases),
        "match_kind": rule.match_kind.value,
        "response_body": rule.response_body or "",
        "action": rule.action.value,
        "event_id": str(rule.event_id or ""),
        "survey_id": str(rule.survey_id or ""),
        "group_id": str(rule.group_id or ""),
        "is_active": rule.is_active,
        "sets_language": rule.sets_language or "",
        "counts_as_check_in": rule.counts_as_check_in,
        **build_period_form_data(rule),
    }

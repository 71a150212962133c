"""What the audit keeps of a blast that is confirmed or changed."""

from app.domain.audiences.chosen_audience import ChosenAudience
from app.domain.delivery.blast_draft import BlastDraft
from app.domain.time import local_times


def build_audit_details(draft: BlastDraft) -> dict[str, object]:
    """Return what the audit keeps; a chosen time as the clocks showed it when it was chosen."""
    details: dict[str, object] = {
        "target": draft.target.value,
        "event": draft.event_id,
        "test": draft.is_test,
    }
    if isinstance(draft.people_of, ChosenAudience):
        details["audience"] = draft.people_of.sentence
    if draft.translations:
        details["languages"] = ", ".join(sorted(draft.translations))
    if draft.survey_id:
        details["survey"] = draft.survey_id
    if draft.send_at:
        local = local_times.build_local_time_input(draft.send_at, draft.timezone)
        details["leaves_at"] = f"{local.date} {local.time}"
        details["timezone"] = draft.timezone
    return details

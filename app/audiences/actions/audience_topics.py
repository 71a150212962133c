"""Recording which topics a released blast is about through its segments. Inside write()."""

from app.audiences.queries.audience_lists import list_part_groups
from app.delivery.actions.blast_topics import record_blast_topics
from app.delivery.queries.stored_audiences import load_audience


def record_segment_topics(log_id: int, audience_id: int | None) -> None:
    """Let whoever leaves a group by which a segment means them get no text that still waits.

    The release has judged who left it before.
    """
    audience = load_audience(audience_id)
    if audience is None:
        return
    for part in audience.rule.included:
        record_blast_topics(log_id, list_part_groups(part), is_only=False)

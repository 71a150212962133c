"""What an approval is about: the hash of all that a blast would send, and one text to look at."""

import hashlib
import json

from app.audiences.queries.segment_records import find_segment
from app.blasts.queries.audience import get_blast_placeholders
from app.blasts.queries.people_permission import get_stored_people
from app.delivery.queries.blast_records import reload_scheduled_blast
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.audiences.audience_rules import PartKind, write_audience
from app.domain.audiences.chosen_audience import ChosenAudience
from app.domain.delivery.blast_rendering import RenderedBlast
from app.domain.limits.sender_limits import BlastSize
from app.organisation.queries import get_opt_out_lines

# They are others each day, as their readers expect.
DAILY_PLACEHOLDERS = frozenset({"days_until", "days_since"})


def find_blast_hash(scheduled_id: int) -> str:
    """Return hash_blast() of a scheduled blast as it is now."""
    return hash_blast(reload_scheduled_blast(scheduled_id))


def hash_blast(blast: ScheduledMessage) -> str:
    """Return the hash of all that an approval covers, and of no times.

    The text in every language, the opt-out line, the survey, the lists of people, and what is
    filled in for everyone. Who is on the lists may change.
    """
    texts = [blast.message_body, *blast.translations.values()]
    values = get_blast_placeholders(blast.target, blast.event_id)
    filled_in = {
        name: value
        for name, value in values.items()
        if name not in DAILY_PLACEHOLDERS and any(name in text for text in texts)
    }
    content = {
        "body": blast.message_body,
        "translations": blast.translations,
        "footer": blast.footer,
        "other_footers": _list_other_footers(blast),
        "plain_names": blast.plain_names,
        "survey": blast.survey_id,
        "carrier": blast.carrier,
        "people": _describe_people(blast),
        "filled_in": filled_in,
    }
    written = json.dumps(content, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(written.encode()).hexdigest()


def measure_blast(rendered: RenderedBlast) -> BlastSize:
    """Return how many people get a blast, and how many segments that is."""
    return BlastSize(rendered.recipient_count, rendered.segment_count)


def choose_sample(rendered: RenderedBlast) -> str:
    """Return the text of its first reader; "" when no one gets it."""
    return rendered.sendable_texts[0].body if rendered.sendable_texts else ""


def _list_other_footers(blast: ScheduledMessage) -> list[str]:
    """Return the opt-out lines of its translations, which the organisation may change."""
    if not blast.footer:
        return []
    lines = get_opt_out_lines()
    return [lines.choose(language) for language in sorted(blast.translations)]


def _describe_people(blast: ScheduledMessage) -> list[object]:
    """Return whom a blast is for: its event, its rule, or the people of an earlier blast.

    The rules of its segments as well: another rule means other people.
    """
    outcome = blast.audience_outcome
    described: list[object] = [
        blast.target.value,
        blast.event_id,
        blast.audience_log_id,
        outcome.value if outcome else None,
        blast.audience_id,
    ]
    people_of = get_stored_people(blast)
    if isinstance(people_of, ChosenAudience):
        described += [write_audience(people_of.rule), people_of.is_frozen]
        for part in (*people_of.rule.included, *people_of.rule.excluded):
            if part.kind is PartKind.SEGMENT:
                segment = find_segment(part.ref_id)
                described.append(segment.rule if segment else None)
    return described

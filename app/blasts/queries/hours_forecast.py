"""What texting hours mean for a draft: who gets it later, and who would never get it in time."""

from dataclasses import replace
from datetime import datetime, timedelta

from app.blasts.queries.review_notices import ReviewRequest
from app.core.clock import now
from app.core.settings import current_settings
from app.domain.delivery.blast_draft import BlastDraft
from app.domain.delivery.blast_rendering import RenderedBlast, RenderedText
from app.domain.delivery.hold_rules import find_text_purpose, is_never_in_time
from app.domain.delivery.message_statuses import MessageKind
from app.domain.delivery.skip_reasons import SkipReason
from app.domain.quiet_hours.hold_judge import HoldJudge
from app.domain.quiet_hours.text_purposes import TextPurpose
from app.domain.quiet_hours.texting_hours import TextingHours
from app.domain.quiet_hours.waiting_people import ZoneKeyCounts
from app.domain.quiet_hours.waiting_sentences import SendingTime, describe_waiting
from app.domain.texts.plurals import pluralize
from app.organisation.queries import get_undo_seconds
from app.texting_hours.queries import load_texting_hours

# A blast that is over sooner needs no word about hours that end meanwhile.
MIN_LONG_SENDING = timedelta(minutes=1)


def find_start(draft: BlastDraft, moment: datetime) -> datetime:
    """Return when the first text of a draft would be sent."""
    return draft.send_at or moment + timedelta(seconds=get_undo_seconds())


def skip_outside_hours(draft: BlastDraft, blast: RenderedBlast) -> RenderedBlast:
    """Return the blast without those whose hours begin after its end; release skips them too."""
    if draft.not_after is None:
        return blast
    hours = load_texting_hours(current_settings().carrier)
    if not hours.is_on:
        return blast
    judge = HoldJudge(hours, find_start(draft, now()))
    purpose, end = _find_purpose(draft), draft.not_after

    def judge_text(text: RenderedText) -> RenderedText:
        hold = None if text.skip_reason else judge.find_hold(text.phone, purpose)
        if hold is None or not is_never_in_time(hold.until, end):
            return text
        return text._replace(skip_reason=SkipReason.OUTSIDE_HOURS)

    return replace(blast, texts=tuple(map(judge_text, blast.texts)))


def list_waiting_sentences(
    request: ReviewRequest, hours: TextingHours, duration: timedelta
) -> list[str]:
    """Return sentences about who gets the blast later, [] when no one does.

    `duration`: how long sending takes.
    """
    draft, blast = request.draft, request.blast
    purpose = _find_purpose(draft)
    if not hours.is_on or purpose not in hours.windows:
        return []
    start = find_start(draft, request.moment)
    judge = HoldJudge(hours, start)
    counts = ZoneKeyCounts.from_phones(text.phone for text in blast.sendable_texts)
    groups = counts.list_waiting(judge, purpose)
    time = SendingTime(start, request.moment, hours.zone, hours.region, draft.send_at is None)
    sentences = describe_waiting(groups, blast.recipient_count, time)
    if duration >= MIN_LONG_SENDING:
        count = counts.count_closing(judge, HoldJudge(hours, start + duration), purpose)
        if count:
            people = pluralize(count, "person", "people")
            sentences.append(
                f"Texting hours of {people} end while it is sent: who is not reached by then gets "
                "it when they start again."
            )
    return sentences


def _find_purpose(draft: BlastDraft) -> TextPurpose:
    kind = MessageKind.TEST if draft.is_test else MessageKind.BLAST
    return find_text_purpose(kind, asks_survey=draft.survey_id is not None, is_any_hour=False)

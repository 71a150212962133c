"""The review of a draft: who gets what, who is left out, what it costs and when it is done."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.blasts.queries.end_time_forecast import (
    EndTimeForecast,
    SendWindow,
    forecast_end_time,
)
from app.blasts.queries.event_labels import find_blast_survey
from app.blasts.queries.review_facts import (
    ReviewRequest,
    build_review_facts,
    describe_draft_audience,
)
from app.blasts.queries.review_notice import ReviewButton, ReviewNotice
from app.blasts.queries.review_notices import build_review_notices
from app.blasts.queries.reviewed_texts import ReviewPage, ShownText, build_review_page, show_text
from app.core.local_formats import format_clock_in_zone, format_time_in_zone
from app.core.settings import Settings, current_settings
from app.domain.delivery.blast_draft import BlastDraft
from app.domain.delivery.blast_outcomes import OUTCOME_RULES
from app.domain.delivery.blast_rendering import RenderedBlast, RenderedText
from app.domain.delivery.cost_estimate import compute_cost, compute_send_seconds, format_money
from app.domain.delivery.message_statuses import BlastTarget
from app.domain.delivery.skip_reasons import SKIP_REASON_LABELS
from app.domain.phones.phone_number import format_phone_number
from app.domain.texts.plurals import pluralize
from app.domain.time import durations
from app.events.queries import events
from app.organisation import queries as organisations
from app.organisation.models import Organisation
from app.surveys.models import SurveyFlow

MAX_SKIPPED_NAMES_SHOWN = 100
OTHER_FOLD = {"first": "second", "second": "first"}


@dataclass(frozen=True)
class SkippedPerson:
    """A person who is skipped, and why."""

    name: str | None
    phone: str
    reason: str


@dataclass(frozen=True)
class SkippedGroup:
    """How many people get nothing for one reason, and what can be done about it."""

    reason: str
    count: int
    remedy: str


@dataclass(frozen=True)
class BlastReview:
    """Everything the review page shows of one draft, computed once.

    `summary`: the sum, such as "52 people", "58 segments". `shown`: None when no one gets a text.
    `nobody_reason`: why no one gets it, "" when someone does. `send_label`: what the button says.
    `audience_rule`: how people of an earlier blast are chosen, "" for other audiences.
    `survey`: the one that answers start.
    """

    recipient_count: int
    recipients: str
    nobody_reason: str
    send_label: str
    undo_hint: str
    summary: list[str]
    audience: str
    audience_rule: str
    survey: SurveyFlow | None
    shown: ShownText | None
    facts: list[tuple[str, str]]
    is_price_missing: bool
    notices: list[ReviewNotice]
    repeated_hour_notices: list[ReviewNotice]
    skipped_count: int
    skipped_groups: list[SkippedGroup]
    skipped_people: list[SkippedPerson]
    duplicates: int
    page: ReviewPage


def review_blast(request: ReviewRequest) -> BlastReview:
    """Compute the whole review page of a draft."""
    draft, blast = request.draft, request.blast
    organisation = organisations.get_organisation()
    settings = current_settings()
    undo_seconds = organisations.get_undo_seconds()
    forecast = _forecast_end(request, settings, undo_seconds)
    recipients = pluralize(blast.recipient_count, "person", "people")
    seconds = compute_send_seconds(blast.segment_count, settings.effective_send_rate)
    event = events.find_event(draft.event_id)
    skipped = [text for text in blast.texts if text.skip_reason]
    return BlastReview(
        recipient_count=blast.recipient_count,
        recipients=recipients,
        nobody_reason=_explain_empty_audience(draft, blast),
        send_label=_describe_sending(draft, recipients),
        undo_hint=_describe_undo(request, undo_seconds),
        summary=list(_summarise(blast, recipients, organisation, seconds)),
        audience=describe_draft_audience(draft, event.title if event else None),
        audience_rule=OUTCOME_RULES[draft.results_of.outcome] if draft.results_of else "",
        survey=find_blast_survey(draft.survey_id),
        shown=show_text(blast, request.person),
        facts=list(build_review_facts(request, settings, organisation, forecast, undo_seconds)),
        is_price_missing=organisation.price_per_segment is None,
        notices=build_review_notices(request, organisation, forecast, timedelta(seconds=seconds)),
        repeated_hour_notices=list(_build_repeated_hour_notices(request)),
        skipped_count=len(skipped),
        skipped_groups=_group_skipped_people(blast),
        skipped_people=_list_skipped_people(skipped[:MAX_SKIPPED_NAMES_SHOWN]),
        duplicates=blast.duplicates,
        page=build_review_page(blast, request.page_number),
    )


def _forecast_end(
    request: ReviewRequest, settings: Settings, undo_seconds: int
) -> EndTimeForecast | None:
    draft = request.draft
    if draft.not_after is None:
        return None
    start = draft.send_at or request.moment + timedelta(seconds=undo_seconds)
    window = SendWindow(start, draft.not_after, draft.timezone, settings.effective_send_rate)
    return forecast_end_time(window, request.end_fold, request.blast)


def _explain_empty_audience(draft: BlastDraft, blast: RenderedBlast) -> str:
    if blast.recipient_count:
        return ""
    if blast.texts:
        return "everyone is skipped"
    if draft.results_of is not None:
        return "no one of the earlier blast is in this group"
    if draft.target == BlastTarget.COMMUNITY:
        return "the community is empty"
    return "no one is registered for this event"


def _describe_sending(draft: BlastDraft, recipients: str) -> str:
    return f"Schedule for {recipients}" if draft.send_at else f"Send to {recipients}"


def _describe_undo(request: ReviewRequest, undo_seconds: int) -> str:
    draft = request.draft
    if draft.send_at:
        time = format_time_in_zone(draft.send_at, draft.timezone)
        return f"You can cancel until {time}."
    if undo_seconds:
        return f"You can undo for {undo_seconds} seconds."
    return "It is sent right away."


def _summarise(
    blast: RenderedBlast, recipients: str, organisation: Organisation, seconds: float
) -> Iterator[str]:
    """Yield the sum: people, segments, money where a price is known, and the time it takes."""
    yield recipients
    yield pluralize(blast.segment_count, "segment")
    cost = compute_cost(blast.segment_count, organisation.price_per_segment)
    if cost is not None:
        yield f"about {format_money(cost, organisation.currency)}"
    yield f"takes {durations.format_approximate_duration(seconds)}"


def _build_repeated_hour_notices(request: ReviewRequest) -> Iterator[ReviewNotice]:
    """Ask which of two equal times is meant, where the clocks are put back."""
    draft = request.draft
    if request.start_fold and draft.send_at:
        outcome = f"It will be sent the {request.start_fold} time."
        yield _build_repeated_hour_notice(
            draft.send_at, draft.timezone, outcome, ("other_fold", request.start_fold)
        )
    if request.end_fold and draft.not_after:
        outcome = f"Sending stops the {request.end_fold} time."
        yield _build_repeated_hour_notice(
            draft.not_after, draft.timezone, outcome, ("other_end_fold", request.end_fold)
        )


def _build_repeated_hour_notice(
    moment: datetime, zone: str, outcome: str, choice: tuple[str, str]
) -> ReviewNotice:
    """Return the notice of one moment.

    `choice`: the form field of the other time, and the fold that was chosen.
    """
    field, fold = choice
    time = format_clock_in_zone(moment, zone)
    other_fold = OTHER_FOLD[fold]
    return ReviewNotice(
        "info",
        f"The clocks are put back that night, so {time} comes twice. {outcome}",
        ReviewButton(f"Take the {other_fold} time", field, other_fold),
    )


def _group_skipped_people(blast: RenderedBlast) -> list[SkippedGroup]:
    """Return the reasons why somebody gets nothing, the most frequent first."""
    groups = []
    for reason, count in Counter(blast.skip_reason_counts).most_common():
        label, remedy = SKIP_REASON_LABELS[reason]
        groups.append(SkippedGroup(label, count, remedy))
    return groups


def _list_skipped_people(texts: list[RenderedText]) -> list[SkippedPerson]:
    people = []
    for text in texts:
        if text.skip_reason:
            reason, _ = SKIP_REASON_LABELS[text.skip_reason]
            people.append(SkippedPerson(text.name, format_phone_number(text.phone), reason))
    return people

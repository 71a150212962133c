"""The review of a draft: who gets what, who is left out, what it costs and when it is done."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from app.blasts.queries.end_time_forecast import EndTimeForecast, SendWindow, forecast_end_time
from app.blasts.queries.hours_forecast import list_waiting_sentences
from app.blasts.queries.language_review import (
    IntroductionShare,
    LanguageShare,
    MissingLanguage,
    describe_introductions,
    list_language_shares,
    list_missing_languages,
)
from app.blasts.queries.limit_notices import list_limit_notices
from app.blasts.queries.lists_review import (
    LeftOutList,
    describe_draft_audience,
    describe_draft_rule,
    explain_empty_audience,
    list_left_out_people,
)
from app.blasts.queries.review_notices import (
    ReviewNotice,
    ReviewRequest,
    list_repeated_hour_notices,
    list_time_notices,
)
from app.blasts.queries.reviewed_texts import (
    ReviewPage,
    ShownText,
    SkippedGroup,
    SkippedPerson,
    build_review_page,
    group_skipped_people,
    list_skipped_people,
    show_text,
    summarise_segments,
)
from app.blasts.queries.text_notices import list_text_notices
from app.core.local_formats import format_time_in_zone
from app.core.settings import current_settings
from app.domain.delivery.blast_draft import BlastDraft
from app.domain.delivery.blast_rendering import RenderedBlast
from app.domain.delivery.cost_estimate import (
    compute_cost,
    compute_send_seconds,
    format_money,
    format_segment_price,
)
from app.domain.phones.phone_number import format_phone_number
from app.domain.texts.plurals import pluralize
from app.domain.time import durations
from app.organisation import queries as organisations
from app.organisation.models import Organisation
from app.surveys.models import SurveyFlow
from app.surveys.queries import surveys
from app.texting_hours.queries import load_texting_hours


@dataclass(frozen=True)
class BlastReview:
    """Everything the review page shows of one draft, computed once.

    `summary`: the sum, such as "52 people", "58 segments". `shown`: None when no one gets a text.
    `nobody_reason`: why no one gets it, "" when someone does. `send_label`: what the button says.
    `audience_rule`: how people of an earlier blast are chosen, or how lists overlap; "" for other
    audiences. `left_out`: who is on the lists that the audience leaves out.
    `survey`: the one that answers start. `waiting`: sentences about who gets it later, because of
    texting hours. `languages`: the readers of each text, [] for a blast without translations;
    `introduction`: who gets a first text, which says who writes.
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
    waiting: list[str]
    skipped_count: int
    skipped_groups: list[SkippedGroup]
    skipped_people: list[SkippedPerson]
    duplicates: int
    page: ReviewPage
    left_out: list[LeftOutList]
    languages: list[LanguageShare]
    missing_languages: list[MissingLanguage]
    introduction: IntroductionShare | None


@dataclass(frozen=True)
class SendEstimate:
    """How long sending takes and what it costs ("" while no price is set), in words too."""

    undo_seconds: int
    seconds: float
    duration: str
    cost: str
    end: EndTimeForecast | None


def review_blast(request: ReviewRequest) -> BlastReview:
    """Compute the whole review page of a draft."""
    draft, blast = request.draft, request.blast
    organisation = organisations.get_organisation()
    settings = current_settings()
    estimate = _estimate_sending(request, organisation, settings.effective_send_rate)
    hours = load_texting_hours(settings.carrier)
    recipients = pluralize(blast.recipient_count, "person", "people")
    audience = describe_draft_audience(draft)
    facts = [
        ("To", audience),
        ("From", format_phone_number(settings.sender)),
        ("When", _describe_send_time(request, estimate.undo_seconds)),
        *_list_cost_facts(blast, organisation, estimate),
    ]
    return BlastReview(
        recipient_count=blast.recipient_count,
        recipients=recipients,
        nobody_reason=explain_empty_audience(draft, blast),
        send_label=f"Schedule for {recipients}" if draft.send_at else f"Send to {recipients}",
        undo_hint=_describe_undo(draft, estimate.undo_seconds),
        summary=_summarise(blast, recipients, estimate),
        audience=audience,
        audience_rule=describe_draft_rule(draft),
        survey=surveys.find_survey(draft.survey_id),
        shown=show_text(blast, request.person),
        facts=facts,
        is_price_missing=organisation.price_per_segment is None,
        notices=_list_notices(request, organisation, estimate, keeps_to_hours=hours.is_on),
        repeated_hour_notices=list(list_repeated_hour_notices(request)),
        waiting=list_waiting_sentences(request, hours, timedelta(seconds=estimate.seconds)),
        skipped_count=len(blast.texts) - blast.recipient_count,
        skipped_groups=group_skipped_people(blast),
        skipped_people=list_skipped_people(blast),
        duplicates=blast.duplicates,
        page=build_review_page(blast, request.page_number),
        left_out=list_left_out_people(draft.people_of),
        languages=list_language_shares(blast),
        missing_languages=list_missing_languages(blast),
        introduction=describe_introductions(blast),
    )


def _estimate_sending(
    request: ReviewRequest, organisation: Organisation, segments_per_second: float
) -> SendEstimate:
    draft, blast = request.draft, request.blast
    undo_seconds = organisations.get_undo_seconds()
    seconds = compute_send_seconds(blast.segment_count, segments_per_second)
    cost = compute_cost(blast.segment_count, organisation.price_per_segment)
    end = None
    if draft.not_after is not None:
        start = draft.send_at or request.moment + timedelta(seconds=undo_seconds)
        window = SendWindow(start, draft.not_after, draft.timezone, segments_per_second)
        end = forecast_end_time(window, request.end_fold, blast)
    return SendEstimate(
        undo_seconds,
        seconds,
        durations.format_approximate_duration(seconds),
        "" if cost is None else format_money(cost, organisation.currency),
        end,
    )


def _list_notices(
    request: ReviewRequest,
    organisation: Organisation,
    estimate: SendEstimate,
    *,
    keeps_to_hours: bool,
) -> list[ReviewNotice]:
    """Return what deserves a second look; nothing for a blast that reaches no one."""
    blast = request.blast
    if not blast.recipient_count:
        return []
    duration = timedelta(seconds=estimate.seconds)
    notices = [
        *list_time_notices(request, estimate.end, duration, keeps_to_hours=keeps_to_hours),
        *list_text_notices(request, organisation),
        *list_limit_notices(request),
    ]
    abroad = organisations.describe_foreign_numbers(blast.phone_prefix_counts)
    if abroad:
        notices.append(ReviewNotice("info", abroad))
    return sorted(notices, key=lambda notice: notice.kind != "warn")


def _describe_undo(draft: BlastDraft, undo_seconds: int) -> str:
    if draft.send_at:
        time = format_time_in_zone(draft.send_at, draft.timezone)
        return f"You can cancel until {time}."
    if undo_seconds:
        return f"You can undo for {undo_seconds} seconds."
    return "It will be sent right away."


def _summarise(blast: RenderedBlast, recipients: str, estimate: SendEstimate) -> list[str]:
    """Return the sum: people, segments, money where a price is known, and the time it takes."""
    summary = [recipients, pluralize(blast.segment_count, "segment")]
    if estimate.cost:
        summary.append(f"about {estimate.cost}")
    return [*summary, f"takes {estimate.duration}"]


def _describe_send_time(request: ReviewRequest, undo_seconds: int) -> str:
    """Return the start in words, with its zone."""
    draft = request.draft
    if draft.send_at is None and undo_seconds:
        return f"Now (you'll have {undo_seconds} seconds to undo)"
    if draft.send_at is None:
        return "Now"
    time = format_time_in_zone(draft.send_at, draft.timezone)
    fold = request.start_fold
    fold_note = f", the {fold} time the clocks show it" if fold else ""
    delay = durations.format_time_until(draft.send_at, request.moment)
    return f"{time}, {draft.timezone}{fold_note} ({delay})"


def _list_cost_facts(
    blast: RenderedBlast, organisation: Organisation, estimate: SendEstimate
) -> Iterator[tuple[str, str]]:
    """Yield how long it takes and what it costs, as (term, value)."""
    yield "Sending takes", estimate.duration
    if estimate.end:
        yield from estimate.end.facts
    yield "Segments", summarise_segments(blast)
    price = organisation.price_per_segment
    if price is None:
        yield "Price per segment", "not set yet"
    else:
        yield "Price per segment", format_segment_price(price, organisation.currency)
        yield "Estimated cost", estimate.cost

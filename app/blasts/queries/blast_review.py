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
from app.blasts.queries.review_facts import ReviewRequest, build_review_facts
from app.blasts.queries.review_notices import (
    ReviewButton,
    ReviewNotice,
    build_review_notices,
)
from app.core.settings import Settings, current_settings
from app.domain.delivery.blast_draft import BlastDraft
from app.domain.delivery.blast_rendering import RenderedBlast, RenderedText
from app.domain.delivery.message_statuses import BlastTarget
from app.domain.delivery.skip_reasons import SKIP_REASON_LABELS
from app.domain.phones.phone_number import format_phone_number
from app.domain.texts.plurals import pluralize
from app.domain.time import local_times
from app.organisation import queries as organisations

TEXTS_PER_PAGE = 25
MAX_SKIPPED_NAMES_SHOWN = 100
OTHER_FOLD = {"first": "second", "second": "first"}


@dataclass(frozen=True)
class ReviewedText:
    """One text of the page, its phone number formatted for reading."""

    name: str | None
    phone: str
    body: str
    segments: int

    @property
    def caption(self) -> str:
        """Whose text it is, and its length."""
        return f"{self.name or self.phone} · {pluralize(self.segments, 'part')}"


@dataclass(frozen=True)
class SkippedPerson:
    """Somebody who gets nothing, and why."""

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
class ReviewPage:
    """One page of the texts; `first` and `last` are positions among all of them, from 1."""

    number: int
    count: int
    first: int
    last: int
    texts: list[ReviewedText]


@dataclass(frozen=True)
class BlastReview:
    """Everything the review page shows of one draft, computed once.

    `longest`, `shortest`: None when nobody gets a text; `shortest` also when all texts are equal.
    `nobody_reason`: why nobody gets it, "" when somebody does. `send_label`: what the button says.
    """

    recipient_count: int
    recipients: str
    nobody_reason: str
    send_label: str
    undo_hint: str
    longest: ReviewedText | None
    shortest: ReviewedText | None
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
    longest, shortest = _find_extreme_texts(blast)
    skipped = [text for text in blast.texts if text.skip_reason]
    return BlastReview(
        recipient_count=blast.recipient_count,
        recipients=recipients,
        nobody_reason=_explain_empty_audience(draft, blast),
        send_label=_describe_sending(draft, recipients),
        undo_hint=_describe_undo(request, undo_seconds),
        longest=longest,
        shortest=shortest,
        facts=list(build_review_facts(request, settings, organisation, forecast, undo_seconds)),
        is_price_missing=organisation.price_per_segment is None,
        notices=build_review_notices(draft, blast, organisation, forecast),
        repeated_hour_notices=list(_build_repeated_hour_notices(request)),
        skipped_count=len(skipped),
        skipped_groups=_group_skipped_people(blast),
        skipped_people=_list_skipped_people(skipped[:MAX_SKIPPED_NAMES_SHOWN]),
        duplicates=blast.duplicates,
        page=_build_page(blast, request.page_number),
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
        return "everybody is left out"
    if draft.target == BlastTarget.COMMUNITY:
        return "the community is empty"
    return "nobody is registered for this event"


def _describe_sending(draft: BlastDraft, recipients: str) -> str:
    return f"Schedule for {recipients}" if draft.send_at else f"Send to {recipients}"


def _describe_undo(request: ReviewRequest, undo_seconds: int) -> str:
    draft = request.draft
    if draft.send_at:
        time = local_times.format_moment(draft.send_at, draft.timezone, now=request.moment)
        return f"You can cancel until {time}."
    if undo_seconds:
        return f"You can undo it for {undo_seconds} seconds."
    return "It leaves at once."


def _find_extreme_texts(
    blast: RenderedBlast,
) -> tuple[ReviewedText | None, ReviewedText | None]:
    """Return the longest text, and the shortest where it reads otherwise."""
    longest, shortest = blast.longest_text, blast.shortest_text
    if longest is None or shortest is None:
        return None, None
    if shortest.body == longest.body:
        return _build_reviewed_text(longest), None
    return _build_reviewed_text(longest), _build_reviewed_text(shortest)


def _build_reviewed_text(text: RenderedText) -> ReviewedText:
    return ReviewedText(text.name, format_phone_number(text.phone), text.body, text.segments)


def _build_repeated_hour_notices(request: ReviewRequest) -> Iterator[ReviewNotice]:
    """Ask which of two equal times is meant, where the clocks are put back."""
    draft = request.draft
    if request.start_fold and draft.send_at:
        outcome = f"It goes out the {request.start_fold} time."
        yield _build_repeated_hour_notice(
            draft.send_at, draft.timezone, outcome, ("other_fold", request.start_fold)
        )
    if request.end_fold and draft.not_after:
        outcome = f"Nothing leaves after the {request.end_fold} time."
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
    time = local_times.build_local_time_input(moment, zone).time
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


def _build_page(blast: RenderedBlast, page_number: int) -> ReviewPage:
    """Return the page of texts; one that does not exist becomes the nearest."""
    page_count = max(1, -(-blast.recipient_count // TEXTS_PER_PAGE))
    number = min(max(1, page_number), page_count)
    start = (number - 1) * TEXTS_PER_PAGE
    texts = [
        _build_reviewed_text(text) for text in blast.sendable_texts[start : start + TEXTS_PER_PAGE]
    ]
    return ReviewPage(number, page_count, start + 1, start + len(texts), texts)

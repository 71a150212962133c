"""What the review is asked for, what a notice of it is, and the notices about the time of sending.

Those about the text are in text_notices.py.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.blasts.queries.end_time_forecast import EndTimeForecast
from app.core.local_formats import format_clock_in_zone
from app.delivery.queries.repeated_texts import find_repeated_text
from app.domain.delivery.blast_draft import BlastDraft
from app.domain.delivery.blast_rendering import RenderedBlast
from app.domain.phones.phone_number_info import count_phones_by_zone
from app.domain.texts.plurals import pluralize
from app.domain.time import durations, local_times

FIRST_HOUR, END_HOUR = 8, 21
OTHER_FOLD = {"first": "second", "second": "first"}


@dataclass(frozen=True)
class ReviewButton:
    """A button of a notice: its label, and the form field that pressing it sends."""

    label: str
    field: str
    value: str


EDIT_TEXT = ReviewButton("Edit the text", "edit", "1")


@dataclass(frozen=True)
class NameFix:
    """A name to correct in place: whose number, the name as it is, how they are greeted."""

    phone: str
    name: str
    greeting: str


@dataclass(frozen=True)
class ReviewNotice:
    """A sentence beside the draft, `kind` warn or info, and what puts it right.

    `button` changes the draft; `shown_log_id`: the earlier blast it is about; `name_fixes` can be
    edited there. `is_about_hours`: admins get a link to the texting hours.
    """

    kind: str
    text: str
    button: ReviewButton | None = None
    shown_log_id: int | None = None
    name_fixes: tuple[NameFix, ...] = ()
    is_about_hours: bool = False


@dataclass(frozen=True)
class ReviewRequest:
    """A draft to review, rendered for its audience at `moment` (UTC).

    `start_fold`, `end_fold`: which of two equal times on the clocks was chosen ("first",
    "second"), "" when there is only one. `page_number`: the page of texts to show.
    `person`: whose text stands first, from 0.
    """

    draft: BlastDraft
    blast: RenderedBlast
    moment: datetime
    start_fold: str = ""
    end_fold: str = ""
    page_number: int = 1
    person: int = 0


EDIT_TIME = ReviewButton("Choose another time", "edit", "1")


def list_time_notices(
    request: ReviewRequest,
    end_forecast: EndTimeForecast | None,
    duration: timedelta,
    *,
    keeps_to_hours: bool,
) -> Iterator[ReviewNotice]:
    """Yield what deserves a look about the time of sending; `duration`: how long it takes.

    `keeps_to_hours`: texts wait for texting hours, so none is sent at night.
    """
    if end_forecast and end_forecast.warning:
        yield ReviewNotice("warn", end_forecast.warning)
    if not keeps_to_hours:
        yield from _warn_about_hours(request, duration)
    yield from _warn_about_repetition(request)


def _warn_about_hours(request: ReviewRequest, duration: timedelta) -> Iterator[ReviewNotice]:
    start = request.draft.send_at or request.moment
    end = start + duration
    zone = request.draft.timezone
    if _is_outside_hours(start, zone) or _is_outside_hours(end, zone):
        late = start if _is_outside_hours(start, zone) else end
        verb = "will be sent" if late is start else "will still be sending"
        yield ReviewNotice(
            "warn",
            f"This {verb} at {format_clock_in_zone(late, zone)}. Texts before 8 AM or after 9 PM "
            "wake people up, and some laws forbid them.",
            EDIT_TIME,
            is_about_hours=True,
        )
        return
    yield from _warn_about_peoples_hours(request, start)


def _warn_about_peoples_hours(request: ReviewRequest, start: datetime) -> Iterator[ReviewNotice]:
    """Count the people whose own area code says that it is too early or too late there."""
    clocks: Counter[str] = Counter()
    for zones, count in count_phones_by_zone(request.blast.phone_prefix_counts).items():
        # A number that may be in several zones counts only where all of them are too late.
        if all(_is_outside_hours(start, zone) for zone in zones):
            clocks[format_clock_in_zone(start, zones[0])] += count
    if not clocks:
        return
    people = pluralize(clocks.total(), "person", "people")
    times = " or ".join(clock for clock, _ in clocks.most_common(2))
    yield ReviewNotice(
        "warn",
        f"For {people} it will be {times} where their number is from. Texts before 8 AM or after "
        "9 PM wake people up, and some laws forbid them.",
        EDIT_TIME,
        is_about_hours=True,
    )


def _is_outside_hours(moment: datetime, zone: str) -> bool:
    return not FIRST_HOUR <= moment.astimezone(local_times.zone_or_utc(zone)).hour < END_HOUR


def _warn_about_repetition(request: ReviewRequest) -> Iterator[ReviewNotice]:
    phones = {text.phone for text in request.blast.sendable_texts}
    repeated = find_repeated_text(request.draft.body, phones, request.moment)
    if repeated is None:
        return
    ago = durations.format_time_between(repeated.sent_at, request.moment)
    sameness = "the same text" if repeated.is_same else "nearly the same text"
    people = f"{repeated.people:,} of these people"
    if repeated.people == len(phones):
        people = "This person" if len(phones) == 1 else f"All {repeated.people:,} of these people"
    sentence = f"{people} got {sameness} {ago} ago."
    yield ReviewNotice("warn", sentence, shown_log_id=repeated.log_id)


def list_repeated_hour_notices(request: ReviewRequest) -> Iterator[ReviewNotice]:
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
        f"Clocks go back that night, so {time} comes twice. {outcome}",
        ReviewButton(f"Use the {other_fold} time", field, other_fold),
    )

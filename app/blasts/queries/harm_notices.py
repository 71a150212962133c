"""Where a blast may do harm: at night, twice in a week, filtered links, shouting, wrong dates."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from app.blasts.queries.review_facts import ReviewRequest
from app.blasts.queries.review_notice import EDIT_TEXT, EDIT_TIME, ReviewNotice
from app.core.local_formats import format_clock_in_zone
from app.delivery.queries.repeated_texts import find_repeated_text
from app.domain.phones.phone_time_zones import ZONE_PREFIX_LENGTH, count_phones_by_zone
from app.domain.texts.date_mentions import list_date_problems
from app.domain.texts.plurals import pluralize
from app.domain.texts.risky_texts import find_public_shorteners, is_shouting
from app.domain.time import durations, local_times

FIRST_HOUR, END_HOUR = 8, 21


def list_harm_notices(request: ReviewRequest, duration: timedelta) -> Iterator[ReviewNotice]:
    """Yield what may do harm; `duration`: how long sending takes."""
    yield from _warn_about_hours(request, duration)
    yield from _warn_about_repetition(request)
    yield from _warn_about_dates(request)
    yield from _warn_about_links(request.draft.body)
    if is_shouting(request.draft.body):
        yield ReviewNotice(
            "info",
            "Most of this text is in capital letters. It reads as shouting, and carriers may "
            "filter it as spam.",
            EDIT_TEXT,
        )


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
        )
        return
    yield from _warn_about_peoples_hours(request, start)


def _warn_about_peoples_hours(request: ReviewRequest, start: datetime) -> Iterator[ReviewNotice]:
    """Count the people whose own area code says that it is too early or too late there."""
    texts = request.blast.sendable_texts
    prefixes = Counter(text.phone[:ZONE_PREFIX_LENGTH] for text in texts)
    clocks: Counter[str] = Counter()
    for zones, count in count_phones_by_zone(prefixes).items():
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


def _warn_about_dates(request: ReviewRequest) -> Iterator[ReviewNotice]:
    draft = request.draft
    today = local_times.get_local_date(draft.timezone, draft.send_at or request.moment)
    for problem in list_date_problems(draft.body, today):
        yield ReviewNotice("warn", f"Check the date: {problem}", EDIT_TEXT)


def _warn_about_links(body: str) -> Iterator[ReviewNotice]:
    shorteners = find_public_shorteners(body)
    if shorteners:
        yield ReviewNotice(
            "warn",
            f"Carriers often block texts with {' or '.join(shorteners)} links. Use the full "
            "address instead.",
            EDIT_TEXT,
        )

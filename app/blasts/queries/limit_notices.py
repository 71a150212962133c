"""What the review says of limits: what is used, and whether the blast fits."""

from collections.abc import Iterator

from app.blasts.queries.review_notices import ReviewNotice, ReviewRequest
from app.core.settings import current_settings
from app.delivery.queries.waiting_totals import WaitingTotals, count_waiting_texts
from app.domain.delivery.blast_rendering import RenderedBlast
from app.domain.delivery.cost_estimate import format_money
from app.domain.limits.fitting_texts import count_texts_that_fit
from app.domain.texts.plurals import pluralize
from app.sending_limits.queries.limit_use import LimitUse, build_limit_use

NOTHING_WAITS = WaitingTotals(0, 0)
PRICE_UNKNOWN_NOTICE = (
    "The budget for {month} can't be checked: the price per segment is not set. This blast would "
    "pause before the first text. An admin can set the price in Settings."
)


def list_limit_notices(request: ReviewRequest) -> Iterator[ReviewNotice]:
    """Yield how much of the month's budget is used, and where the blast breaks a limit."""
    start = request.draft.send_at or request.moment
    use = build_limit_use(start)
    if use.day_limit is None and use.budget is None:
        return
    waiting = NOTHING_WAITS
    # What waits now is sent before a blast of today; of another day it is not known.
    if use.day == build_limit_use(request.moment).day:
        waiting = count_waiting_texts(current_settings().carrier)
    yield from _list_budget_notices(request.blast, use, waiting)
    yield from _list_day_notices(request.blast, use, waiting)


def _list_budget_notices(
    blast: RenderedBlast, use: LimitUse, waiting: WaitingTotals
) -> Iterator[ReviewNotice]:
    if use.budget is None:
        return
    if use.price is None:
        yield ReviewNotice("warn", PRICE_UNKNOWN_NOTICE.format(month=use.month))
        return
    cost = format_money(blast.segment_count * use.price, use.currency)
    words = f"Budget for {use.month}: {use.spent_of_budget} used. This blast costs about {cost}."
    waiting_cost = waiting.segments * use.price
    if waiting_cost:
        money = format_money(waiting_cost, use.currency)
        words += f" What still waits in other blasts costs {money}."
    sizes = [text.segments for text in blast.sendable_texts]
    fitting = count_texts_that_fit(sizes, use.budget - use.cost - waiting_cost, use.price)
    if fitting == blast.recipient_count:
        yield ReviewNotice("info", words)
        return
    outcome = "It pauses before the first text."
    if fitting:
        outcome = f"{_describe_share(fitting, blast)} before it pauses."
    yield ReviewNotice("warn", f"{words} {outcome} An admin can change the budget in Settings.")


def _list_day_notices(
    blast: RenderedBlast, use: LimitUse, waiting: WaitingTotals
) -> Iterator[ReviewNotice]:
    if use.day_limit is None:
        return
    fitting = max(0, use.day_limit - use.texts - waiting.texts)
    if fitting >= blast.recipient_count:
        return
    used = use.texts + waiting.texts
    limit = pluralize(use.day_limit, "text")
    outcome = "No one gets it that day."
    if fitting:
        outcome = f"{_describe_share(fitting, blast)} that day."
    yield ReviewNotice(
        "warn",
        f"The limit is {limit} a day, and {used:,} {'is' if used == 1 else 'are'} sent or waiting. "
        f"{outcome} It continues at 8 AM the next day. An admin can change the limit in Settings.",
    )


def _describe_share(fitting: int, blast: RenderedBlast) -> str:
    """Return such as "Only 12 of 60 people get it"."""
    verb = "gets" if fitting == 1 else "get"
    return f"Only {fitting:,} of {pluralize(blast.recipient_count, 'person', 'people')} {verb} it"

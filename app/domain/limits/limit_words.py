"""What pages and alerts say of a limit that stops a blast."""

from decimal import Decimal

from app.domain.delivery.cost_estimate import format_money
from app.domain.limits.allowances import ReachedLimit

PRICE_UNKNOWN_CAUSE = "The budget of this month can't be checked: the price per segment is not set."
_FIXES = {
    ReachedLimit.TEXTS_A_DAY: (
        "It resumes at 8 AM tomorrow. To send the rest today, an admin can raise the limit in "
        "Settings and press Resume."
    ),
    ReachedLimit.BUDGET_A_MONTH: (
        "An admin can change the budget in Settings, then press Resume. Or stop the rest."
    ),
}


def describe_reached_day_limit(texts_a_day: int) -> str:
    """Return why a blast waits for the next day."""
    return f"The limit of {texts_a_day:,} texts a day is reached."


def describe_reached_budget(budget: Decimal, price: Decimal | None, currency: str) -> str:
    """Return why a blast waits for money; `price`: of a segment."""
    if price is None:
        return PRICE_UNKNOWN_CAUSE
    money = format_money(budget, currency)
    return f"The budget of {money} for this month is not enough for the next text."


def find_limit_fix(pause_code: int) -> str:
    """Return what can be done about a limit; "" for what is no limit."""
    try:
        return _FIXES[ReachedLimit(pause_code)]
    except ValueError:
        return ""

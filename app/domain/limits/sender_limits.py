"""Whether a blast is above what its sender may send without approval, and why, in words."""

from dataclasses import dataclass
from decimal import Decimal

from app.domain.delivery.cost_estimate import compute_cost, format_money
from app.domain.texts.plurals import pluralize

# Whoever approved 240 people approved 264; with one more they are asked again.
GROWTH_PERCENT = 10
EVERY_BLAST_REASON = "Every blast by {name} needs approval."
PEOPLE_REASON = "{name} can text up to {limit} without approval."
MONEY_REASON = "{name} can spend up to {limit} a day without approval."
SPENT_REASON = "{reason} {spent} of it was confirmed today."
PRICE_REASON = "{reason} The cost isn’t known, because no price per segment is set."


@dataclass(frozen=True)
class BlastSize:
    """How many people get a blast, and how many segments that is."""

    people: int
    segments: int


@dataclass(frozen=True)
class SenderAllowance:
    """What a sender may send without approval; None: any number, any amount.

    `name`: what pages call them. `money_a_day` is of all blasts of one day.
    """

    name: str
    people: int | None
    money_a_day: Decimal | None


@dataclass(frozen=True)
class DaySpending:
    """What a sender confirmed already on a day, in segments, and what a segment costs.

    `price`: in the organisation's currency; None while it is not known.
    """

    segments: int
    price: Decimal | None
    currency: str


def explain_excess(allowance: SenderAllowance, size: BlastSize, spending: DaySpending) -> str:
    """Return why a blast waits for approval, as a sentence; "" when it needs none."""
    people_limit = allowance.people
    if people_limit == 0:
        return EVERY_BLAST_REASON.format(name=allowance.name)
    if people_limit is not None and size.people > people_limit:
        limit = pluralize(people_limit, "person", "people")
        return PEOPLE_REASON.format(name=allowance.name, limit=limit)
    return _explain_money(allowance, size, spending)


def _explain_money(allowance: SenderAllowance, size: BlastSize, spending: DaySpending) -> str:
    limit = allowance.money_a_day
    if limit is None:
        return ""
    shown_limit = format_money(limit, spending.currency)
    reason = MONEY_REASON.format(name=allowance.name, limit=shown_limit)
    cost = compute_cost(size.segments, spending.price)
    spent = compute_cost(spending.segments, spending.price)
    # What cannot be compared is not let through.
    if cost is None or spent is None:
        return PRICE_REASON.format(reason=reason)
    if cost + spent <= limit:
        return ""
    if not spent:
        return reason
    return SPENT_REASON.format(reason=reason, spent=format_money(spent, spending.currency))


def is_within_approval(approved_people: int, people: int) -> bool:
    """Whether an approval for `approved_people` also covers `people`: up to 10 % more."""
    return people * 100 <= approved_people * (100 + GROWTH_PERCENT)

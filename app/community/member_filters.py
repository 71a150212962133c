"""Narrow the list of members: who is skipped and why, who has no name, and conditions of rules."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app
from sqlalchemy import ColumnElement, and_, false

from app.community.models import CommunityMember
from app.delivery.queries.phone_texts import select_was_texted
from app.domain.delivery.skip_reasons import SKIP_REASON_LABELS, SkipReason
from app.organisation import queries as organisation
from app.suppression.queries.phone_records import select_listed_phones
from app.suppression.queries.sending_permission import select_suppression_reason

_EXTENSION_KEY = "community_filter_conditions"
# Returns the conditions of filters of an address, for a column of phones; true for a list whose
# first matches are enough.
FilterSource = Callable[[Sequence[str], Any, bool], list[ColumnElement[bool]]]
SKIPPED = "skipped"
WITHOUT_NAME = "no_name"
WITHOUT_TEXTS = "no_texts"
# The reasons that hold for a person whatever the blast is.
STANDING_REASONS = (
    SkipReason.SAID_STOP,
    SkipReason.PAUSED,
    SkipReason.NUMBER_DEAD,
    SkipReason.MAYBE_STOP,
    SkipReason.NO_CONSENT,
)


def set_filter_source(app: Flask, build_conditions: FilterSource) -> None:
    """Set the function that reads filters: rules lie above the community (app/blueprints.py)."""
    app.extensions[_EXTENSION_KEY] = build_conditions


def build_filter_choices() -> dict[str, str]:
    """Return what the list can be narrowed to, by the word of the address."""
    reasons = {reason.value: SKIP_REASON_LABELS[reason][0] for reason in STANDING_REASONS}
    return {
        "": "Everyone",
        SKIPPED: "Skipped, for any reason",
        **reasons,
        WITHOUT_NAME: "Without a name",
        WITHOUT_TEXTS: "No texts yet",
    }


@dataclass(frozen=True, slots=True)
class MemberFilter:
    """Which members to list: `show` is a key of build_filter_choices(); any other means no one.

    `filters`: conditions as addresses have them (app/domain/audiences/condition_addresses.py).
    """

    show: str = ""
    filters: tuple[str, ...] = ()

    def build_conditions(self, *, is_for_page: bool) -> list[ColumnElement[bool]]:
        """Return the conditions for any select of members; [] for everyone.

        `is_for_page`: the first matches are enough, so that the quickest way to them is taken.
        """
        conditions = []
        if self.show:
            conditions.append(_build_show_condition(self.show))
        if self.filters:
            build: FilterSource = current_app.extensions[_EXTENSION_KEY]
            conditions += build(self.filters, CommunityMember.phone, is_for_page)
        return conditions


def _build_show_condition(show: str) -> ColumnElement[bool]:
    # A word of a later version, or a slip: it never means everyone.
    if show not in build_filter_choices():
        return false()
    if show == WITHOUT_NAME:
        return CommunityMember.name.is_(None)
    if show == WITHOUT_TEXTS:
        return ~select_was_texted(CommunityMember.phone)
    reason: ColumnElement[Any] = select_suppression_reason(CommunityMember.phone)
    is_skipped = reason.is_not(None) if show == SKIPPED else reason == SkipReason(show)
    if show == SkipReason.NO_CONSENT or _is_consent_required():
        return is_skipped
    # The lists are short beside the community: 2 ms instead of 250 ms for 100,000 members.
    return and_(CommunityMember.phone.in_(select_listed_phones()), is_skipped)


def _is_consent_required() -> bool:
    return bool(organisation.get_organisation().consent_required)

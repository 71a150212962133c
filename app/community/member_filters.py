"""Narrow the list of members: who is skipped and why, who has no name, and conditions of rules."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app
from sqlalchemy import ColumnElement, false

from app.community.member_access import FilterConditions, MemberAccess, choose_access
from app.community.models import CommunityMember
from app.core.scope_conditions import list_scope_conditions
from app.delivery.queries.phone_texts import select_was_texted
from app.domain.delivery.skip_reasons import SKIP_REASON_LABELS, SkipReason
from app.organisation import queries as organisation
from app.suppression.queries.phone_records import is_listed_for
from app.suppression.queries.sending_permission import select_suppression_reason

_EXTENSION_KEY = "community_filter_conditions"
_PERMISSION_KEY = "community_filter_permission"
# Returns the conditions of filters of an address, for a column of phones; true for a list whose
# first matches are enough.
FilterSource = Callable[[Sequence[str], Any, bool], FilterConditions]
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


def set_filter_permission(app: Flask, may_text: Callable[[Sequence[str]], bool]) -> None:
    """Set the function that says whether the user may text all whom filters leave."""
    app.extensions[_PERMISSION_KEY] = may_text


def may_text_all_matches(filters: Sequence[str]) -> bool:
    """Whether the user may text all whom these filters of an address leave."""
    may_text: Callable[[Sequence[str]], bool] = current_app.extensions[_PERMISSION_KEY]
    return may_text(filters)


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

    def build_conditions(self, *, is_for_page: bool) -> FilterConditions:
        """Return the conditions for any select of members; none for everyone.

        `is_for_page`: the first matches are enough, so that the quickest way to them is taken.
        """
        show_conditions = FilterConditions([])
        if self.show:
            show_conditions = _build_show_conditions(self.show, is_for_page=is_for_page)
        show_conditions.conditions.extend(list_scope_conditions(CommunityMember.phone))
        if not self.filters:
            return show_conditions
        build: FilterSource = current_app.extensions[_EXTENSION_KEY]
        filters = build(self.filters, CommunityMember.phone, is_for_page)
        access = filters.access
        if access is MemberAccess.LIST_ORDER:
            access = show_conditions.access
        return FilterConditions(show_conditions.conditions + filters.conditions, access)


def _build_show_conditions(show: str, *, is_for_page: bool) -> FilterConditions:
    # A word of a later version, or a slip: it never means everyone.
    if show not in build_filter_choices():
        return FilterConditions([false()])
    if show == WITHOUT_NAME:
        # A hundred thousand rows one after the other: 5 ms; along the names 72 ms.
        return FilterConditions([CommunityMember.name.is_(None)], MemberAccess.ROWS)
    if show == WITHOUT_TEXTS:
        is_meant = ~select_was_texted(CommunityMember.phone)
        return FilterConditions([is_meant], choose_access(is_meant))
    reason: ColumnElement[Any] = select_suppression_reason(CommunityMember.phone)
    is_skipped = reason.is_not(None) if show == SKIPPED else reason == SkipReason(show)
    if is_for_page and choose_access(is_skipped) is MemberAccess.LIST_ORDER:
        return FilterConditions([is_skipped])
    if show == SkipReason.NO_CONSENT or _is_consent_required():
        return FilterConditions([is_skipped], MemberAccess.BY_PHONE)
    # The lists are short beside the community: 2 ms instead of 250 ms for 100,000 members.
    listed_reason = None if show == SKIPPED else SkipReason(show)
    is_listed = is_listed_for(CommunityMember.phone, listed_reason)
    return FilterConditions([is_listed, is_skipped], MemberAccess.BY_PHONE)


def _is_consent_required() -> bool:
    return bool(organisation.get_organisation().consent_required)

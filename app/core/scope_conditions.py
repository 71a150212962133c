"""Limits lists to the people whom the signed-in user's permissions reach."""

from collections.abc import Callable
from typing import Any

from flask import Flask, current_app, g, has_request_context
from flask_login import current_user
from sqlalchemy import ColumnElement

from app.core.permission_checks import current_scope
from app.domain.accounts.scope import UNLIMITED_SCOPE, Scope

PhoneSelect = Callable[[Scope], Any]


def set_scope_phones(app: Flask, select_phones: PhoneSelect) -> None:
    """Set the function that selects the phones of a scope's people: groups lie above this."""
    app.extensions["scope_phones"] = select_phones


def get_list_scope() -> Scope:
    """Return the scope of the user who asks; jobs and commands reach everything."""
    if not has_request_context():
        return UNLIMITED_SCOPE
    if "current_scope" not in g and not current_user.is_authenticated:
        return UNLIMITED_SCOPE
    return current_scope()


def list_scope_conditions(phone: Any) -> list[ColumnElement[bool]]:
    """Return the conditions that a column of phones is of people in scope; [] for everybody."""
    scope = get_list_scope()
    if scope.is_everybody:
        return []
    select_phones: PhoneSelect = current_app.extensions["scope_phones"]
    return [phone.in_(select_phones(scope))]


def list_group_conditions(group_id: Any) -> list[ColumnElement[bool]]:
    """Return the conditions that a column of group ids is in scope; [] for all groups."""
    ids = get_list_scope().group_ids
    return [] if ids is None else [group_id.in_(ids)]


def list_event_conditions(event_id: Any) -> list[ColumnElement[bool]]:
    """Return the conditions that a column of event ids is in scope; [] for all events."""
    ids = get_list_scope().event_ids
    return [] if ids is None else [event_id.in_(ids)]

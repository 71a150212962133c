"""What the signed-in user may open, and which people and events their permissions reach."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from flask import Flask, current_app, g, has_request_context, request
from flask_login import current_user
from werkzeug.exceptions import HTTPException

from app.core.feature_switches import is_any_feature_off, is_endpoint_on
from app.domain.accounts.permissions import DEFAULT_PERMISSIONS, Permission
from app.domain.accounts.scope import EMPTY_SCOPE, Scope


class Entrance(StrEnum):
    """What a view needs that is no permission."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"
    ADMIN = "admin"


Need = Permission | Entrance


class _MetNeeds(NamedTuple):
    user: Any
    needs: frozenset[Need]


def has_access(need: Need | None) -> bool:
    """Whether the signed-in user has what a view needs; nobody has it where nothing is declared."""
    if need is None or need is Entrance.PUBLIC:
        return need is not None
    return need in _list_met_needs()


def _list_met_needs() -> frozenset[Need]:
    """Return what the signed-in user has, read once a request: menus ask about twenty views."""
    answer: _MetNeeds | None = g.get("met_needs")
    # Flask-Login keeps the user there; whoever signs in or out in this request is another.
    if answer is None or answer.user is not g.get("_login_user"):
        user = current_user._get_current_object()
        answer = g.met_needs = _MetNeeds(user, _collect_met_needs(user))
    return answer.needs


def _collect_met_needs(user: Any) -> frozenset[Need]:
    if not user.is_authenticated or user.role is None:
        return frozenset()
    entrances = {Entrance.SIGNED_IN, Entrance.ADMIN} if user.is_admin else {Entrance.SIGNED_IN}
    return frozenset(user.permissions | entrances)


def may_open(endpoint: str) -> bool:
    """Whether the signed-in user may call a view: menus, links and buttons ask it.

    Nobody may while its feature is switched off.
    """
    return is_endpoint_on(endpoint) and may_call(current_app.view_functions[endpoint])


def may_call(view: Any) -> bool:
    """Whether the signed-in user has what a view declares, and sees all that it shows."""
    if getattr(view, "for_everybody", False) and not current_scope().is_unlimited:
        return False
    if getattr(view, "with_numbers", False) and not may_see_numbers():
        return False
    return has_access(getattr(view, "needs", None))


def may_send(url: str | None) -> bool:
    """Whether the signed-in user may post to an address of this site: its button is shown then."""
    return _may_request(url, "POST")


def may_visit(url: str | None) -> bool:
    """Whether the signed-in user may open the page of an address of this site."""
    return _may_request(url, "GET")


def _may_request(url: str | None, method: str) -> bool:
    """Whether a view of this address may be called; True for what is no view, and for None.

    Pages show admins and usual social managers what they may do; addresses are looked at only for
    whoever has fewer permissions than these, and while a feature is switched off, as a page may
    have hundreds of buttons.
    """
    if not current_user.is_authenticated or (
        current_user.permissions >= DEFAULT_PERMISSIONS
        and current_scope().is_unlimited
        and not is_any_feature_off()
    ):
        return True
    # The page's own address, which is open already.
    if not url:
        return True
    path = urlsplit(url).path.removeprefix(request.script_root)
    try:
        endpoint, arguments = current_app.url_map.bind("").match(path, method=method)
    except HTTPException:
        return True
    return may_open(endpoint) and all(map(is_reached, arguments, arguments.values()))


def may_see_numbers() -> bool:
    """Whether whoever asks may see phone numbers; True where no user asks, as in jobs."""
    if not has_request_context():
        return True
    # Kept for the request: after a write the user's row would be read again for each answer.
    if "sees_numbers" not in g:
        if not current_user.is_authenticated:
            return True
        g.sees_numbers = bool(current_user.may(Permission.SEE_NUMBERS))
    return bool(g.sees_numbers)


def is_reached(argument: str, value: Any) -> bool:
    """Whether the signed-in user reaches the person or thing that an argument of addresses names.

    Forms that post such an id ask the same as the guard of addresses (app/scope_guard.py). True
    where no user asks, as in jobs.
    """
    if not has_request_context():
        return True
    scope = current_scope()
    if scope.is_unlimited:
        return True
    checks: Mapping[str, Callable[[Any, Scope], bool]] = current_app.extensions["scope_checks"]
    return argument not in checks or checks[argument](value, scope)


def current_scope() -> Scope:
    """Return the groups and events that the signed-in user's permissions reach.

    Views pass it to the queries of people and events; see Scope. It is read once a request, and
    only for users whose set is limited. Nobody, and whoever has no role, reaches nothing.
    """
    # Kept for the request, downloads too: while they are streamed the user's row is read no more.
    if "current_scope" not in g:
        if not current_user.is_authenticated or current_user.role is None:
            return EMPTY_SCOPE
        g.current_scope = current_app.extensions["scope_source"](current_user)
    scope: Scope = g.current_scope
    return scope


def set_scope_source(app: Flask, find_scope: Callable[[Any], Scope]) -> None:
    """Set the function that returns the scope of a user."""
    app.extensions["scope_source"] = find_scope


def install_permission_checks(app: Flask) -> None:
    """Let templates ask what the signed-in user may open, send and do."""
    app.jinja_env.globals |= {
        "Permission": Permission,
        "may_open": may_open,
        "may_send": may_send,
        "may_visit": may_visit,
    }

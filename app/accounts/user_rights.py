"""What each user may do, read together from role, permission set and limit, and said."""

from app.accounts.models import AppUser
from app.accounts.permission_set_models import PermissionSet
from app.accounts.permission_set_queries import find_scope, find_set_scope
from app.accounts.scope_choices import ScopeChoices
from app.accounts.sender_limit_queries import find_sender_limit
from app.domain.accounts.permission_words import UserRights, describe_rights
from app.domain.delivery.cost_estimate import format_money
from app.organisation.queries import get_organisation


def describe_user_rights(user: AppUser, choices: ScopeChoices) -> str:
    """Return what a user may do now, as a sentence."""
    limit, money = find_sender_limit(user), None
    if limit is not None and limit.max_money_a_day is not None:
        money = format_money(limit.max_money_a_day, get_organisation().currency)
        money = money.removesuffix(".00")
    scope = find_scope(user)
    rights = UserRights(
        user.permissions,
        choices.name_groups(scope),
        choices.name_events(scope),
        limit.max_people if limit is not None else None,
        money,
    )
    return describe_rights(user.shown_name, rights)


def describe_set(row: PermissionSet, choices: ScopeChoices) -> str:
    """Return what whoever has a set may do, as a sentence."""
    scope = find_set_scope(row)
    rights = UserRights(row.allowed, choices.name_groups(scope), choices.name_events(scope))
    return describe_rights("Anyone with it", rights)

"""The phones of the people whom a user's permission set reaches."""

from collections.abc import Collection, Set
from typing import Any

from sqlalchemy import exists, select, union

from app.core.db import db
from app.core.scope_conditions import get_list_scope
from app.domain.accounts.scope import Scope
from app.events.queries.event_conditions import select_phones_at_events, select_registered_phones
from app.groups.queries.memberships import select_phones_in_groups
from app.profiles.queries.other_phones import select_persons_with_several


def select_scope_phones(scope: Scope) -> Any:
    """Select the phones of a scope's people, with all numbers of theirs, for `phone IN (…)`.

    Members of its groups and whoever is registered for its events. Only for a scope that is not
    everybody, which needs no condition.
    """
    if scope.group_ids is None:
        raise ValueError("a scope of everybody has no list of phones")
    at_events = select_registered_phones()
    if scope.event_ids is not None:
        at_events = select_phones_at_events(scope.event_ids)
    reached = union(select_phones_in_groups(scope.group_ids), at_events).subquery()
    phones = select(reached.c[0])
    several = select_persons_with_several().subquery()
    person_ids = select(several.c.person_id).where(several.c.phone.in_(phones))
    second_phones = select(several.c.phone).where(several.c.person_id.in_(person_ids))
    return union(phones, second_phones)


def count_phones_outside(phones: Collection[str], scope: Scope) -> int:
    """Return how many of these phones a scope does not reach."""
    if scope.is_everybody:
        return 0
    return len(set(phones) - set(db.session.scalars(select_scope_phones(scope))))


def count_unreached_phones(phones: Collection[str]) -> int:
    """Return how many of these phones the user who asks does not reach."""
    return count_phones_outside(phones, get_list_scope())


def list_reached_phones(phones: Collection[str]) -> Collection[str]:
    """Return those of these phones that the user who asks reaches."""
    scope = get_list_scope()
    if scope.is_everybody or not phones:
        return phones
    reached = select_scope_phones(scope).subquery()
    statement = select(reached.c[0]).where(reached.c[0].in_(phones))
    return set(db.session.scalars(statement))


def load_reached_phones() -> Set[str] | None:
    """Return all phones that the user who asks reaches; None: everybody's."""
    scope = get_list_scope()
    if scope.is_everybody:
        return None
    return set(db.session.scalars(select_scope_phones(scope)))


def is_phone_in_scope(phones: Collection[str], scope: Scope) -> bool:
    """Whether a scope reaches the person who has these phones. One statement, or none."""
    if scope.is_everybody:
        return True
    reached = select_scope_phones(scope).subquery()
    return bool(db.session.scalar(select(exists().where(reached.c[0].in_(phones)))))

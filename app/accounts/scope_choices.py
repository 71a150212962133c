"""The groups and events that a permission set can reach, which other features know."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from flask import Flask, current_app

from app.domain.accounts.scope import Scope


@dataclass(frozen=True)
class ScopeChoices:
    """Names of all groups and events, by id and in the order of the page."""

    groups: dict[int, str]
    events: dict[int, str]

    def name_groups(self, scope: Scope) -> list[str] | None:
        """Return the names of a scope's groups; None where it reaches everybody."""
        return None if scope.group_ids is None else _list_names(self.groups, scope.group_ids)

    def name_events(self, scope: Scope) -> list[str] | None:
        """Return the names of a scope's events; None where it reaches all."""
        return None if scope.event_ids is None else _list_names(self.events, scope.event_ids)


def set_scope_choices_source(app: Flask, load_choices: Callable[[], ScopeChoices]) -> None:
    """Set the function that returns the choices. Accounts are below groups and events."""
    app.extensions["scope_choices"] = load_choices


def load_scope_choices() -> ScopeChoices:
    """Return the groups and events that there are."""
    choices: ScopeChoices = current_app.extensions["scope_choices"]()
    return choices


def _list_names(names: dict[int, str], ids: Iterable[int]) -> list[str]:
    chosen = set(ids)
    return [name for item_id, name in names.items() if item_id in chosen]

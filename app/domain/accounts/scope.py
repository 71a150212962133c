"""For which people and events the permissions of a user count."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scope:
    """The groups and events that a user's permissions reach. None: all of them.

    People in scope are the members of these groups, whoever is registered for these events, and
    with `group_ids` None everybody. A group or event that is deleted leaves the scope: it never
    reaches more than was chosen.

    How a query uses it: take the `Scope` as an argument (a view passes `current_scope()`), add no
    condition while `is_unlimited`, else one `IN (…)` on the ids or on the phones of their people.
    An empty set is no shorthand for "all": it finds nothing. What is outside is not found (404),
    neither counted nor named.
    """

    group_ids: frozenset[int] | None = None
    event_ids: frozenset[int] | None = None

    @property
    def is_everybody(self) -> bool:
        """Whether it reaches every person, members of no group too."""
        return self.group_ids is None

    @property
    def is_unlimited(self) -> bool:
        """Whether it reaches everything: nothing has to be left out of a query."""
        return self.group_ids is None and self.event_ids is None

    def has_group(self, group_id: int) -> bool:
        """Whether it reaches a group."""
        return self.group_ids is None or group_id in self.group_ids

    def has_event(self, event_id: int) -> bool:
        """Whether it reaches an event."""
        return self.event_ids is None or event_id in self.event_ids


UNLIMITED_SCOPE = Scope()
EMPTY_SCOPE = Scope(frozenset(), frozenset())

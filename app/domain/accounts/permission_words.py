"""What pages call permissions and the sets that are offered, and a user's rights as a sentence."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.accounts.permissions import ALL_PERMISSIONS, Permission
from app.domain.audiences.audience_rules import join_words
from app.domain.texts.plurals import pluralize

# The checkboxes of a set, as its page groups them.
PERMISSION_GROUPS: tuple[tuple[str, dict[Permission, str]], ...] = (
    (
        "Blasts",
        {
            Permission.SEE_TEXTS: "See blasts, the calendar and templates; pause a blast",
            Permission.SEND_TEXTS: "Write, send and schedule blasts and sequences",
            Permission.APPROVE_TEXTS: "Approve blasts, send them at any hour, resend texts",
            Permission.EDIT_TEMPLATES: "Add and edit templates",
        },
    ),
    (
        "People",
        {
            Permission.SEE_PEOPLE: "See people, groups and segments; record an opt-out",
            Permission.SEE_NUMBERS: "See phone numbers",
            Permission.ANSWER_PEOPLE: "Answer people in the inbox",
            Permission.UPDATE_PEOPLE: "Put people into groups, keep notes, fields and segments",
            Permission.MANAGE_PEOPLE: "Add, import, edit and delete people, groups and fields",
            Permission.EDIT_DO_NOT_TEXT: "Edit the do-not-text list",
        },
    ),
    (
        "Events and automatic replies",
        {
            Permission.SEE_EVENTS: "See events and who is coming",
            Permission.MANAGE_EVENTS: "Add and edit events, registrations and reminders",
            Permission.SEE_REPLIES: "See keywords, surveys and their answers",
            Permission.MANAGE_REPLIES: "Add and edit keywords and surveys",
        },
    ),
    (
        "The organization",
        {
            Permission.DELETE_THINGS: "Delete events, surveys, keywords, templates and segments",
            Permission.EXPORT: "Export lists and results",
            Permission.CHANGE_SETTINGS: "Change settings, limits and texting hours",
            Permission.SEE_AUDIT: "See the audit",
        },
    ),
)
PERMISSION_LABELS: dict[Permission, str] = {
    permission: label for _, labels in PERMISSION_GROUPS for permission, label in labels.items()
}
# What a sentence says of a permission; of two in one row, only the first that is there.
_CLAUSES: tuple[tuple[tuple[Permission, str], ...], ...] = (
    ((Permission.APPROVE_TEXTS, "approve blasts"),),
    ((Permission.ANSWER_PEOPLE, "answer people"),),
    (
        (Permission.MANAGE_PEOPLE, "add and delete people"),
        (Permission.UPDATE_PEOPLE, "put people into groups"),
        (Permission.ANSWER_PEOPLE, ""),
        (Permission.SEE_PEOPLE, "see people"),
    ),
    ((Permission.EDIT_DO_NOT_TEXT, "edit the do-not-text list"),),
    ((Permission.EDIT_TEMPLATES, "edit templates"),),
    (
        (Permission.MANAGE_REPLIES, "edit keywords and surveys"),
        (Permission.SEE_REPLIES, "see keywords and surveys"),
    ),
    ((Permission.DELETE_THINGS, "delete things"),),
    ((Permission.EXPORT, "export lists"),),
    ((Permission.CHANGE_SETTINGS, "change settings"),),
    ((Permission.SEE_AUDIT, "see the audit"),),
)
# With one of them a user meets people.
_PERMISSIONS_ABOUT_PEOPLE = frozenset(
    {
        Permission.SEE_TEXTS,
        Permission.SEE_PEOPLE,
        Permission.SEE_EVENTS,
        Permission.SEE_REPLIES,
    }
)


@dataclass(frozen=True)
class UserRights:
    """What one user may do, for whom, and how much.

    `groups` and `events` are names, None: all. `max_people` of one blast and `money_a_day` ("$10")
    are what the user may send without approval, None: any.
    """

    permissions: frozenset[Permission]
    groups: Sequence[str] | None = None
    events: Sequence[str] | None = None
    max_people: int | None = None
    money_a_day: str | None = None


@dataclass(frozen=True)
class OfferedSet:
    """A set that the page of a new one can start from."""

    name: str
    permissions: frozenset[Permission]
    reaches_everybody: bool = False
    all_events: bool = False


OFFERED_SETS = {
    "answers": OfferedSet(
        "Only answers", frozenset({Permission.ANSWER_PEOPLE}), reaches_everybody=True
    ),
    "group": OfferedSet(
        "Texts one group",
        frozenset({Permission.SEND_TEXTS, Permission.SEE_PEOPLE, Permission.ANSWER_PEOPLE}),
    ),
    "events": OfferedSet(
        "Helps with events",
        frozenset({Permission.MANAGE_EVENTS, Permission.SEE_PEOPLE}),
        all_events=True,
    ),
    "reads": OfferedSet(
        "Reads only", _PERMISSIONS_ABOUT_PEOPLE, reaches_everybody=True, all_events=True
    ),
}


def describe_rights(name: str, rights: UserRights) -> str:
    """Return what a user may do, as a sentence.

    "Ana may text Youth, up to 200 people, $10 a day, and see no numbers."
    """
    if rights.permissions == ALL_PERMISSIONS and rights.groups is None:
        return f"{name} may do everything{_describe_limits(rights)}."
    clauses = [_describe_texting(rights), *_list_clauses(rights), _describe_events(rights)]
    if _meets_people(rights) and Permission.SEE_NUMBERS not in rights.permissions:
        clauses.append("see no numbers")
    filled_clauses = [clause for clause in clauses if clause]
    if not filled_clauses:
        return f"{name} may sign in, and do nothing else."
    return f"{name} may {_join_clauses(filled_clauses)}.{_describe_reach(rights)}"


def _meets_people(rights: UserRights) -> bool:
    return bool(rights.permissions & _PERMISSIONS_ABOUT_PEOPLE)


def _describe_texting(rights: UserRights) -> str:
    if Permission.SEND_TEXTS in rights.permissions:
        return f"text {_name_people(rights)}{_describe_limits(rights)}"
    has_other_clause = Permission.APPROVE_TEXTS in rights.permissions
    return (
        "see blasts" if Permission.SEE_TEXTS in rights.permissions and not has_other_clause else ""
    )


def _describe_limits(rights: UserRights) -> str:
    limits = ""
    if rights.max_people == 0:
        return ", after approval only"
    if rights.max_people is not None:
        limits += f", up to {pluralize(rights.max_people, 'person', 'people')}"
    if rights.money_a_day is not None:
        limits += f", {rights.money_a_day} a day"
    return limits


def _list_clauses(rights: UserRights) -> list[str]:
    clauses = []
    for choices in _CLAUSES:
        held = [clause for permission, clause in choices if permission in rights.permissions]
        clauses += held[:1]
    return clauses


def _describe_events(rights: UserRights) -> str:
    events = (
        "events" if rights.events is None else join_words(rights.events, "and") or "no event yet"
    )
    if Permission.MANAGE_EVENTS in rights.permissions:
        return f"edit {events}"
    return f"see {events}" if Permission.SEE_EVENTS in rights.permissions else ""


def _name_people(rights: UserRights) -> str:
    """Return whom the user reaches: everybody, or the groups and the people of the events."""
    if rights.groups is None:
        return "everybody"
    people = list(rights.groups)
    if rights.events:
        people.append(f"the people of {join_words(rights.events, 'and')}")
    elif rights.events is None:
        people.append("the people of events")
    return join_words(people, "and") or "no one yet"


def _describe_reach(rights: UserRights) -> str:
    """Return for whom the rest counts, where the clause about texting did not say it."""
    is_said = Permission.SEND_TEXTS in rights.permissions
    if rights.groups is None or is_said or not _meets_people(rights):
        return ""
    return f" They reach {_name_people(rights)}."


def _join_clauses(clauses: Sequence[str]) -> str:
    *first, last = clauses
    if not first:
        return last
    comma = "," if len(first) > 1 or "," in first[0] else ""
    return f"{', '.join(first)}{comma} and {last}"

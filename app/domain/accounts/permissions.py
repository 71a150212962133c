"""What a user may do, one permission for each kind of work, and which one needs another."""

from collections.abc import Iterable
from enum import StrEnum

from app.domain.accounts.roles import Role


class Permission(StrEnum):
    """One kind of work that an admin may allow. The values are stored: never rename one.

    Managing users and permission sets is none of them: only admins do that.
    """

    SEE_TEXTS = "see_texts"
    SEND_TEXTS = "send_texts"
    APPROVE_TEXTS = "approve_texts"
    EDIT_TEMPLATES = "edit_templates"
    SEE_PEOPLE = "see_people"
    SEE_NUMBERS = "see_numbers"
    ANSWER_PEOPLE = "answer_people"
    UPDATE_PEOPLE = "update_people"
    MANAGE_PEOPLE = "manage_people"
    EDIT_DO_NOT_TEXT = "edit_do_not_text"
    SEE_EVENTS = "see_events"
    MANAGE_EVENTS = "manage_events"
    SEE_REPLIES = "see_replies"
    MANAGE_REPLIES = "manage_replies"
    DELETE_THINGS = "delete_things"
    EXPORT = "export"
    CHANGE_SETTINGS = "change_settings"
    SEE_AUDIT = "see_audit"


ALL_PERMISSIONS = frozenset(Permission)
# What a social manager without a permission set may do.
DEFAULT_PERMISSIONS = frozenset(
    {
        Permission.SEE_TEXTS,
        Permission.SEND_TEXTS,
        Permission.EDIT_TEMPLATES,
        Permission.SEE_PEOPLE,
        Permission.SEE_NUMBERS,
        Permission.ANSWER_PEOPLE,
        Permission.UPDATE_PEOPLE,
        Permission.SEE_EVENTS,
        Permission.MANAGE_EVENTS,
        Permission.SEE_REPLIES,
        Permission.MANAGE_REPLIES,
    }
)
# Whoever changes something sees it.
IMPLIED_PERMISSIONS: dict[Permission, Permission] = {
    Permission.SEND_TEXTS: Permission.SEE_TEXTS,
    Permission.APPROVE_TEXTS: Permission.SEE_TEXTS,
    Permission.EDIT_TEMPLATES: Permission.SEE_TEXTS,
    Permission.ANSWER_PEOPLE: Permission.SEE_PEOPLE,
    Permission.UPDATE_PEOPLE: Permission.SEE_PEOPLE,
    Permission.MANAGE_PEOPLE: Permission.SEE_PEOPLE,
    Permission.EDIT_DO_NOT_TEXT: Permission.SEE_PEOPLE,
    Permission.MANAGE_EVENTS: Permission.SEE_EVENTS,
    Permission.MANAGE_REPLIES: Permission.SEE_REPLIES,
}
# Their pages and files are made of phone numbers: nothing of them is left without.
PERMISSIONS_WITH_NUMBERS = frozenset(
    {
        Permission.MANAGE_PEOPLE,
        Permission.EDIT_DO_NOT_TEXT,
        Permission.EXPORT,
        Permission.SEE_AUDIT,
    }
)
# They reach every person, so they cannot be given for some groups.
PERMISSIONS_FOR_EVERYBODY = frozenset(
    {
        Permission.APPROVE_TEXTS,
        Permission.MANAGE_PEOPLE,
        Permission.EDIT_DO_NOT_TEXT,
        Permission.SEE_AUDIT,
        Permission.CHANGE_SETTINGS,
    }
)


def parse_permissions(words: Iterable[object]) -> frozenset[Permission]:
    """Return the permissions among stored words; a word that is none permits nothing."""
    known_words = {permission.value for permission in Permission}
    return frozenset(Permission(word) for word in map(str, words) if word in known_words)


def resolve_permissions(
    chosen: Iterable[Permission], *, reaches_everybody: bool
) -> frozenset[Permission]:
    """Return what a set permits: what was chosen, what that implies, nothing that lacks a base.

    Rows that somebody wrote by hand never permit more than the page would have stored.
    """
    allowed = set(chosen)
    if Permission.SEE_NUMBERS not in allowed:
        allowed -= PERMISSIONS_WITH_NUMBERS
    if not reaches_everybody:
        allowed -= PERMISSIONS_FOR_EVERYBODY
    implied = {IMPLIED_PERMISSIONS[one] for one in allowed if one in IMPLIED_PERMISSIONS}
    return frozenset(allowed | implied)


def list_role_permissions(role: Role | None) -> frozenset[Permission]:
    """Return what a role permits without a permission set: nothing for None, which is no role."""
    if role is Role.ADMIN:
        return ALL_PERMISSIONS
    return DEFAULT_PERMISSIONS if role is Role.SOCIAL_MANAGER else frozenset()

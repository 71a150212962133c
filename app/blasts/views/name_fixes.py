"""Names corrected on the review page: "Hi NARE" becomes "Hi Nare" without leaving it."""

from flask import flash, request
from flask_login import current_user

from app.audit.actions import audited_write
from app.blasts.queries.name_notices import MAX_NAME_FIXES
from app.community.actions import rename_member
from app.core.access import current_username
from app.core.db import NotFound
from app.domain.accounts.permissions import Permission
from app.domain.texts.plurals import pluralize
from app.domain.texts.text_cleaning import clean_name

MAX_NAME_LENGTH = 100


def apply_name_fixes() -> None:
    """Store the names that whoever may change people typed on the review page."""
    if not current_user.may(Permission.MANAGE_PEOPLE):
        return
    names = _list_typed_names()
    changed = sum(_rename(phone, name) for phone, name in names.items())
    if changed:
        flash(f"{pluralize(changed, 'name')} saved.", "success")


def _list_typed_names() -> dict[str, str]:
    phones = request.form.getlist("fix_phone")[:MAX_NAME_FIXES]
    typed = request.form.getlist("fix_name")[:MAX_NAME_FIXES]
    names = {}
    for phone, name in zip(phones, typed, strict=False):
        cleaned = (clean_name(name) or "")[:MAX_NAME_LENGTH]
        if cleaned:
            names[phone] = cleaned
    return names


def _rename(phone: str, name: str) -> bool:
    """Store a member's name; False when it was that already, or they are no member."""
    try:
        with audited_write("member.changed", current_username()) as trace:
            member_id = rename_member(phone, name)
            if member_id is None:
                raise NotFound
            trace.about = str(member_id)
            trace.details = {"changed": ["name"]}
    except NotFound:
        return False
    return True

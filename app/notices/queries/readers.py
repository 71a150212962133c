"""Who hears of what, and by which channels."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from app.accounts.models import AppUser
from app.accounts.permission_set_queries import find_scope
from app.accounts.told_users_queries import list_told_users
from app.core.db import db
from app.core.settings import current_settings
from app.domain.notices.notice_kinds import (
    ALERTED_KINDS,
    NOTICE_RULES,
    NoticeChannel,
    NoticeKind,
)
from app.notices.models import NoticeChoice

Choices = Mapping[tuple[NoticeKind, NoticeChannel], bool]


@dataclass(frozen=True)
class Reader:
    """A user who can be told of something, with what they chose."""

    user: AppUser
    choices: Choices

    def list_channels(self, kind: NoticeKind) -> list[NoticeChannel]:
        """Return by which channels this user hears of a kind now; [] where they may not."""
        if not may_hear(self.user, kind):
            return []
        channels = NOTICE_RULES[kind].channels
        return [
            channel
            for channel in channels
            if self.wants(kind, channel) and can_reach(self.user, channel, kind)
        ]

    def wants(self, kind: NoticeKind, channel: NoticeChannel) -> bool:
        """Whether the user chose it, or it applies by default."""
        defaults = NOTICE_RULES[kind].get_defaults(is_admin=self.user.is_admin)
        return self.choices.get((kind, channel), channel in defaults)


def may_hear(user: AppUser, kind: NoticeKind) -> bool:
    """Whether a user may be told of a kind: whoever sees its pages may.

    What is not about one user is counted over everybody, so those who reach some do not hear it.
    """
    rule = NOTICE_RULES[kind]
    if not rule.is_personal and not find_scope(user).is_everybody:
        return False
    return rule.permission is None or user.may(rule.permission)


def can_reach(user: AppUser, channel: NoticeChannel, kind: NoticeKind | None = None) -> bool:
    """Whether a channel leads to the user: a verified address or phone, and a mail server."""
    settings = current_settings()
    # An address that nobody has confirmed may be that of a stranger.
    if channel is NoticeChannel.MAIL:
        return settings.has_mail and bool(user.email and user.email_verified_at)
    if channel is NoticeChannel.TEXT:
        # Delivery texts faults to this phone at once, by itself.
        is_told_already = kind in ALERTED_KINDS and user.phone == settings.test_phone
        return bool(user.phone) and not is_told_already
    return True


def load_readers() -> dict[int, Reader]:
    """Return every user who is not disabled, by id; two statements."""
    choices: dict[int, dict[tuple[NoticeKind, NoticeChannel], bool]] = {}
    for choice in db.session.scalars(select(NoticeChoice)):
        choices.setdefault(choice.user_id, {})[choice.kind, choice.channel] = choice.is_on
    return {user.id: Reader(user, choices.get(user.id, {})) for user in list_told_users()}


def load_reader(user: AppUser) -> Reader:
    """Return one user with what they chose."""
    rows = db.session.scalars(select(NoticeChoice).where(NoticeChoice.user_id == user.id))
    return Reader(user, {(row.kind, row.channel): row.is_on for row in rows})

"""Store what a user wants to be told of. Inside write()."""

from collections.abc import Mapping

from sqlalchemy import delete

from app.accounts.models import AppUser
from app.core.db import db
from app.domain.notices.notice_kinds import NOTICE_RULES, NoticeChannel, NoticeKind
from app.notices.models import NoticeChoice


def store_choices(user: AppUser, chosen: Mapping[tuple[NoticeKind, NoticeChannel], bool]) -> None:
    """Replace the user's choices; what is as by default is not stored, and follows it later."""
    user_id, is_admin = user.id, user.is_admin
    # Kinds that the user may not hear now keep what was chosen while they could.
    kinds = {kind for kind, _ in chosen}
    db.session.execute(
        delete(NoticeChoice).where(NoticeChoice.user_id == user_id, NoticeChoice.kind.in_(kinds))
    )
    for (kind, channel), is_on in chosen.items():
        defaults = NOTICE_RULES[kind].get_defaults(is_admin=is_admin)
        if is_on != (channel in defaults):
            row = NoticeChoice(user_id=user_id, kind=kind, channel=channel, is_on=is_on)
            db.session.add(row)

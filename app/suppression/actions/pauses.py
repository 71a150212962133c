"""Pauses: opt-outs with an end. Inside write(); none of these commits.

A pause says nothing about somebody's consent: its entries in the ledger have a scope of their own.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from app.core.db import db
from app.domain.texts.name_folding import fold_name
from app.domain.time.pause_days import PauseEnd
from app.suppression import sql
from app.suppression.actions.consent_events import add_consent_event
from app.suppression.actions.replaced_pauses import (
    delete_ended_replaced_pauses,
    keep_pause_behind_opt_out,
)
from app.suppression.models import (
    MANUAL_PAUSE_SOURCE,
    PAUSE_SCOPE,
    PAUSE_SOURCE,
    ConsentAct,
    ConsentMethod,
    UnsubscribedContact,
)
from app.suppression.pause_models import ReplacedPause
from app.suppression.queries.sending_permission import has_opted_out

END_OF_PAUSE_EVIDENCE = "Their pause was over"


@dataclass(frozen=True)
class NewPause:
    """A pause that somebody asked for.

    `evidence`: the words of the person, or how they said so; `actor`: the user who set it, None
    for the person themselves.
    """

    phone: str
    end: PauseEnd
    evidence: str | None = None
    name: str | None = None
    actor: str | None = None


def set_pause(pause: NewPause, moment: datetime) -> bool:
    """Let a number get no texts until a day, in place of another pause of it.

    Returns False when nothing changed: they have opted out, which has no end, or the pause that
    holds already ends on this day. A user makes no pause shorter; the person may. Where they have
    opted out the pause is kept, for when that is taken back.
    """
    ends_at = pause.end.moment
    if has_opted_out(pause.phone):
        _keep_behind_opt_out(pause, moment)
        return False
    earlier_end = sql.SELECT_PAUSE_END.fetch_value(b_phone=pause.phone)
    if earlier_end == ends_at or (pause.actor and earlier_end and earlier_end > ends_at):
        return False
    sql.DELETE_PAUSE.execute(b_phone=pause.phone)
    sql.INSERT_PAUSE.execute(
        phone=pause.phone,
        source=MANUAL_PAUSE_SOURCE if pause.actor else PAUSE_SOURCE,
        reason=pause.evidence,
        name=pause.name,
        created_at=moment,
        folded_name=fold_name(pause.name),
        ends_at=ends_at,
    )
    method = ConsentMethod.ADMIN if pause.actor else ConsentMethod.TEXT
    evidence = " · ".join(filter(None, [pause.evidence, f"until {pause.end.day_in_words}"]))
    add_consent_event(pause.phone, ConsentAct.WITHDRAWN, method, evidence, pause.actor, PAUSE_SCOPE)
    return True


def _keep_behind_opt_out(pause: NewPause, moment: datetime) -> None:
    replaced_pause = ReplacedPause(
        phone=pause.phone,
        source=MANUAL_PAUSE_SOURCE if pause.actor else PAUSE_SOURCE,
        reason=pause.evidence,
        name=pause.name,
        created_at=moment,
        ends_at=pause.end.moment,
    )
    keep_pause_behind_opt_out(replaced_pause, may_shorten=pause.actor is None)


def lift_ended_pauses(moment: datetime) -> int:
    """Delete the pauses that are over, each with its line in the ledger; return how many.

    A row that became an opt-out meanwhile has no end any more, and stays.
    """
    is_over = (
        UnsubscribedContact.ends_at.is_not(None),
        UnsubscribedContact.ends_at <= moment,
    )
    phones = db.session.scalars(select(UnsubscribedContact.phone).where(*is_over)).all()
    for phone in phones:
        add_consent_event(
            phone, ConsentAct.RETURNED, ConsentMethod.TEXT, END_OF_PAUSE_EVIDENCE, None, PAUSE_SCOPE
        )
    db.session.execute(delete(UnsubscribedContact).where(*is_over))
    delete_ended_replaced_pauses(moment)
    return len(phones)


def find_first_pause_end() -> datetime | None:
    """Return when the next pause is over, None when no one has paused. A read."""
    first: datetime | None = sql.SELECT_FIRST_PAUSE_END.fetch_value()
    return first

"""The entries of one phone number on the do-not-text lists, for a page about the number."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    Table,
    func,
    null,
    or_,
    select,
    type_coerce,
    union_all,
)

from app.core.db import db
from app.domain.delivery.skip_reasons import SkipReason
from app.profiles.queries.other_phones import select_persons_with_several
from app.suppression.models import (
    StopQuestion,
    SuppressedContact,
    UnsubscribedContact,
    unsubscribed_contacts,
)


def select_suppression_records(phone: str) -> Select[Any]:
    """Select (id, name, title, created_at) of this number on either list; the title is NULL."""
    opt_out, bad_number = UnsubscribedContact, SuppressedContact
    missing_text = type_coerce(null(), String)
    opt_outs = select(
        opt_out.id, opt_out.name, missing_text.label("title"), opt_out.created_at
    ).where(opt_out.phone == phone)
    bad_numbers = select(
        bad_number.id,
        missing_text.label("name"),
        missing_text.label("title"),
        bad_number.created_at,
    ).where(bad_number.phone == phone)
    return select(union_all(opt_outs, bad_numbers).subquery())


def select_listed_phones() -> Select[str]:
    """Select the phones of both lists and of the open STOP questions, to be narrowed."""
    is_open = StopQuestion.verdict.is_(None)
    phones = union_all(
        select(UnsubscribedContact.phone),
        select(SuppressedContact.phone),
        select(StopQuestion.phone).where(is_open),
    ).subquery()
    return select(phones.c.phone)


def is_listed_for(phone: Any, reason: SkipReason | None) -> ColumnElement[bool]:
    """Return whether an entry of the lists may be a reason to skip this phone; None: any reason.

    Each list is asked by its own index: nothing is gathered first. What another number of the
    person stands on counts too, which the judgement itself has to find out.
    """
    said_stop = phone.in_(select(UnsubscribedContact.phone))
    paused = phone.in_(
        select(UnsubscribedContact.phone).where(UnsubscribedContact.ends_at.is_not(None))
    )
    suppressed = phone.in_(select(SuppressedContact.phone))
    questioned = phone.in_(select(StopQuestion.phone).where(StopQuestion.verdict.is_(None)))
    several = select_persons_with_several().subquery()
    has_several = phone.in_(select(several.c.phone))
    lists_by_reason = {
        SkipReason.SAID_STOP: (said_stop, suppressed),
        SkipReason.PAUSED: (paused,),
        SkipReason.NUMBER_DEAD: (suppressed,),
        SkipReason.MAYBE_STOP: (questioned,),
        None: (said_stop, suppressed, questioned),
    }
    return or_(*lists_by_reason[reason], has_several)


def select_listed_count(limit: int) -> Select[int]:
    """Select how many phones are on the lists, counted up to a limit; one on both counts twice."""
    listed = select_listed_phones().limit(limit).subquery()
    return select(func.count()).select_from(listed)


def is_list_short(limit: int) -> bool:
    """Whether at most so many phones are on the lists."""
    return bool((db.session.scalar(select_listed_count(limit + 1)) or 0) <= limit)


def find_opt_out_time(phone: str) -> datetime | None:
    """Return when this number was put on the list of opt-outs, or None."""
    statement = select(UnsubscribedContact.created_at).where(UnsubscribedContact.phone == phone)
    return db.session.scalar(statement)


def get_opt_out_table() -> Table:
    """Return the table that an import of opted-out numbers adds to."""
    return unsubscribed_contacts

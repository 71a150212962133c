"""Erasing a phone number from the do-not-text lists, the consent history and open questions."""

from sqlalchemy import delete, update

from app.core.change_watch import note_change
from app.core.db import db, execute_and_count_rows
from app.domain.phones.phone_erasure import PhoneErasure
from app.suppression.models import (
    consent_events,
    stop_questions,
    suppressed_contacts,
    unsubscribed_contacts,
)
from app.suppression.pause_models import replaced_pauses
from app.suppression.topic_models import deleted_topic_leaves, unsubscribed_topics


def erase_phone(erasure: PhoneErasure) -> dict[str, int]:
    """Take this number off both lists and out of the history; return how many rows, by table.

    What they decided is remembered by record_erased_number() and keep_leaves_of_erased(), as a
    hash. Inside write().
    """
    phone = erasure.phone
    # The file of opt-outs may have a line of a number that is on no list now.
    note_change(db.session(), phone)
    questions = update(stop_questions).where(stop_questions.c.phone == phone)
    # Nobody can be asked any more what a text meant.
    decision = {"verdict": "stay", "decided_at": erasure.moment, "decided_by": erasure.username}
    db.session.execute(questions.where(stop_questions.c.verdict.is_(None)).values(decision))
    history = update(consent_events).where(consent_events.c.phone == phone)
    opt_outs = delete(unsubscribed_contacts).where(unsubscribed_contacts.c.phone == phone)
    bad_numbers = delete(suppressed_contacts).where(suppressed_contacts.c.phone == phone)
    pauses = delete(replaced_pauses).where(replaced_pauses.c.phone == phone)
    deleted_topics = delete(deleted_topic_leaves).where(deleted_topic_leaves.c.phone == phone)
    topics = delete(unsubscribed_topics).where(unsubscribed_topics.c.phone == phone)
    return {
        "replaced_pauses": execute_and_count_rows(pauses),
        "deleted_topic_leaves": execute_and_count_rows(deleted_topics),
        "unsubscribed_topics": execute_and_count_rows(topics),
        "stop_questions": execute_and_count_rows(questions.values(phone=erasure.mark, body=None)),
        "consent_events": execute_and_count_rows(history.values(phone=erasure.mark, evidence=None)),
        "unsubscribed_contacts": execute_and_count_rows(opt_outs),
        "suppressed_contacts": execute_and_count_rows(bad_numbers),
    }

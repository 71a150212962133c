"""The kinds of data whose age an organisation chooses, and the functions that remove them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from app.accounts.actions.old_sign_ins import count_old_sign_ins, delete_old_sign_ins
from app.audit.audit_archiving import count_old_audit_rows, move_old_audit_rows
from app.backups.backup_retention import KEPT_NIGHTLY_COPIES, list_superfluous_nightly_copies
from app.blasts.actions.old_drafts import count_old_drafts, delete_old_drafts
from app.core.clock import now
from app.delivery.actions.old_practice_texts import (
    count_old_practice_texts,
    delete_old_practice_texts,
)
from app.delivery.actions.word_removal import count_removable_words
from app.retention.models import RetentionKind
from app.webhooks.actions.webhook_events import count_old_webhook_events

MONTH, YEAR = 30, 365
DURATION_WORDS = {
    7: "7 days",
    MONTH: "30 days",
    KEPT_NIGHTLY_COPIES: "35 days",
    3 * MONTH: "3 months",
    6 * MONTH: "6 months",
    YEAR: "12 months",
    2 * YEAR: "2 years",
    3 * YEAR: "3 years",
    7 * YEAR: "7 years",
}
# How many are from before a moment, and when the oldest is from.
CountOld = Callable[[datetime], tuple[int, datetime | None]]
# Deletes at most so many from before a moment, inside write(), and returns how many.
DeleteOld = Callable[[datetime, int], int]
# Moves a slice from before a moment into an archive, outside write(), and returns how many.
MoveOld = Callable[[datetime], int]


@dataclass(frozen=True)
class RetainedKind:
    """One kind: what the page calls it, and what goes and stays when it grows old.

    `choices`: days that may be chosen; 0 among them: for ever. `usual_days` counts without a rule,
    `new_days` for a new organisation; None: for ever. `noun` counts what is removed.
    """

    kind: RetentionKind
    label: str
    hint: str
    noun: str
    choices: tuple[int, ...]
    count: CountOld
    delete: DeleteOld | None = None
    move: MoveOld | None = None
    usual_days: int | None = None
    new_days: int | None = field(default=None)


def count_old_backups(before: datetime) -> tuple[int, datetime | None]:
    """Return how many nightly copies are beyond one for each day since then, and the oldest."""
    files = list_superfluous_nightly_copies((now() - before).days)
    return len(files), files[-1].moment if files else None


KINDS = (
    RetainedKind(
        RetentionKind.TEXT_WORDS,
        "Words of texts",
        "Older texts say “removed” where their words were. Who got a text, when, and its result "
        "stay, and so do counts, costs, opt-outs and the consent ledger.",
        "text",
        (0, 3 * MONTH, 6 * MONTH, YEAR, 2 * YEAR, 3 * YEAR, 7 * YEAR),
        count_removable_words,
    ),
    RetainedKind(
        RetentionKind.CARRIER_CALLS,
        "Reports of the carrier",
        "What Twilio posted here: each text that came in and each receipt, as it was posted.",
        "report",
        (7, MONTH, 3 * MONTH, YEAR),
        count_old_webhook_events,
        usual_days=MONTH,
        new_days=MONTH,
    ),
    RetainedKind(
        RetentionKind.AUDIT,
        "Audit of finished years",
        "Rows of older years move into a file for each year beside the database, and none is lost: "
        "the audit page offers these years. The time counts from the end of the year.",
        "row",
        (0, YEAR, 2 * YEAR, 3 * YEAR, 7 * YEAR),
        count_old_audit_rows,
        move=move_old_audit_rows,
        new_days=3 * YEAR,
    ),
    RetainedKind(
        RetentionKind.SIGN_INS,
        "Ended sessions and wrong passwords",
        "Devices and addresses of sessions that are over, and counted tries to sign in.",
        "row",
        (0, 7, MONTH, 3 * MONTH, YEAR),
        count_old_sign_ins,
        delete_old_sign_ins,
        new_days=3 * MONTH,
    ),
    RetainedKind(
        RetentionKind.DRAFTS,
        "Unsent drafts",
        "Counted from their last change. Changes of a scheduled blast stay.",
        "draft",
        (0, MONTH, 3 * MONTH, 6 * MONTH, YEAR, 2 * YEAR),
        count_old_drafts,
        delete_old_drafts,
        new_days=YEAR,
    ),
    RetainedKind(
        RetentionKind.PRACTICE_TEXTS,
        "Texts on practice phones",
        "The screens of the practice phones. Conversations keep their texts.",
        "practice text",
        (0, MONTH, 3 * MONTH, YEAR),
        count_old_practice_texts,
        delete_old_practice_texts,
        new_days=YEAR,
    ),
    RetainedKind(
        RetentionKind.BACKUPS,
        "Nightly backups",
        "One a day is counted as a day: none goes while no new one can be made. Erased people are "
        "in copies until these are gone. Hourly backups: the newest 48.",
        "backup",
        (7, KEPT_NIGHTLY_COPIES, 3 * MONTH, YEAR),
        count_old_backups,
        usual_days=KEPT_NIGHTLY_COPIES,
        new_days=KEPT_NIGHTLY_COPIES,
    ),
)
KINDS_BY_NAME = {kind.kind: kind for kind in KINDS}
# Months after the end of a year until its texts move into the archive; shorter ones are never
# offered: who writes first, and how often somebody was texted, is asked of the last twelve months.
ARCHIVE_CHOICES = (0, YEAR, 2 * YEAR, 3 * YEAR)

"""Hold texts that may not leave at this hour, and let them go when their hours open.

Whether a text may leave is judged when its blast is released, when its hours should have opened,
and once more when it is claimed: hours, days without texts and clocks may have changed meanwhile.
So letting one go too early costs nothing, and one that is held is looked at again when the hours
change.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import starmap
from typing import NamedTuple

from flask import current_app

from app.core import failpoint
from app.core.column_types import datetime_from_db, datetime_to_db
from app.delivery.scheduled_models import ScheduledMessage
from app.delivery.sql import held_texts as sql
from app.domain.delivery.hold_rules import find_text_purpose, is_never_in_time
from app.domain.delivery.message_statuses import MessageKind
from app.domain.delivery.skip_reasons import SkipReason
from app.domain.quiet_hours.hold_judge import Hold, HoldJudge
from app.domain.quiet_hours.text_purposes import TextPurpose
from app.texting_hours.queries import load_texting_hours, read_hours_state

_JUDGES_KEY = "hold_judges"
# Two moments a tick while the clock is in doubt, and the minutes that begin meanwhile.
MAX_CACHED_JUDGES = 8


class HoldableText(NamedTuple):
    """A queued text of a blast: what its hold depends on. Moments are as they are stored."""

    id: int
    phone: str
    kind: str
    log_id: int
    held_until: str | None
    asks_survey: int
    is_any_hour: int
    not_after: str | None

    @property
    def purpose(self) -> TextPurpose:
        """What the text is for."""
        return find_text_purpose(
            self.kind, asks_survey=bool(self.asks_survey), is_any_hour=bool(self.is_any_hour)
        )


@dataclass(frozen=True)
class TickHours:
    """The hours during one tick. `in_doubt`: how they are if the clock has not jumped ahead."""

    judge: HoldJudge
    in_doubt: HoldJudge | None
    carrier: str
    moment: datetime

    def must_wait(self, phone: str, purpose: TextPurpose) -> bool:
        """Whether a text must not leave now, whichever of two times it is."""
        if self.judge.find_hold(phone, purpose):
            return True
        return self.in_doubt is not None and self.in_doubt.find_hold(phone, purpose) is not None

    def hold_next_of_blast(self, log_id: int) -> None:
        """Hold what of the next 1,000 texts of a blast may not leave now. Inside write().

        While the clock is in doubt they only wait: held by a wrong time they would wait too long.
        """
        if self.in_doubt is None:
            rows = sql.SELECT_CLAIMABLE_OF_BLAST.fetch_json(
                carrier_name=self.carrier, blast_id=log_id
            )
            judge_texts(_read_texts(rows), self.judge, self.moment)

    def hold_text(self, message_id: int) -> None:
        """Hold one text that may not leave now. Inside write()."""
        if self.in_doubt is None:
            rows = sql.SELECT_CLAIMABLE_TEXT.fetch_json(message_id=message_id)
            judge_texts(_read_texts(rows), self.judge, self.moment)


@dataclass(frozen=True)
class ReleaseHours:
    """The hours for the texts of a blast that is being released."""

    judge: HoldJudge
    purpose: TextPurpose
    deadline: datetime | None
    moment: datetime

    def find_hold(self, phone: str) -> Hold | None:
        """Return until when the text to a number waits, and why; None when it may leave now."""
        hold = self.judge.find_hold(phone, self.purpose)
        return hold if hold and hold.until > self.moment else None


def load_release_hours(
    blast: ScheduledMessage, kind: MessageKind, moment: datetime
) -> ReleaseHours | None:
    """Return the hours for a blast that is released now; None while texts leave at any hour."""
    judge = load_hold_judge(blast.carrier, moment)
    if judge is None:
        return None
    purpose = find_text_purpose(
        kind,
        asks_survey=blast.survey_id is not None,
        is_any_hour=blast.any_hour_reason is not None,
    )
    return ReleaseHours(judge, purpose, blast.not_after, moment)


def load_tick_hours(carrier: str, moment: datetime, certain: datetime) -> TickHours | None:
    """Return the hours for one tick; None while texts leave at any hour.

    `certain`: which moment it is at least, after the clock jumped ahead.
    """
    judge = load_hold_judge(carrier, moment)
    if judge is None:
        return None
    in_doubt = load_hold_judge(carrier, certain) if certain < moment else None
    return TickHours(judge, in_doubt, carrier, moment)


def load_hold_judge(carrier: str, moment: datetime) -> HoldJudge | None:
    """Return who judges texts of a carrier at a moment; None while texts leave at any hour.

    It is kept for the minute, since hours begin and end with one, and until the hours change.
    """
    minute = moment.replace(second=0, microsecond=0)
    key = (carrier, minute, read_hours_state())
    judges: dict[tuple[str, datetime, str], HoldJudge | None]
    judges = current_app.extensions.setdefault(_JUDGES_KEY, {})
    try:
        return judges[key]
    except KeyError:
        hours = load_texting_hours(carrier)
        judge = HoldJudge(hours, minute) if hours.is_on else None
        if len(judges) >= MAX_CACHED_JUDGES:
            judges.clear()
        judges[key] = judge
        return judge


def release_due_texts(carrier: str, moment: datetime) -> int:
    """Judge up to 1,000 texts again whose hours should have opened; return how many. In write()."""
    rows = sql.SELECT_DUE.fetch_json(carrier_name=carrier, moment=moment)
    judge_texts(_read_texts(rows), load_hold_judge(carrier, moment), moment)
    return len(rows)


def rejudge_held_texts(
    carrier: str, after: HoldableText | None, moment: datetime
) -> HoldableText | None:
    """Judge the next 1,000 held texts again, in a fixed order; return the last, None at the end.

    `after`: the text that was returned before. Inside write().
    """
    rows = sql.SELECT_NEXT_HELD.fetch_json(
        carrier_name=carrier,
        after_until=after.held_until if after else "",
        after_blast=after.log_id if after else 0,
        after_id=after.id if after else 0,
    )
    texts = _read_texts(rows)
    judge_texts(texts, load_hold_judge(carrier, moment), moment)
    # A slice that is not full is the last one.
    return texts[-1] if len(texts) == sql.SLICE_ROWS else None


def judge_texts(texts: Iterable[HoldableText], judge: HoldJudge | None, moment: datetime) -> None:
    """Hold texts, move their holds or let them go, as the judge says. Inside write().

    A text whose hours open only after the end of its blast is skipped.
    """
    changes: list[tuple[int, str | None, str | None]] = []
    late_ids: list[int] = []
    for text in texts:
        hold = judge.find_hold(text.phone, text.purpose) if judge else None
        if hold is None or hold.until <= moment:
            if text.held_until is not None:
                changes.append((text.id, None, None))
        elif is_never_in_time(hold.until, datetime_from_db(text.not_after)):
            late_ids.append(text.id)
        elif datetime_to_db(hold.until) != text.held_until:
            changes.append((text.id, datetime_to_db(hold.until), hold.why.value))
    _store_changes(changes, late_ids, moment)


def _store_changes(
    changes: Sequence[tuple[int, str | None, str | None]],
    late_ids: Sequence[int],
    moment: datetime,
) -> None:
    # A slice is one statement each, not one for each text: the write lock is free again sooner.
    if changes:
        sql.SET_HOLDS.execute(rows=json.dumps(changes), moment=moment)
    if late_ids:
        sql.SKIP_TEXTS.execute(ids=json.dumps(late_ids), skip_reason=SkipReason.OUTSIDE_HOURS.value)
    if changes or late_ids:
        failpoint.crash_if_armed("T6")


def _read_texts(rows: Iterable[Sequence[object]]) -> list[HoldableText]:
    return list(starmap(HoldableText, rows))

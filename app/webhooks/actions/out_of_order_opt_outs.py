"""STOP and START within a minute of each other may come in swapped: the carrier knows which was
written first.

Until it has said so, and when it does not, they are out. Only with Twilio: the pretend carrier
swaps nothing.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text

from app.core.clock import now
from app.core.column_types import datetime_from_db, datetime_to_db
from app.core.db import db, raw_connection, write
from app.domain.texts.inbound_text import InboundText
from app.inbox.actions import thread_updates
from app.webhooks.actions import opt_out_processing

OPT_OUT_VERDICT, OPT_IN_VERDICT = "opt_out", "return"
OPT_IN_PENDING_VERDICT, OPT_IN_OVERTAKEN_VERDICT = "return_waits", "overtaken"
SWAP_WINDOW = timedelta(seconds=60)
MAX_CARRIER_WAIT = timedelta(minutes=10)

# Their newest texts, with what we made of each.
SELECT_NEARBY_TEXT = """
    SELECT event.message_id FROM (SELECT id, created_at FROM messages WHERE phone = :phone ORDER BY id DESC LIMIT 20)
        AS text JOIN webhook_events AS event ON event.message_id = text.id
    WHERE event.verdict = :verdict AND text.created_at BETWEEN :since AND :until ORDER BY text.id DESC LIMIT 1
"""
REQUEST_LOOK_UP = "UPDATE messages SET look_up_at = :now WHERE id IN (SELECT value FROM json_each(:ids)) AND provider_sid <> ''"
CANCEL_LOOK_UP = (
    "UPDATE messages SET look_up_at = NULL WHERE id IN (SELECT value FROM json_each(:ids))"
)
MARK_OPT_IN_PENDING = "UPDATE webhook_events SET verdict = 'return_waits' WHERE message_id = :id"
# Written out, for its index is of these rows only: it is asked every other second.
SELECT_ANY_PENDING_OPT_IN = text(
    "SELECT 1 FROM webhook_events WHERE verdict = 'return_waits' LIMIT 1"
)
SELECT_PENDING_OPT_INS = """
    SELECT event.id, text.id, text.phone, text.body, text.created_at FROM webhook_events AS event
        JOIN messages AS text ON text.id = event.message_id WHERE event.verdict = 'return_waits' ORDER BY event.id
"""
SELECT_SENT_TIME = "SELECT look_up_at IS NULL, sent_at FROM messages WHERE id = :id"
UPDATE_PENDING_VERDICT = (
    "UPDATE webhook_events SET verdict = :verdict WHERE id = :id AND verdict = 'return_waits'"
)


def find_nearby_text(heard: InboundText, verdict: str) -> int | None:
    """The newest text of theirs that we took for this within a minute of this one; its id.

    Inside write().
    """
    values = {"phone": heard.phone, "verdict": verdict} | _build_time_window(heard.moment)
    found = raw_connection().execute(SELECT_NEARBY_TEXT, values).fetchone()
    return int(found[0]) if found else None


def request_sent_times(heard: InboundText, other: int) -> None:
    """When were these two texts written? The engine asks the carrier. Inside write()."""
    ids = json.dumps([heard.message_id, other])
    raw_connection().execute(REQUEST_LOOK_UP, {"ids": ids, "now": datetime_to_db(heard.moment)})


def mark_opt_in_pending(returned: int) -> None:
    """A START that was obeyed before the STOP came is judged once more. Inside write()."""
    raw_connection().execute(MARK_OPT_IN_PENDING, {"id": returned})


@dataclass(frozen=True, slots=True)
class _OptInOutPair:
    event_id: int
    opt_in: InboundText
    opt_out_id: int | None

    @property
    def ids_json(self) -> str:
        return json.dumps([self.opt_in.message_id, self.opt_out_id])


def resolve_pending_opt_ins(moment: datetime) -> int:
    """Bring back whose START was written after their STOP; the others stay out.

    Of how many. Opens its own write().
    """
    if not db.session.scalar(SELECT_ANY_PENDING_OPT_IN):
        return 0
    with write():
        return sum(
            _resolve_pair(_build_pair(*row), moment)
            for row in raw_connection().execute(SELECT_PENDING_OPT_INS).fetchall()
        )


def _build_pair(event_id: int, message_id: int, phone: str, body: str, came: str) -> _OptInOutPair:
    start = InboundText(phone, body, message_id, datetime_from_db(came) or now())
    return _OptInOutPair(event_id, start, find_nearby_text(start, OPT_OUT_VERDICT))


def _resolve_pair(pair: _OptInOutPair, moment: datetime) -> bool:
    later = _is_opt_in_later(pair)
    if later is None and moment - pair.opt_in.moment < MAX_CARRIER_WAIT:
        return False
    verdict = OPT_IN_VERDICT if later else OPT_IN_OVERTAKEN_VERDICT
    if (
        raw_connection()
        .execute(UPDATE_PENDING_VERDICT, {"id": pair.event_id, "verdict": verdict})
        .rowcount
        != 1
    ):
        return False
    raw_connection().execute(CANCEL_LOOK_UP, {"ids": pair.ids_json})
    if later:
        _opt_back_in(pair.opt_in)
    return True


def _is_opt_in_later(pair: _OptInOutPair) -> bool | None:
    """Whether the START was written after the STOP; None while the carrier has not told of both."""
    told = [
        raw_connection().execute(SELECT_SENT_TIME, {"id": each}).fetchone()
        for each in (pair.opt_in.message_id, pair.opt_out_id)
    ]
    if not all(row and row[0] for row in told):
        return None
    (_, started), (_, stopped) = told
    return bool(started and stopped and started > stopped)


def _opt_back_in(start: InboundText) -> None:
    outcome = opt_out_processing.process_opt_in(
        start,
        welcomed=opt_out_processing.is_confirmed_by_carrier("twilio", "", start.body),
    )
    for answer in outcome.answers:
        thread_updates.record_outbound_text(start.phone, answer.id, start.moment)


def _build_time_window(moment: datetime) -> dict[str, str]:
    return {
        "since": datetime_to_db(moment - SWAP_WINDOW),
        "until": datetime_to_db(moment + SWAP_WINDOW),
    }

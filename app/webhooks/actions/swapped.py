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
from app.inbox.actions import threads
from app.surveys.actions.survey_text_handling import InboundText
from app.webhooks.actions import opt_outs

LEFT, RETURNED = "opt_out", "return"
WAITS, OVERTAKEN = "return_waits", "overtaken"
WITHIN = timedelta(seconds=60)
PATIENCE = timedelta(minutes=10)

# Their newest texts, with what we made of each.
NEAR = """
    SELECT event.message_id FROM (SELECT id, created_at FROM messages WHERE phone = :phone ORDER BY id DESC LIMIT 20)
        AS text JOIN webhook_events AS event ON event.message_id = text.id
    WHERE event.verdict = :verdict AND text.created_at BETWEEN :since AND :until ORDER BY text.id DESC LIMIT 1
"""
ASK = "UPDATE messages SET look_up_at = :now WHERE id IN (SELECT value FROM json_each(:ids)) AND provider_sid <> ''"
ASK_NO_MORE = "UPDATE messages SET look_up_at = NULL WHERE id IN (SELECT value FROM json_each(:ids))"
WAIT = "UPDATE webhook_events SET verdict = 'return_waits' WHERE message_id = :id"
# Written out, for its index is of these rows only: it is asked every other second.
SOMEBODY = text("SELECT 1 FROM webhook_events WHERE verdict = 'return_waits' LIMIT 1")
WAITING = """
    SELECT event.id, text.id, text.phone, text.body, text.created_at FROM webhook_events AS event
        JOIN messages AS text ON text.id = event.message_id WHERE event.verdict = 'return_waits' ORDER BY event.id
"""
TOLD = "SELECT look_up_at IS NULL, sent_at FROM messages WHERE id = :id"
DECIDE = "UPDATE webhook_events SET verdict = :verdict WHERE id = :id AND verdict = 'return_waits'"


def near(heard: InboundText, verdict: str) -> int | None:
    """The newest text of theirs that we took for this within a minute of this one; its id.

    Inside write().
    """
    values = {"phone": heard.phone, "verdict": verdict} | _around(heard.moment)
    found = raw_connection().execute(NEAR, values).fetchone()
    return int(found[0]) if found else None


def ask(heard: InboundText, other: int) -> None:
    """When were these two texts written? The engine asks the carrier. Inside write()."""
    ids = json.dumps([heard.message_id, other])
    raw_connection().execute(ASK, {"ids": ids, "now": datetime_to_db(heard.moment)})


def wait_for(returned: int) -> None:
    """A START that was obeyed before the STOP came is judged once more. Inside write()."""
    raw_connection().execute(WAIT, {"id": returned})


@dataclass(frozen=True, slots=True)
class _Pair:
    event_id: int
    start: InboundText
    stop_id: int | None

    @property
    def ids(self) -> str:
        return json.dumps([self.start.message_id, self.stop_id])


def decide(moment: datetime) -> int:
    """Bring back whose START was written after their STOP; the others stay out.

    Of how many. Opens its own write().
    """
    if not db.session.scalar(SOMEBODY):
        return 0
    with write():
        return sum(
            _decide(_pair(*row), moment)
            for row in raw_connection().execute(WAITING).fetchall()
        )


def _pair(event_id: int, message_id: int, phone: str, body: str, came: str) -> _Pair:
    start = InboundText(phone, body, message_id, datetime_from_db(came) or now())
    return _Pair(event_id, start, near(start, LEFT))


def _decide(pair: _Pair, moment: datetime) -> bool:
    later = _is_later(pair)
    if later is None and moment - pair.start.moment < PATIENCE:
        return False
    verdict = RETURNED if later else OVERTAKEN
    if (
        raw_connection()
        .execute(DECIDE, {"id": pair.event_id, "verdict": verdict})
        .rowcount
        != 1
    ):
        return False
    raw_connection().execute(ASK_NO_MORE, {"ids": pair.ids})
    if later:
        _bring_back(pair.start)
    return True


def _is_later(pair: _Pair) -> bool | None:
    """Whether the START was written after the STOP; None while the carrier has not told of both."""
    told = [
        raw_connection().execute(TOLD, {"id": each}).fetchone()
        for each in (pair.start.message_id, pair.stop_id)
    ]
    if not all(row and row[0] for row in told):
        return None
    (_, started), (_, stopped) = told
    return bool(started and stopped and started > stopped)


def _bring_back(start: InboundText) -> None:
    outcome = opt_outs.come_back(
        start, welcomed=opt_outs.carrier_answers("twilio", "", start.body)
    )
    for answer in outcome.answers:
        threads.went_out(start.phone, answer.id, start.moment)


def _around(moment: datetime) -> dict[str, str]:
    return {
        "since": datetime_to_db(moment - WITHIN),
        "until": datetime_to_db(moment + WITHIN),
    }

"""A sending server is killed in mid-blast and comes back; then everybody is counted, here and
at the carrier.
"""

import os
import random
import signal
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from sqlalchemy import update

from app.core.clock import now
from app.core.db import db, write
from app.delivery.models import Message
from app.domain.delivery.message_statuses import MessageStatus
from tests.bench.processes import children_of
from tests.delivery.helpers import get_log, list_messages, start_blast, wait_until_ended
from tests.gunicorn_server import GunicornServer, wait_until
from tests.twilio_server import TwilioServer

ANSWER_SECONDS, RATE, CONCURRENCY = 0.03, 400, 16
NAMED = set(MessageStatus) - {MessageStatus.QUEUED, MessageStatus.SUBMITTING}
POINTS = ("T1", "T2", "T3a", "T3b", "T3c", "T4")
FAILPOINT = "SMSADMIN_FAILPOINT"
POWER, WORKER = "everything", "the worker"


@dataclass(frozen=True)
class Round:
    """What became of one blast. `twice`, `lost` and `unaccounted` must be 0 whatever happened.

    `how`: everything (the whole server went and was started again), the worker alone (gunicorn
    made a new one), or a crash point. `after`: seconds from the yes to the kill. `seen`: texts
    the carrier had been handed by then. `doubts`: texts nobody was sure of when the blast had
    ended. `found`: how many of them the carrier's list showed. `unknown`: left so at the end.
    `unaccounted`: texts at the carrier that are not delivered in our rows, or that a look-up
    did not find.
    """

    how: str
    after: float
    seen: int
    doubts: int
    found: int
    delivered: int
    unknown: int
    twice: int
    lost: int
    unaccounted: int

    @property
    def fine(self) -> bool:
        """Nobody twice, nobody without a state, every text of the carrier's known to us."""
        return not (self.twice or self.lost or self.unaccounted)


class Killing:
    """`one()` is one blast with one kill. The app is the test's own eyes; it sends nothing itself.

    `points`: whether a third of the deaths are at crash points, which costs two starts more.
    """

    def __init__(
        self,
        app: Flask,
        twilio: TwilioServer,
        people: int,
        dice: random.Random,
        *,
        points: bool,
    ) -> None:
        self.app, self.twilio, self.people, self.dice = app, twilio, people, dice
        self.ways = ((POWER,), (WORKER,), POINTS) if points else ((POWER,), (WORKER,))
        database: Path = app.extensions["settings"].database_path
        self.server = GunicornServer(database, **_environment(twilio))
        self.number = 0

    def __enter__(self) -> "Killing":
        self.twilio.answer(delay=ANSWER_SECONDS)
        self.server.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.server.stop()

    def one(self) -> Round:
        """A blast to everybody; somewhere in it the process dies, and comes back."""
        self.number += 1
        self.twilio.requests.clear()
        how, started = self.dice.choice(self.dice.choice(self.ways)), time.monotonic()
        wanted, seen = self._die_at(how) if how in POINTS else self._kill_it(how)
        after = time.monotonic() - started
        wait_until(lambda: get_log(self.app, wanted), "the release", 30)
        log = wait_until_ended(self.app, wanted, 90)
        wait_until(self.server.answers, "the server to be back", 30)
        doubts = self._in_doubt(log.id)
        unfound = self._look_up(log.id) if self.dice.random() < 0.5 else doubts
        assert set(self.twilio.send_callbacks(self.server.url, ("delivered",))) <= {204}
        missed = len(unfound & self._at_carrier().keys()) if unfound is not doubts else 0
        return self._counted(
            log.id,
            (how, after, seen),
            (len(doubts), len(doubts) - len(unfound), missed),
        )

    def _kill_it(self, how: str) -> tuple[int, int]:
        moment = self.dice.uniform(0, 1.3 * self.people / RATE + 0.3)
        wanted = start_blast(self.app, f"Blast {self.number}")
        time.sleep(
            moment
        )  # the moment is the point: anywhere between the yes and a little after the end
        seen = len(self.twilio.requests)
        if how == POWER:
            self.server.kill()
            self.server.start()
        else:
            for pid in children_of(self.server.process.pid):
                os.kill(pid, signal.SIGKILL)
        return wanted, seen

    def _die_at(self, point: str) -> tuple[int, int]:
        """At the n-th text, and perhaps again: gunicorn's next worker dies there too, if so
        many are left.
        """
        self._restart(**{FAILPOINT: f"{point}:{self.dice.randint(self.people // 3, self.people)}"})
        before = children_of(self.server.process.pid)
        wanted = start_blast(self.app, f"Blast {self.number}")
        wait_until(
            lambda: children_of(self.server.process.pid) != before,
            f"the death at {point}",
            60,
        )
        seen = len(self.twilio.requests)
        wait_until(lambda: get_log(self.app, wanted).status != "processing", "the end", 90)
        self._restart()
        return wanted, seen

    def _restart(self, **more: str) -> None:
        self.server.stop()
        self.server.environment.pop(FAILPOINT, None)
        self.server.environment |= more
        self.server.start()

    def _in_doubt(self, log_id: int) -> set[str]:
        return {
            row.phone
            for row in list_messages(self.app, log_id)
            if row.status is MessageStatus.UNKNOWN
        }

    def _look_up(self, log_id: int) -> set[str]:
        """Let the running engine ask the carrier now, not half a minute later.

        Who is in doubt still.
        """
        unsure = (Message.message_log_id == log_id) & (Message.status == MessageStatus.UNKNOWN)
        with self.app.app_context(), write():
            db.session.execute(update(Message).where(unsure).values(look_up_at=now()))

        def asked() -> bool:
            return all(
                row.lookups or row.status is not MessageStatus.UNKNOWN
                for row in list_messages(self.app, log_id)
            )

        wait_until(asked, "the look-ups", 60)
        return self._in_doubt(log_id)

    def _at_carrier(self) -> Counter[str]:
        return Counter(each.to for each in self.twilio.requests if each.sid)

    def _counted(
        self, log_id: int, death: tuple[str, float, int], doubt: tuple[int, int, int]
    ) -> Round:
        """After every receipt has come, also for texts whose answer we never heard."""
        states = {row.phone: row.status for row in list_messages(self.app, log_id)}
        by_state, at_carrier = Counter(states.values()), self._at_carrier()
        unaccounted = sum(states.get(phone) is not MessageStatus.DELIVERED for phone in at_carrier)
        return Round(
            *death,
            doubts=doubt[0],
            found=doubt[1],
            delivered=by_state[MessageStatus.DELIVERED],
            unknown=by_state[MessageStatus.UNKNOWN],
            twice=sum(times > 1 for times in at_carrier.values()),
            lost=self.people - sum(state in NAMED for state in states.values()),
            unaccounted=unaccounted + doubt[2],
        )


def _environment(twilio: TwilioServer) -> dict[str, str]:
    return {
        "TWILIO_ACCOUNT_SID": twilio.account,
        "TWILIO_AUTH_TOKEN": twilio.auth_token,
        "TWILIO_FROM_NUMBER": "+13035550100",
        "TWILIO_API_URL": twilio.url,
        "SEND_RATE": str(RATE),
        "SEND_CONCURRENCY": str(CONCURRENCY),
    }

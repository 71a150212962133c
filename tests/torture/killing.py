"""A sending server is killed in mid-blast and comes back; then everybody is counted, here and at the carrier."""

import os
import random
import signal
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from app.domain.blast_states import MessageStatus
from tests.bench.processes import children_of
from tests.delivery.town import blast, ended, log_of, rows
from tests.served import Served, until
from tests.twilio_server import TwilioServer

ANSWER_SECONDS, RATE, CONCURRENCY = 0.03, 400, 16
NAMED = set(MessageStatus) - {MessageStatus.QUEUED, MessageStatus.SUBMITTING}


@dataclass(frozen=True)
class Round:
    """What became of one blast. `twice`, `lost` and `unaccounted` must be 0 whatever happened.

    `power`: the whole server went and was started again; else its worker alone, and gunicorn made a new one.
    `killed_after`: seconds from the yes to the kill. `seen`: texts the carrier had been handed by then.
    `unknown`: left so at the end. `unaccounted`: texts at the carrier that are not delivered in our rows.
    """

    power: bool
    killed_after: float
    seen: int
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
    """`one()` is one blast with one kill. The app is the test's own eyes; it sends nothing itself."""

    def __init__(self, app: Flask, twilio: TwilioServer, people: int, dice: random.Random) -> None:
        self.app, self.twilio, self.people, self.dice = app, twilio, people, dice
        database: Path = app.extensions["settings"].database_path
        self.server = Served(database, **_environment(twilio))
        self.number = 0

    def __enter__(self) -> "Killing":
        self.twilio.answer(delay=ANSWER_SECONDS)
        self.server.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.server.stop()

    def one(self) -> Round:
        """A blast to everybody; at a random moment of it the power goes, and comes back."""
        self.number += 1
        self.twilio.requests.clear()
        moment = self.dice.uniform(0, 1.3 * self.people / RATE + 0.3)
        power = self.dice.random() < 0.5
        wanted = blast(self.app, f"Blast {self.number}")
        time.sleep(moment)  # the moment is the point: anywhere between the yes and a little after the end
        seen = len(self.twilio.requests)
        self._kill(power)
        until(lambda: log_of(self.app, wanted), "the release", 30)
        log = ended(self.app, wanted, 60)
        until(self.server.answers, "the server to be back", 30)
        assert set(self.twilio.send_callbacks(self.server.url, ("delivered",))) <= {204}
        return self._counted(log.id, power, moment, seen)

    def _kill(self, power: bool) -> None:
        if power:
            self.server.kill()
            self.server.start()
            return
        for pid in children_of(self.server.process.pid):
            os.kill(pid, signal.SIGKILL)

    def _counted(self, log_id: int, power: bool, moment: float, seen: int) -> Round:
        """After every receipt has come, also for texts whose answer we never heard."""
        states = {row.phone: row.status for row in rows(self.app, log_id)}
        at_carrier = Counter(each.to for each in self.twilio.requests if each.sid)
        by_state = Counter(states.values())
        return Round(
            power=power,
            killed_after=moment,
            seen=seen,
            delivered=by_state[MessageStatus.DELIVERED],
            unknown=by_state[MessageStatus.UNKNOWN],
            twice=sum(times > 1 for times in at_carrier.values()),
            lost=self.people - sum(state in NAMED for state in states.values()),
            unaccounted=sum(states.get(phone) is not MessageStatus.DELIVERED for phone in at_carrier),
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

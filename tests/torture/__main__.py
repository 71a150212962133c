"""`python -m tests.torture [KILLS] [SEED]` (make torture): kill -9 in mid-blast, again and again, then count everybody.

Two things must hold after every kill: nobody has two texts of one blast at the carrier, and everybody is in a named
state, with every text of the carrier's known to us. Exit code 1 when they do not.
"""

import logging
import random
import sys
import tempfile
import time
from pathlib import Path

from flask import Flask

from app import create_app
from app.kit.settings import Settings
from app.migrations.runner import migrate
from tests.delivery.town import twilio_settings
from tests.makers import members
from tests.torture.killing import Killing, Round
from tests.twilio_server import TwilioServer

KILLS, PEOPLE = 20, 300
COLUMNS = ("kill", "of", "after", "at the carrier by then", "delivered", "not sure", "twice", "lost", "unaccounted")


def main() -> int:
    """Kill, print, count."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else KILLS
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().randrange(10_000)
    say(f"{kills} kills in blasts to {PEOPLE} people, seed {seed}\n")
    say(f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}")
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="sms-torture-") as folder, TwilioServer() as twilio:
        town = _town(Path(folder) / "sms.db", twilio)
        with Killing(town, twilio, PEOPLE, random.Random(seed)) as killing:
            rounds = [_shown(number, killing.one()) for number in range(1, kills + 1)]
    bad = sum(not each.fine for each in rounds)
    verdict = f"{bad} of {kills} kills broke a promise." if bad else "Nobody was texted twice, nobody was lost."
    say(f"\n{verdict} {time.monotonic() - start:.0f} s.")
    return 1 if bad else 0


def _town(database: Path, twilio: TwilioServer) -> Flask:
    migrate(database, logging.getLogger("torture"))
    settings = {"secret_key": "a-key-for-tests-0123456789", "app_env": "test", "scheduler_enabled": False}
    address = {"database_url": f"sqlite:///{database}", "log_format": "text"}
    app = create_app(Settings(**(twilio_settings(twilio) | settings | address)))
    logging.disable(logging.WARNING)
    with app.app_context():
        members(PEOPLE)
    return app


def _shown(number: int, one: Round) -> Round:
    moment = (number, "everything" if one.power else "the worker", f"{one.killed_after:.2f} s")
    counts = (one.seen, one.delivered, one.unknown, one.twice, one.lost, one.unaccounted)
    say(f"| {' | '.join(map(str, moment + counts))} |")
    return one


def say(line: str) -> None:
    """At once, whatever standard output is."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

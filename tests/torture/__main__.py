"""`python -m tests.torture [PART ...] [KILLS [SEED]] [--minutes M]` (make torture): all of it.

kills     kill -9 or a crash point in mid-blast, again and again: nobody twice, everybody in a
          named state
load      browsers, receipts and STOPs while a blast runs; two hundred blasts at once
          (cases L4, L5, L6, L11)
patience  slow clients with their real times: 25 s, 30 s (cases F3, F9, F33)
tests     the tests that are marked `torture`: too long for `make test`
soak      a day of texts in some minutes; nothing grows (case L13)

Numbers alone mean kills. Exit code 1 when a promise was broken.
"""

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask

from tests.gunicorn_server import GunicornServer
from tests.torture import load, slow_clients
from tests.torture import soak as soaking
from tests.torture.blast_setup import Line, new_town, say, server_for, show
from tests.torture.killing import Killing, Round
from tests.twilio_server import TwilioServer

KILLS, PEOPLE, MINUTES = 200, 300, 5.0
COLUMNS = (
    "kill",
    "of",
    "after",
    "at the carrier by then",
    "in doubt",
    "found by its list",
    "delivered",
    "not sure",
)
PROMISES = ("twice", "lost", "unaccounted")


def main() -> int:
    """Do what was asked for and say what came of it."""
    asked = _asked()
    start = time.monotonic()
    broken = [name for name in asked.what if not PARTS[name](asked)]
    say(
        f"\n{'Broken: ' + ', '.join(broken) if broken else 'Every promise was kept.'}"
        f" {time.monotonic() - start:.0f} s."
    )
    return 1 if broken else 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("words", nargs="*", help="kills, load, patience, soak; KILLS and SEED")
    parser.add_argument("--minutes", type=float, default=MINUTES, help="how long the soak lasts")
    asked = parser.parse_args()
    numbers = [int(word) for word in asked.words if word.isdigit()]
    asked.what = [word for word in asked.words if not word.isdigit()] or (
        ["kills"] if numbers else list(PARTS)
    )
    if unknown := set(asked.what) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    asked.kills = numbers[0] if numbers else KILLS
    asked.seed = numbers[1] if len(numbers) > 1 else random.SystemRandom().randrange(10_000)
    return asked


def _kills(asked: argparse.Namespace) -> bool:
    say(f"{asked.kills} kills in blasts to {PEOPLE} people, seed {asked.seed}\n")
    columns = (*COLUMNS, *PROMISES)
    say(f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}")
    start = time.monotonic()
    with (
        _place(PEOPLE) as (town, twilio),
        Killing(town, twilio, PEOPLE, random.Random(asked.seed), points=True) as it,
    ):
        rounds = [_shown(number, it.one()) for number in range(1, asked.kills + 1)]
    bad = sum(not each.fine for each in rounds)
    verdict = (
        f"{bad} of {asked.kills} kills broke a promise."
        if bad
        else "Nobody was texted twice, nobody was lost."
    )
    say(
        f"\n{verdict} {sum(each.doubts for each in rounds)} texts were in doubt."
        f" {time.monotonic() - start:.0f} s."
    )
    return bad == 0


def _shown(number: int, one: Round) -> Round:
    moment = (number, one.how, f"{one.after:.2f} s", one.seen)
    counts = (
        one.doubts,
        one.found,
        one.delivered,
        one.unknown,
        one.twice,
        one.lost,
        one.unaccounted,
    )
    say(f"| {' | '.join(map(str, moment + counts))} |")
    return one


def _load(_asked: argparse.Namespace) -> bool:
    with _served(load.PEOPLE, SEND_RATE=str(load.RATE)) as (town, twilio, server):
        lines = load.crowd(town, twilio, server)
    with _served(load.TOWN, SEND_RATE="100") as (town, twilio, _):
        lines += load.many(town, twilio)
    return show("Load", lines)


def _patience(_asked: argparse.Namespace) -> bool:
    lines: list[Line] = []
    for scene in (slow_clients.drip, slow_clients.lock, slow_clients.goodbye):
        with _served(slow_clients.PEOPLE, SEND_RATE="60", SEND_CONCURRENCY="16") as (
            town,
            twilio,
            server,
        ):
            lines += scene(town, twilio, server)
    return show("Patience", lines)


def _tests(_asked: argparse.Namespace) -> bool:
    """Run the tests that make test leaves out because they wait or compute for long."""
    command = [sys.executable, "-m", "pytest", "-m", "torture", "-n", "2"]
    return subprocess.run(command).returncode == 0


def _soak(asked: argparse.Namespace) -> bool:
    with _served(soaking.PEOPLE, SEND_RATE=str(soaking.RATE)) as (town, twilio, server):
        lines = soaking.soak(town, twilio, server, asked.minutes)
    return show("Soak", lines)


@contextmanager
def _place(people: int) -> Iterator[tuple[Flask, TwilioServer]]:
    with (
        tempfile.TemporaryDirectory(prefix="sms-torture-") as folder,
        TwilioServer() as twilio,
    ):
        yield new_town(Path(folder) / "sms.db", twilio, people), twilio


@contextmanager
def _served(people: int, **settings: str) -> Iterator[tuple[Flask, TwilioServer, GunicornServer]]:
    with _place(people) as (town, twilio):
        twilio.answer(delay=0.02)
        with server_for(town, twilio, **settings) as server:
            yield town, twilio, server


PARTS: dict[str, Callable[[argparse.Namespace], bool]] = {
    "kills": _kills,
    "load": _load,
    "patience": _patience,
    "tests": _tests,
    "soak": _soak,
}

if __name__ == "__main__":
    sys.exit(main())

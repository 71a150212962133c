"""Whatever goes wrong inside the engine: it comes back by itself, nobody is texted twice, no
text stays on the wire.
"""

import pytest

from app import scheduler
from tests.delivery.town import (
    blast,
    ended,
    everybody_is_accounted_for,
    people,
    rows,
    schedule,
    statuses,
)
from tests.gunicorn_server import wait_until
from tests.sample_people import LEO, MIA, ZOE


class Faulty:
    """The real carrier, but what it does with one phone's text ends in `trouble`: once, before
    or after it was sent.
    """

    def __init__(self, carrier, phone, trouble, *, after):
        self.carrier, self.phone, self.trouble, self.after = (
            carrier,
            phone,
            trouble,
            after,
        )

    def __getattr__(self, name):
        return getattr(self.carrier, name)

    async def send(self, to, *text):
        if to != self.phone:
            return await self.carrier.send(to, *text)
        if self.after:
            await self.carrier.send(to, *text)
        raise self.trouble("injected")


@pytest.fixture
def engine(town):
    """The background of a process, not started yet."""
    background = scheduler.BackgroundJobs(town, lambda: True)
    yield background
    background.stop()


def with_a_fault(background, trouble, *, after):
    """Leo's text meets a fault; the second carrier that the engine makes is whole again."""
    make, made = background.engine.make_carrier, []

    def next_carrier():
        made.append(make())
        return Faulty(made[0], LEO, trouble, after=after) if len(made) == 1 else made[-1]

    background.engine.make_carrier = next_carrier
    background.start()
    return made


@pytest.mark.parametrize("after", [False, True])
def test_f42_a_fault_of_ours_with_one_text_leaves_that_text_in_doubt(town, twilio, engine, after):
    """F42: the loop goes on; the text is not sent again, because it may have left."""
    people(town, ZOE, LEO, MIA)
    made = with_a_fault(engine, RuntimeError, after=after)
    log = ended(town, blast(town))
    assert statuses(town, log.id) == {"accepted": 2, "unknown": 1}
    assert len(made) == 1
    assert len(twilio.sent_to(LEO)) == after
    everybody_is_accounted_for(town, twilio)


@pytest.mark.parametrize("after", [False, True])
def test_f42_an_engine_that_dies_in_mid_blast_is_started_again_and_goes_on(
    town, twilio, engine, after
):
    """F42: the thread ends, as nothing may catch a SystemExit; the next tick starts another,
    which leads anew.
    """
    people(town, ZOE, LEO, MIA)
    made = with_a_fault(engine, SystemExit, after=after)
    wanted = blast(town)
    log = ended(town, wanted)
    wait_until(lambda: schedule(town, wanted).status == "sent", "the schedule to say so")
    assert len(made) == 2
    found = {row.phone: (row.status.value, row.reason, row.attempts) for row in rows(town, log.id)}
    assert found[LEO] == ("unknown", "process_stopped", 1)
    assert {found[ZOE][0], found[MIA][0]} <= {"accepted", "unknown"}
    assert len(twilio.sent_to(LEO)) == after
    everybody_is_accounted_for(town, twilio)
    twilio.send_callbacks(town, ("delivered",))
    assert statuses(town, log.id)["delivered"] == len(twilio.requests) >= 1 + after

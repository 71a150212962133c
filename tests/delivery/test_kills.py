"""kill -9 in mid-blast, ten times at random: nobody twice, everybody in a named state.

`make torture` has more.
"""

import random

import pytest

from tests.delivery.town import everybody_is_accounted_for, twilio_settings
from tests.makers import members
from tests.torture.killing import Killing

pytestmark = pytest.mark.slow
PEOPLE, KILLS = 80, 10


def test_whatever_the_moment_of_the_kill_nobody_is_texted_twice_and_nobody_is_lost(
    make_app, twilio
):
    """F1: at any moment, the whole server or its worker; then look-ups or receipts say what
    became of the rest.
    """
    town = make_app(**twilio_settings(twilio, scheduler_enabled=False))
    with town.app_context():
        members(PEOPLE)
    with Killing(town, twilio, PEOPLE, random.Random(), points=False) as killing:
        rounds = [killing.one() for _ in range(KILLS)]
    assert [each for each in rounds if not each.fine] == []
    assert all(each.delivered + each.unknown == PEOPLE for each in rounds)
    everybody_is_accounted_for(town, twilio)

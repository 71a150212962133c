"""kill -9 in mid-blast, at random moments: nobody twice, everybody in a named state.

Three kills in make test, ten in make torture, which has 200 more of its own.
"""

import random

import pytest

from tests.delivery.helpers import assert_everybody_accounted_for, twilio_settings
from tests.sample_rows import add_members
from tests.torture.killing import Killing

pytestmark = pytest.mark.slow
PEOPLE = 80


@pytest.mark.parametrize("kills", [3, pytest.param(10, marks=pytest.mark.torture)])
def test_whatever_the_moment_of_the_kill_nobody_is_texted_twice_and_nobody_is_lost(
    make_app, twilio, kills
):
    """F1: at any moment, the whole server or its worker; then look-ups or receipts say what
    became of the rest.
    """
    sending_app = make_app(**twilio_settings(twilio, scheduler_enabled=False))
    with sending_app.app_context():
        add_members(PEOPLE)
    with Killing(sending_app, twilio, PEOPLE, random.Random(), points=False) as killing:
        rounds = [killing.one() for _ in range(kills)]
    assert [kill for kill in rounds if not kill.fine] == []
    assert all(kill.delivered + kill.unknown == PEOPLE for kill in rounds)
    assert_everybody_accounted_for(sending_app, twilio)

"""A backup of a large database is made while texts leave: none of them waits for it."""

import subprocess
import sys
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from app.backups.backup_opening import open_backup
from app.migrations.database_file import open_read_only
from tests.bench.large_database import Size, crowded
from tests.delivery.helpers import serve_through_twilio, start_blast, twilio_settings
from tests.gunicorn_server import wait_until
from tests.twilio_server import TwilioServer

pytestmark = pytest.mark.torture
PEOPLE = 40_000  # 230 MB
RATE = 50
# A text leaves every 20 ms; what is measured is how much later than that the latest one was.
MAX_PAUSE_SECONDS = 0.2


@pytest.fixture
def database(tmp_path):
    """A database of some years of 40,000 people."""
    return tmp_path / "large.db"


def find_longest_pause(requests, begin, end):
    """The longest time without a text between two moments of the monotonic clock."""
    moments = sorted(each.at for each in requests if begin <= each.at <= end)
    assert len(moments) > RATE
    return max(later - earlier for earlier, later in pairwise(moments))


def test_a_nightly_backup_of_a_large_database_delays_no_text(database, make_app, capsys):
    """K1: sending never pauses for more than 200 ms, and the copy is whole."""
    crowded(database, Size(PEOPLE))
    with TwilioServer() as twilio, serve_through_twilio(database, twilio, SEND_RATE=str(RATE)):
        app = make_app(
            **twilio_settings(twilio, scheduler_enabled=False, database_url=f"sqlite:///{database}")
        )
        start_blast(app, "Hello {first_name|friend}")
        twilio.wait_for(4 * RATE, 60)
        moments = []
        arguments = [str(database), str(database.parent / "backups"), "nightly"]
        command = ["nice", "-n", "15", sys.executable, "-m", "app.backups.copy_process"]
        moments.append(twilio.requests[-1].at)
        process = subprocess.Popen([*command, *arguments, datetime.now(UTC).isoformat()])
        wait_until(lambda: process.poll() is not None, "the backup", 300)
        moments.append(twilio.requests[-1].at)
        pause = find_longest_pause(twilio.requests, *moments)
    assert process.returncode == 0
    (file,) = database.parent.glob("backups/*.gz")
    with open_backup(file, database.parent, "") as plain, open_read_only(plain) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        texts = connection.execute("SELECT count(*) FROM messages").fetchone()[0]
    assert texts > 10 * PEOPLE
    with capsys.disabled():
        sys.stdout.write(f"\nlongest pause in {moments[1] - moments[0]:.0f} s: {pause:.3f} s\n")
    assert pause - 1 / RATE <= MAX_PAUSE_SECONDS

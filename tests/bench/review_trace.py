"""How many files one must read to follow the blast review page.

Run it with `python -m tests.bench.review_trace`.

Posts a draft to /blasts/new under sys.setprofile and prints two numbers: the distinct files of
app/ whose functions (or compiled templates) are entered, and the moves, which is how often a call
goes from a function of one file into a function of another. Code outside app/ is looked through:
the nearest caller inside app/ counts. `--list` prints the files and the most frequent moves.
"""

import logging
import sys
import tempfile
from collections import Counter
from pathlib import Path

from app import create_app
from app.core.settings import Settings
from app.migrations.migration_runner import migrate_database
from tests.sample_people import create_test_users
from tests.sample_rows import add_members
from tests.visit import Visitor

APP_FOLDER = str(Path(__file__).parents[2] / "app") + "/"
RECIPIENTS = 5
MOVES_LISTED = 40
DRAFT = {
    "message_body": "Hi {first_name|friend}, the picnic is at eleven.",
    "target": "community",
    "send_mode": "now",
    "include_unsubscribe": "y",
}


class ReviewTrace:
    """The files that are entered and the moves between them, while `record` is the profiler."""

    def __init__(self):
        self.files = Counter()
        self.moves = Counter()

    def record(self, frame, event, _argument):
        """Count one call (a generator that goes on counts as one)."""
        file = find_app_file(frame)
        if event != "call" or file is None:
            return
        self.files[file] += 1
        caller = frame.f_back
        while caller is not None and find_app_file(caller) is None:
            caller = caller.f_back
        caller_file = find_app_file(caller) if caller else None
        if caller_file not in (None, file):
            self.moves[caller_file, file] += 1


def find_app_file(frame):
    """Return the path below app/ of the frame's code, or None."""
    path = frame.f_code.co_filename
    return path.removeprefix(APP_FOLDER) if path.startswith(APP_FOLDER) else None


def make_visitor(folder):
    """Return a visitor of an app with a few people on its list."""
    database = Path(folder) / "review.db"
    migrate_database(database, logging.getLogger("review_trace"))
    app = create_app(
        Settings(
            secret_key="a-key-for-tests-0123456789",
            app_env="test",
            database_url=f"sqlite:///{database}",
            public_base_url="http://sms.example.org",
            log_format="text",
        )
    )
    create_test_users(app)
    with app.app_context():
        add_members(RECIPIENTS)
    return Visitor(app)


def trace_review():
    """Return the trace of one review page; an earlier one has filled the caches."""
    trace = ReviewTrace()
    with tempfile.TemporaryDirectory() as folder:
        visit = make_visitor(folder)
        assert visit("/blasts/new", "ada", **DRAFT).status_code == 200
        sys.setprofile(trace.record)
        try:
            visit("/blasts/new", "ada", **DRAFT)
        finally:
            sys.setprofile(None)
    return trace


def main(arguments):
    """Print both numbers, and with --list what is behind them."""
    trace = trace_review()
    print(f"files entered: {len(trace.files)}")
    print(f"moves between files: {trace.moves.total()}")
    if "--list" in arguments:
        print("\n".join(sorted(trace.files)))
        for (caller, file), count in trace.moves.most_common(MOVES_LISTED):
            print(f"{count:5} {caller} -> {file}")


if __name__ == "__main__":
    main(sys.argv[1:])

"""How many files one must read to follow the blast review page.

Run it with `python -m tests.bench.review_trace`.

Posts a draft to /blasts/new under sys.setprofile and prints two numbers: the distinct files of
app/ whose functions (or compiled templates) are entered, and the moves, which is how often a call
goes from a function of one file into a function of another. Code outside app/ is looked through:
the nearest caller inside app/ counts.

Every page enters the frame: sign-in, menu, banners, base.html. So the same is counted for a plain
page, /help. The review's own files are those that the plain page does not enter; its own moves are
those that begin or end in one of them. `--list` prints the files, the review's own with a star, and
the most frequent moves. The clock stands at noon: at night there is one more warning.
"""

import logging
import sys
import tempfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import time_machine

from app import create_app
from app.core.settings import Settings
from app.migrations.migration_runner import migrate_database
from tests.sample_people import create_test_users
from tests.sample_rows import add_members
from tests.visit import Visitor

APP_FOLDER = str(Path(__file__).parents[2] / "app") + "/"
RECIPIENTS = 5
PLAIN_PAGE = "/help"
# Noon in Denver, where the people of the tests are.
NOON = datetime(2026, 12, 1, 19, 0, tzinfo=UTC)
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


def trace_request(visit, path, **form):
    """Return the trace of one request; an earlier one has filled the caches."""
    assert visit(path, "ada", **form).status_code == 200
    trace = ReviewTrace()
    sys.setprofile(trace.record)
    try:
        visit(path, "ada", **form)
    finally:
        sys.setprofile(None)
    return trace


def trace_pages():
    """Return the traces of the review page and of the plain page."""
    with time_machine.travel(NOON, tick=False), tempfile.TemporaryDirectory() as folder:
        visit = make_visitor(folder)
        return trace_request(visit, "/blasts/new", **DRAFT), trace_request(visit, PLAIN_PAGE)


def main(arguments):
    """Print the numbers, and with --list what is behind them."""
    review, plain = trace_pages()
    own_files = review.files.keys() - plain.files.keys()
    own_moves = sum(count for files, count in review.moves.items() if own_files & {*files})
    for title, file_count, move_count in (
        ("review", len(review.files), review.moves.total()),
        (f"plain page ({PLAIN_PAGE})", len(plain.files), plain.moves.total()),
        ("review's own", len(own_files), own_moves),
    ):
        print(f"{title}: {file_count} files entered, {move_count} moves between files")
    if "--list" in arguments:
        for file in sorted(review.files):
            print("*" if file in own_files else " ", file)
        for (caller, file), count in review.moves.most_common(MOVES_LISTED):
            print(f"{count:5} {caller} -> {file}")


if __name__ == "__main__":
    main(sys.argv[1:])

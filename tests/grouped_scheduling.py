"""Which tests run in one worker, because they share what takes seconds to make.

pytest-xdist's own `--dist loadgroup` writes the group into the item's id, which pytest 9.2 does
not read any more (pytest-xdist 3.8.0): every worker made everything again.
"""

from xdist.scheduler import LoadScopeScheduling

# The tests that look at pages one after the other; the others of the browser walk through them.
PAGE_TESTS = ("tests/browser/test_pages.py", "tests/browser/test_pieces.py")
# Their tests share a server.
SHARING_FILES = (
    "tests/server/test_slow_clients.py",
    "tests/whole/test_cli.py",
    "tests/whole/test_starting.py",
)


class GroupedScheduling(LoadScopeScheduling):
    """Gives each group of tests to one worker, the largest group first."""

    def _split_scope(self, nodeid: str) -> str:
        return find_group(nodeid)


def find_group(nodeid: str) -> str:
    """Return the name of the test's group; a test that shares nothing is a group of its own.

    Each worker with a test of the browser starts a Chromium and a server over the filled database,
    and signs in. Two groups share those; a single one would be the last to end.
    """
    file = nodeid.partition("::")[0]
    if file in PAGE_TESTS:
        return "pages"
    if file.startswith("tests/browser/"):
        return "walks"
    if file in SHARING_FILES:
        return file
    return nodeid

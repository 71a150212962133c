"""docs/promise.md tells an admin what to count on: a sentence for every state, a test for every
promise.
"""

import re

import pytest

from app.core.settings import PROJECT_ROOT
from app.domain.delivery.message_statuses import MessageStatus

PAGE = (PROJECT_ROOT / "docs" / "promise.md").read_text()
WORDS = (PROJECT_ROOT / "docs" / "words.md").read_text()
STATES = dict(
    re.findall(r"^\| `(\w+)` \| ([^|]+) \|$", WORDS.split("## States")[1].split("## ")[0], re.M)
)
SHOWN = re.findall(r"^\| ([^|]+) \| ([A-Z\d, ]*) \| (`tests/[^|]+) \|$", PAGE, re.M)


@pytest.mark.parametrize(
    "state", [each for each in MessageStatus if each is not MessageStatus.RECEIVED]
)
def test_every_state_a_text_can_be_in_has_its_sentence(state):
    first_cells = " · ".join(re.findall(r"^\| ([^|]+) \| [^|]+ \|$", PAGE, re.M))
    assert STATES[state.value] in first_cells


@pytest.mark.parametrize(("promise", "cases", "files"), SHOWN)
def test_every_promise_is_shown_by_the_tests_that_are_named(promise, cases, files):
    named = [PROJECT_ROOT / name for name in re.findall(r"`(tests/[\w./]+)`", files)]
    sources = [path.read_text() for path in named if path.is_file()]
    unseen = [
        case
        for case in re.findall(r"[A-Z]\d+", cases)
        if not any(_shows(case, each) for each in sources)
    ]
    assert unseen == [], f"{promise}: no test says that it shows this"


def _shows(case, source):
    return re.search(rf'"""[^"]*\b{case}\b', source)


def test_the_table_of_promises_was_found():
    assert len(SHOWN) > 10

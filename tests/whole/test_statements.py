"""However long a list is, its page takes a few statements: the people on it are not asked about
one by one.
"""

import logging
import re

import pytest

from tests.bench.large_database import Size, crowded
from tests.bench.large_groups import fill
from tests.bench.large_lists import PAGES, most_statements
from tests.select_recorder import record_selects
from tests.visit import Visitor


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """Some hundred people, so that every list is full and has a second page."""
    path = tmp_path_factory.mktemp("town") / "sms.db"
    app = crowded(path, Size(600, events=60, blasts=60))
    fill(path)
    logging.disable(logging.NOTSET)  # a bench is quiet; the tests after these listen
    return app


@pytest.mark.parametrize(
    "address", [re.sub(r"page=\d+", "page=2", address) for _, address in PAGES]
)
def test_a_list_takes_a_few_statements(town, address):
    browser = Visitor(town).browser("ada")
    browser.get(address)  # the first look loads what is kept
    with record_selects(town) as statements:
        assert browser.get(address).status_code == 200
    assert len(statements) <= most_statements(address), "\n".join(statements)


def test_home_takes_at_most_38_statements(town):
    browser = Visitor(town).browser("ada")
    browser.get("/")
    with record_selects(town) as statements:
        assert browser.get("/").status_code == 200
    # 36 on 29 Nov 2026: each is about something else, except five about the blasts of the week.
    assert len(statements) <= 38, "\n".join(statements)

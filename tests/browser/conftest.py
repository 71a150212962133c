"""One browser for all of these tests; a test fails when the browser minds anything about a page."""

import pytest

from tests.browser.chromium import Visits, launched


@pytest.fixture(scope="session")
def chromium():
    with launched() as browser:
        yield browser


@pytest.fixture
def visits_to(chromium):
    """Call `visits_to(server.url, **passwords)`: windows on that server, closed when the test
    ends.
    """
    opened = []

    def begin(url, **passwords):
        opened.append(Visits(chromium, url, passwords))
        return opened[-1]

    yield begin
    for visits in opened:
        visits.close()
    assert [complaint for visits in opened for complaint in visits.complaints] == []

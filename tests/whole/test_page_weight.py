"""What a first visit costs: requests, and bytes as they cross the wire. docs/performance.md."""

import re

import pytest

GZIP = {"Accept-Encoding": "gzip"}
MOST_REQUESTS = 6
MOST_BYTES = 60 * 1024
MOST_COMPOSE_BYTES = 15 * 1024


def _list_files(html: str) -> set[str]:
    return {
        address.partition("#")[0] for address in re.findall(r'(?:href|src)="(/static/[^"]+)"', html)
    }


def _weigh(site, address: str, who: str) -> dict[str, int]:
    """Return the bytes of the page and of each of its files, compressed, by address."""
    html = site.send("GET", address, who).get_data(as_text=True)
    addresses = [address, *sorted(_list_files(html))]
    return {one: len(site.send("GET", one, who, headers=GZIP).data) for one in addresses}


@pytest.mark.parametrize(
    ("endpoint", "who"),
    [
        ("accounts.sign_in", ""),
        ("dashboard.show_dashboard", "ada"),
        ("blasts.compose_blast", "ada"),
        ("inbox.list_conversations", "ada"),
        ("organisation.edit_settings", "ada"),
    ],
)
def test_a_first_visit_is_light(site, endpoint, who):
    weights = _weigh(site, site.address(endpoint), who)
    assert len(weights) <= MOST_REQUESTS, weights
    assert sum(weights.values()) <= MOST_BYTES, weights


def test_the_compose_page_itself_is_light(site):
    address = site.address("blasts.compose_blast")
    assert _weigh(site, address, "ada")[address] <= MOST_COMPOSE_BYTES

"""Time zones to choose from, and what a typed place means."""

import pytest

from app.domain.time.zone_names import (
    list_current_time_zones,
    parse_time_zone,
)


def test_only_current_names_are_offered():
    offered = list_current_time_zones()
    assert offered[0] == "UTC"
    assert {"America/Denver", "Europe/Kyiv", "Asia/Kolkata"} <= set(offered)
    assert not {"Europe/Kiev", "Asia/Calcutta", "America/Buenos_Aires"} & set(offered)


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("America/Denver", "America/Denver"),
        (" america/new york ", "America/New_York"),
        ("New York", "America/New_York"),
        ("Asia/Calcutta", "Asia/Calcutta"),
        ("utc", "UTC"),
        ("Mountain", None),
        ("", None),
    ],
)
def test_a_typed_place_is_its_zone(typed, zone):
    assert parse_time_zone(typed) == zone

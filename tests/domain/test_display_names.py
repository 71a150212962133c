"""One number is one person, whatever each list calls them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.phones.display_names import (
    NAME_SOURCES,
    SourcedName,
    choose_display_name,
    sort_names_by_source,
)

NOON = datetime(2026, 5, 8, 12, tzinfo=UTC)


def written(where, name, days_ago=0):
    """Return a name record that is some days old."""
    return SourcedName(where, name, NOON - timedelta(days=days_ago))


@pytest.mark.parametrize(
    ("names", "called"),
    [
        ([], None),
        ([written("community", None)], None),
        ([written("community", "Zoe"), written("event", "Zo")], "Zoe"),
        ([written("event", "Zo"), written("community", "Zoe", 900)], "Zoe"),
        ([written("community", None), written("event", "Zo")], "Zo"),
        (
            [
                written("event", "Zo", 30),
                written("event", "Zoë Example", 2),
                written("event", None),
            ],
            "Zoë Example",
        ),
        (
            [written("text", "Z."), written("list", "Zoe from the door", 5)],
            "Zoe from the door",
        ),
        ([written("text", "Z.", 9), written("text", "Zoe", 1)], "Zoe"),
    ],
)
def test_the_list_that_is_kept_comes_first_and_the_newest_of_several(names, called):
    assert choose_display_name(names) == called


@given(
    st.lists(
        st.builds(
            written,
            st.sampled_from(NAME_SOURCES),
            st.none() | st.text(min_size=1, max_size=9),
            st.integers(0, 999),
        ),
        max_size=12,
        unique_by=lambda record: (record.where, record.since),
    ).flatmap(lambda names: st.tuples(st.just(names), st.permutations(names)))
)
def test_the_order_in_which_the_lists_were_read_does_not_matter(names_and_shuffled):
    names, shuffled = names_and_shuffled
    assert sort_names_by_source(names) == sort_names_by_source(shuffled)
    assert choose_display_name(names) == choose_display_name(shuffled)
    assert (choose_display_name(names) is None) == all(record.name is None for record in names)

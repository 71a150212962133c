"""The checksum knows an edit from a tidy-up, on every Python; the numbers have no gaps."""

import pytest

from app.migrations.migration_files import compute_migration_checksum, find_migrations
from tests.migrations.sample_migrations import write_migration

SOURCE = '''"""Plants."""

STATEMENTS = ("CREATE TABLE plants (id INTEGER)",)


def apply(connection, logger):
    """Make them."""
    for statement in STATEMENTS:
        connection.execute(statement)
    logger.info("%s run", len(STATEMENTS))
'''
TIDIED = '''"""Other words about plants."""
# a comment
STATEMENTS = (
    "CREATE TABLE "
    "plants (id INTEGER)",
)
def apply(connection, logger):
    for statement in STATEMENTS:   # another
        connection.execute(statement)
    logger.info('%s run', len(STATEMENTS))
'''


def test_comments_docstrings_and_formatting_may_change():
    assert compute_migration_checksum(SOURCE) == compute_migration_checksum(TIDIED)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("INTEGER", "TEXT"),
        ("connection.execute", "connection.executemany"),
        ("STATEMENTS:", "STATEMENTS[1:]:"),
    ],
)
def test_what_it_does_may_not(old, new):
    assert compute_migration_checksum(SOURCE) != compute_migration_checksum(
        SOURCE.replace(old, new)
    )


def test_the_checksum_is_the_same_on_every_python():
    """ast.dump is not: 3.12 and 3.13 changed its text.

    An upgrade of Python must not look like an edit.
    """
    assert (
        compute_migration_checksum(SOURCE)
        == "b4bf506a2d6063366a211b2e26f417fc4a294a8c1022f1ef6f44ce3a18ba6632"
    )


def test_steps_are_found_in_order(steps_folder):
    write_migration(steps_folder, 1, "plants", [])
    write_migration(steps_folder, 2, "pots", [])
    (steps_folder / "notes.py").write_text("")
    assert [(step.version, step.name) for step in find_migrations(steps_folder)] == [
        (1, "0001_plants"),
        (2, "0002_pots"),
    ]


def test_a_gap_in_the_numbers_is_a_mistake_of_ours(steps_folder):
    write_migration(steps_folder, 1, "plants", [])
    write_migration(steps_folder, 3, "pots", [])
    with pytest.raises(ValueError, match="not numbered"):
        find_migrations(steps_folder)


def test_every_real_step_can_go_both_ways():
    for step in find_migrations():
        assert callable(step.load_module().apply)
        assert callable(step.load_module().revert)

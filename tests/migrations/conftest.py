"""A real migrated database and a folder for made-up steps."""

import pytest

from tests.migrations.sample_migrations import copy_migrated_database


@pytest.fixture
def database(tmp_path, tmp_path_factory):
    """A database of this test's own, in a folder of its own, made by the real migrations."""
    return copy_migrated_database(tmp_path / "instance", tmp_path_factory)


@pytest.fixture
def steps_folder(tmp_path):
    """A folder for made-up migrations."""
    return tmp_path / "steps"

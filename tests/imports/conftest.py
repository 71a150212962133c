"""What the importer's tests look at."""

import io

import pytest

from app.imports.actions import row_checking


@pytest.fixture
def send(visit):
    """Somebody uploads a file or pastes rows; gives the page she is shown."""

    def upload(data=b"", name="people.csv", room="/community/import", who="ada", **fields):
        data = data.encode() if isinstance(data, str) else data
        return visit(
            room,
            who,
            files={"file": (io.BytesIO(data), name)} if data else {},
            **fields,
        )

    return upload


@pytest.fixture
def limit_slices(monkeypatch):
    """Each request checks only so many rows."""

    def limit(rows):
        monkeypatch.setattr(row_checking, "ROWS_PER_CLOCK_CHECK", rows)
        monkeypatch.setattr(row_checking, "CONTACT_SECONDS", -1)

    return limit

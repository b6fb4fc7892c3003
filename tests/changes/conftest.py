"""A stand-in that may be written to, a connection to it, and a journal of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from kinds import opened

from canvas_kms_tui.changes.journal import Journal


@pytest.fixture
def journal(tmp_path) -> Journal:
    return Journal(tmp_path / "journal")


@pytest.fixture
async def connect_to() -> AsyncIterator:
    """``await connect_to(demo)``: a connection that is closed at the end of the test."""
    made = []

    async def give(demo, endpoint: str = "", **more):
        connection = await opened(demo, endpoint, **more)
        made.append(connection)
        return connection

    yield give
    for connection in made:
        connection.close()

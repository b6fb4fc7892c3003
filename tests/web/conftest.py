"""Servers for the tests of ``--web``: one to share, or one of a test's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("textual_serve", reason="the extra web is not installed")

from serving import Served


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    running = Served(tmp_path_factory.mktemp("web"), "--demo")
    yield running
    if running.process.poll() is None:
        running.end()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[type[Served]]:
    """A server of the test's own."""
    running: list[Served] = []

    class Own(Served):
        def __init__(self, *flags: str) -> None:
            super().__init__(tmp_path, *flags)
            running.append(self)

    yield Own
    for server in running:
        if server.process.poll() is None:
            server.process.kill()
            server.process.wait()

"""Apps for the tests of the screens: scripted rooms, a clock that stands still, a state directory of their own."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from scripted import FakeRooms, session
from textual.pilot import Pilot

from canvas_kms_tui.tui.app import CanvasApp

Open = Callable[..., AbstractAsyncContextManager[Pilot[int]]]


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    directory = tmp_path / "state"
    monkeypatch.setenv("CANVAS_KMS_TUI_STATE_DIR", str(directory))
    monkeypatch.delenv("NO_COLOR", raising=False)
    return directory


@pytest.fixture
def rooms() -> FakeRooms:
    return FakeRooms()


@pytest.fixture
def opened(rooms: FakeRooms, tmp_path: Path) -> Open:
    """``async with opened(size) as pilot``: the app on scripted rooms."""

    @asynccontextmanager
    async def start(size: tuple[int, int] = (120, 36), **more: Any) -> Any:
        app = CanvasApp(session(rooms, tmp_path, **more))
        async with app.run_test(size=size, notifications=True) as pilot:
            yield pilot
        app.desk.close()

    return start

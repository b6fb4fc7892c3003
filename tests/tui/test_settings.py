"""The user's own settings: read, checked, and what a key of one's own does."""

from __future__ import annotations

from pathlib import Path

import pytest
from screen_text import until
from scripted import FakeRooms, session

from canvas_kms_tui.tui import keys, settings
from canvas_kms_tui.tui.app import CanvasApp


@pytest.fixture(autouse=True)
def _own_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "SCREENS", dict(keys.SCREENS))


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "settings.toml"
    path.write_text(text)
    return path


def test_no_file_means_the_defaults(tmp_path: Path) -> None:
    assert settings.load(tmp_path / "none.toml") == settings.Settings()


def test_the_template_is_valid_with_and_without_its_comments(tmp_path: Path) -> None:
    assert settings.load(written(tmp_path, settings.TEMPLATE)) == settings.Settings()
    lines = [line.removeprefix("# ") for line in settings.TEMPLATE.splitlines()[2:]]
    own = settings.load(written(tmp_path, "\n".join(lines)))
    assert own.keymap == {"main.fix": "f", "main.again": "r,f5"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("theme = 'plaid'", "theme 'plaid' is not known"),
        ("colour = 1", "'colour' is no setting"),
        ("watch_seconds = 1", "a number from 5 to 3600"),
        ("watch_seconds = true", "a number from 5 to 3600"),
        ("keys = 1", "[keys] is a table"),
        ("[keys]\n'main.fly' = 'x'", "is no action"),
        ("[keys]\n'main.fix' = ''", "write a key"),
        ("[keys]\n'main.fix' = 'q'", "would mean both"),
        ("theme = ,", "line 1"),
    ],
)
def test_a_mistake_is_named_with_its_file(tmp_path: Path, text: str, says: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(settings.BadSettings) as bad:
        settings.load(path)
    assert says in str(bad.value)
    assert str(path) in str(bad.value)


async def test_a_key_of_ones_own_works_and_is_shown(tmp_path: Path) -> None:
    keymap = settings.load(written(tmp_path, "[keys]\n'main.fix' = 'x'")).keymap
    keys.remap(keymap)
    app = CanvasApp(session(FakeRooms(), tmp_path))
    app.set_keymap(keymap)
    async with app.run_test(size=(120, 36)) as pilot:
        assert "x Fix" in await until(pilot, "BROKEN")
        await pilot.press("x")
        await until(pilot, "Nothing has been changed yet")
    app.desk.close()

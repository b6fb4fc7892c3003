"""The user's own settings: one small TOML file, checked before anything is drawn.

The file is ``settings.toml`` in the platform's configuration directory, or what ``CANVAS_KMS_TUI_SETTINGS`` names.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from canvas_kms_tui.tui import keys, themes

VARIABLE = "CANVAS_KMS_TUI_SETTINGS"

TEMPLATE = """\
# canvas-kms-tui: settings of the screens. Remove the # in front of a line to change it.

# theme = "textual-dark"    # any name that the palette (ctrl+p, Theme) shows; --theme wins over it
# watch_seconds = 30        # how often w checks again; 5 to 3600

# [keys]                    # SCREEN.ACTION = "key" or "key,key"; the actions are those of ? on each screen
# "main.fix" = "f"
# "main.again" = "r,f5"
"""


class BadSettings(ValueError):
    """The file cannot be used; the message names the file, the line or key, and what to write."""


@dataclass(frozen=True, slots=True)
class Settings:
    theme: str | None = None
    watch_seconds: float = 30.0
    keymap: Mapping[str, str] = field(default_factory=dict)


def settings_path() -> Path:
    if named := os.environ.get(VARIABLE):
        return Path(named)
    from platformdirs import user_config_path

    return user_config_path("canvas-kms-tui", appauthor=False) / "settings.toml"


def load(path: Path) -> Settings:
    """Read the settings; a file that is not there gives the defaults.

    Raises:
        BadSettings: it cannot be read, or holds what is not known.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Settings()
    except (OSError, UnicodeDecodeError) as error:
        raise BadSettings(f"{path} cannot be read: {error}") from error
    import tomllib  # hardly anybody has the file: not for the first screen of all others

    try:
        return _checked(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise BadSettings(f"{path}: {error}") from error
    except BadSettings as bad:
        raise BadSettings(f"{path}: {bad}") from None


def _checked(found: Mapping[str, Any]) -> Settings:
    unknown = sorted(set(found) - {"theme", "watch_seconds", "keys"})
    if unknown:
        raise BadSettings(f"{unknown[0]!r} is no setting; there are theme, watch_seconds and [keys]")
    theme = found.get("theme")
    if theme is not None and theme not in themes.names():
        raise BadSettings(f"theme {theme!r} is not known; choose one of {', '.join(themes.names())}")
    seconds = found.get("watch_seconds", 30)
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not 5 <= seconds <= 3600:
        raise BadSettings(f"watch_seconds = {seconds!r}: write a number from 5 to 3600")
    return Settings(theme, float(seconds), _keymap(found.get("keys", {})))


def _keymap(found: object) -> Mapping[str, str]:
    if not isinstance(found, Mapping):
        raise BadSettings('[keys] is a table: "main.fix" = "f"')
    actions = {f"{screen}.{key.id}" for screen, table in keys.SCREENS.items() for key in table}
    for action, value in found.items():
        if action not in actions:
            raise BadSettings(f"[keys] {action!r} is no action; there are {', '.join(sorted(actions))}")
        if not isinstance(value, str) or not value.strip():
            raise BadSettings(f"[keys] {action} = {value!r}: write a key, or several with commas between")
    clash = keys.clash(found)
    if clash:
        raise BadSettings(f"[keys] {clash}")
    return dict(found)

"""Cleans what AWS answers of characters that move a cursor, hide, or turn the reading order round (:mod:`hidden`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from canvas_kms_tui.hidden import MARK, text

__all__ = ["MARK", "Cleaner", "is_altered", "text"]


def is_altered(value: Any) -> bool:
    """True where a text carries the mark: it is not what AWS holds, so it must never be written back."""
    if isinstance(value, str):
        return MARK in value
    if isinstance(value, Mapping):
        return any(is_altered(key) or is_altered(item) for key, item in value.items())
    if isinstance(value, list | tuple):
        return any(is_altered(item) for item in value)
    return False


class Cleaner:
    """Cleans responses, and remembers what each altered text was, so that it can be asked for by its real name.

    ``spelled`` are names that somebody gave as they are, and that are shown cleaned.
    """

    def __init__(self, spelled: Iterable[str] = ()) -> None:
        self._originals: dict[str, str] = {}
        for name in spelled:
            self._text(name)

    def tree(self, value: Any) -> Any:
        """A copy of ``value`` with all its texts cleaned, the keys of mappings too."""
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, Mapping):
            return {self.tree(key): self.tree(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.tree(item) for item in value]
        return value

    def restored(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """``params`` with the texts that came out of :meth:`tree` as AWS knows them (an object's key)."""
        if not self._originals:
            return dict(params)
        return {
            name: self._originals.get(value, value) if isinstance(value, str) else value
            for name, value in params.items()
        }

    def _text(self, raw: str) -> str:
        cleaned = text(raw)
        if cleaned is not raw:
            self._originals.setdefault(cleaned, raw)
        return cleaned

"""The journal: what was about to be written, before it was written, and what became of it.

One file per entry in the user's state directory, made with ``O_EXCL`` and mode 0600 in directories of 0700; JSON
lines, each on disk (fsync) before the next step is taken. Nothing is ever rewritten, so a crash can lose no more than
the line that was being added. ``CANVAS_KMS_TUI_STATE_DIR`` names another directory, in which ``journal/`` is made.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from canvas_kms_tui import __version__
from canvas_kms_tui.change import Change
from canvas_kms_tui.changes.entries import Entry, Header, Result, read_entry
from canvas_kms_tui.changes.errors import Refused
from canvas_kms_tui.changes.lock import locked
from canvas_kms_tui.changes.record import to_json

STATE_DIR = "CANVAS_KMS_TUI_STATE_DIR"


@dataclass(slots=True)
class OpenEntry:
    """An entry that is being written."""

    id: str
    path: Path
    _file: int = field(repr=False)
    _torn: bool = field(default=False, repr=False)  #: the last line may be incomplete

    def writing(self, index: int, standing: Any) -> None:
        """Change ``index`` is about to be sent; ``standing`` is what it replaces. On disk when this returns.

        Raises:
            Refused: the journal cannot be written, so nothing may be sent.
        """
        try:
            self._add({"type": "writing", "change": index, "standing": standing})
        except OSError as error:
            raise _no_journal(self.path, error) from error

    def outcome(
        self, index: int, result: Result, *, found: Any, text: str = "", request_id: str = "", waited: float = 0.0
    ) -> str:
        """What became of change ``index``. Gives what to tell the user where that cannot be written any more."""
        line = {"type": "outcome", "change": index, "result": result.value, "found": found, "text": text}
        try:
            self._add({**line, "request_id": request_id, "waited": round(waited, 3)})
        except OSError as error:
            return f"The journal could not be completed ({error.strerror}); the next start will look at this again."
        return ""

    def close(self) -> None:
        """The entry is complete. Where that cannot be written, the next start looks at it."""
        with contextlib.suppress(OSError):
            self._add({"type": "closed"})
        self.leave()

    def leave(self) -> None:
        """Stop writing without closing the entry: the next start will look at it."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _add(self, line: Mapping[str, Any]) -> None:
        fresh = b"\n" if self._torn else b""
        self._torn = True
        _append(self._file, {**line, "time": _now()}, fresh)
        self._torn = False


class Journal:
    """The entries in one directory. ``directory`` None is the user's state directory."""

    def __init__(self, directory: Path | str | None = None) -> None:
        self.directory = Path(directory) if directory is not None else _state_directory()

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Only one copy of the program changes anything at a time.

        Raises:
            Refused: another copy is at it, or the directory cannot be used.
        """
        try:
            self._prepare()
        except OSError as error:
            raise _no_journal(self.directory, error) from error
        with locked(self.directory / "lock"):
            yield

    def begin(self, header: Header, changes: Sequence[Change]) -> OpenEntry:
        """A new entry, on disk when this returns.

        Raises:
            Refused: it cannot be written, so nothing may be changed.
        """
        try:
            self._prepare()
            return self._create(header, changes)
        except OSError as error:
            raise _no_journal(self.directory, error) from error

    def reopen(self, entry: Entry) -> OpenEntry:
        """Go on writing an entry that was left open."""
        path = self._path(entry.id)
        file = os.open(path, os.O_WRONLY | os.O_APPEND | _NO_FOLLOW)
        return OpenEntry(entry.id, path, file, bool(entry.damaged))

    def entries(self) -> list[Entry]:
        """Every entry, the oldest first, with the undo that took it back where there is one.

        Raises:
            Refused: the directory cannot be read.
        """
        found = [read_entry(path) for path in self._files()]
        undone = {
            entry.header.undo_of: entry.id for entry in found if entry.header.undo_of and entry.closed and _all(entry)
        }
        return [replace(entry, undone_by=undone.get(entry.id)) for entry in found]

    def entry(self, entry_id: str) -> Entry:
        """One entry by its id.

        Raises:
            Refused: there is none, and the message names the last ones; or nothing of it can be read.
        """
        entries = self.entries()
        for entry in entries:
            if entry.id == entry_id and entry.unreadable:
                raise Refused(f"entry {entry_id} of the journal cannot be used: {entry.damaged}; nothing was written")
            if entry.id == entry_id:
                return entry
        last = ", ".join(entry.id for entry in entries[-3:]) or "none yet"
        raise Refused(f"the journal has no entry {entry_id!r}; the last are: {last} (--journal lists all)")

    def open_entries(self, *, account: str, source: str) -> list[Entry]:
        """Entries of this account that a crash left open."""
        return [
            entry
            for entry in self.entries()
            if not entry.closed and (entry.header.account, entry.header.source) == (account, source)
        ]

    def _files(self) -> list[Path]:
        try:
            return sorted(path for path in self.directory.iterdir() if path.suffix == ".jsonl")
        except FileNotFoundError:
            return []
        except OSError as error:
            raise Refused(f"the journal cannot be read ({self.directory}: {error.strerror})") from error

    def _prepare(self) -> None:
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.name == "posix" and self.directory.stat().st_mode & 0o077:
            self.directory.chmod(0o700)

    def _path(self, entry_id: str) -> Path:
        return self.directory / f"{entry_id}.jsonl"

    def _create(self, header: Header, changes: Sequence[Change]) -> OpenEntry:
        entry_id = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}"[:-3] + f"-{secrets.token_hex(2)}"
        path = self._path(entry_id)
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | _NO_FOLLOW, 0o600)
        head = {field.name: getattr(header, field.name) for field in fields(header)}
        line = {"type": "entry", "version": 1, "id": entry_id, "time": _now(), "tool": __version__, **head}
        try:
            _append(file, {**line, "changes": [to_json(change) for change in changes]})
            _sync_directory(self.directory)
        except OSError:
            os.close(file)
            path.unlink(missing_ok=True)
            raise
        return OpenEntry(entry_id, path, file)


_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)


def _state_directory() -> Path:
    if named := os.environ.get(STATE_DIR):
        return Path(named) / "journal"
    import platformdirs

    return platformdirs.user_state_path("canvas-kms-tui", appauthor=False) / "journal"


def _append(file: int, line: Mapping[str, Any], fresh: bytes = b"") -> None:
    data = fresh + (json.dumps(line, default=_time, separators=(",", ":")) + "\n").encode()
    while data:
        data = data[os.write(file, data) :]
    os.fsync(file)


def _sync_directory(directory: Path) -> None:
    """A new file is only safe once its directory is on disk; Windows knows no such call."""
    if os.name == "posix":
        handle = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _no_journal(path: Path, error: OSError) -> Refused:
    return Refused(f"the journal cannot be written ({path}: {error.strerror}); nothing was changed")


def _time(value: datetime) -> str:
    return value.isoformat()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _all(entry: Entry) -> bool:
    return all(record.result in (Result.DONE, Result.ALREADY) for record in entry.records)

"""The file that ``--resume`` names: every record of a run as it came, so that a run that was killed can go on.

Append-only, one JSON line for each record, readable for the user alone. A line that a kill tore off is cut away; a file
of another run, of another version or of something else is refused and left as it is. Without ``--resume`` the same file
is a temporary one, from which the reports are put together.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from canvas_kms_tui import __version__
from canvas_kms_tui.fleet.record import Record, from_line, to_line

_KIND = "canvas-kms-tui run"
#: Seconds between two times of asking the disk to keep what was written.
_SYNC = 0.5


class BadLedger(ValueError):
    """A file that this run cannot go on from: one line that says why."""


class Ledger:
    """Opened for one run; ``head`` says which."""

    def __init__(self, file: BinaryIO, name: str, head: Mapping[str, Any]) -> None:
        self._file = file
        self.name = name
        self.head = head
        self._synced = time.monotonic()

    @classmethod
    def temporary(cls, head: Mapping[str, Any]) -> Ledger:
        return cls._begun(tempfile.TemporaryFile("w+b"), "(temporary)", head)

    @classmethod
    def opened(cls, path: Path, run: str, head: Mapping[str, Any]) -> Ledger:
        """The file of this run, begun with ``head`` where there is none or an empty one.

        Raises:
            BadLedger: it is another run's, another version's, none at all, in use, or cannot be opened.
        """
        try:
            number = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            file = os.fdopen(number, "r+b")
        except OSError as problem:
            raise BadLedger(f"{path}: {problem.strerror}") from None
        if not _locked(file):
            file.close()
            raise BadLedger(f"{path}: another run is writing to it")
        try:
            first = file.readline()
            if not first or not first.endswith(b"\n"):
                return cls._fresh(file, path, first, {**head, "run": run})
            found = _head(first, path)
            _check(found, run, path)
        except BaseException:
            file.close()
            raise
        ledger = cls(file, str(path), found)
        ledger._cut_torn_end(len(first))
        return ledger

    @classmethod
    def _fresh(cls, file: BinaryIO, path: Path, torn: bytes, head: Mapping[str, Any]) -> Ledger:
        """A file that holds nothing yet, or a first line of ours that was cut off."""
        ours = f'{{"kind":"{_KIND}"'.encode()
        if not (torn.startswith(ours) or ours.startswith(torn)):
            raise BadLedger(f"{path}: is no file of --resume; name another")
        file.truncate(0)
        return cls._begun(file, str(path), head)

    @classmethod
    def _begun(cls, file: BinaryIO, name: str, head: Mapping[str, Any]) -> Ledger:
        ledger = cls(file, name, head)
        line = json.dumps({"kind": _KIND, "version": __version__, **head}, separators=(",", ":"))
        ledger._write(line.encode() + b"\n")
        ledger.sync()
        return ledger

    def add(self, record: Record) -> None:
        self._write(to_line(record).encode())
        if time.monotonic() - self._synced > _SYNC:
            self.sync()

    def sync(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        self._synced = time.monotonic()

    def records(self) -> Iterator[Record]:
        """Every record from the first, one at a time; nothing may be added meanwhile."""
        self._file.flush()
        self._file.seek(0)
        self._file.readline()
        for line in self._file:
            yield from_line(line)

    def close(self) -> None:
        self._file.close()

    def _write(self, line: bytes) -> None:
        self._file.seek(0, os.SEEK_END)
        self._file.write(line)
        self._file.flush()

    def _cut_torn_end(self, start: int) -> None:
        self._file.seek(start)
        whole = start
        while line := self._file.readline():
            if not line.endswith(b"\n"):
                break
            try:
                from_line(line)
            except (ValueError, KeyError, TypeError):
                if self._file.read(1):
                    raise BadLedger(f"{self.name}: is damaged at byte {whole}; name another file") from None
                break
            whole += len(line)
        self._file.truncate(whole)


def _head(line: bytes, path: Path) -> Mapping[str, Any]:
    try:
        head = json.loads(line)
        if head["kind"] == _KIND:
            return dict(head)
    except (ValueError, KeyError, TypeError):
        pass
    raise BadLedger(f"{path}: is no file of --resume; name another")


def _check(head: Mapping[str, Any], run: str, path: Path) -> None:
    if head["version"] != __version__:
        raise BadLedger(f"{path}: was begun by version {head['version']}, this is {__version__}; begin a new file")
    if head["run"] != run:
        raise BadLedger(f"{path}: is of a run with other targets or flags; give the same ones, or name another file")


def _locked(file: BinaryIO) -> bool:
    with contextlib.suppress(ImportError):  # Windows has no such lock
        import fcntl

        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
    return True

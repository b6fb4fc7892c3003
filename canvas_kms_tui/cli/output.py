"""Where reports go: stdout, one file, or a directory; whole or not at all."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from canvas_kms_tui import hidden
from canvas_kms_tui.cli.options import UsageError

STDOUT = "-"


class Output:
    """The place that ``--output`` names, tried out before anything is asked of AWS."""

    def __init__(self, place: str, formats: Sequence[str]) -> None:
        """Raises :class:`UsageError` where nothing can be written there."""
        self.several = len(formats) > 1
        self.formats = tuple(formats)
        self.is_stdout = place == STDOUT
        self._path = Path(place).expanduser()
        if self.several and self.is_stdout:
            raise UsageError(f"{len(formats)} formats ({', '.join(formats)}) need a directory; add --output DIRECTORY")
        if self.several:
            _demand_directory(self._path)
        elif not self.is_stdout:
            demand_file(self._path, "--output")

    def write(self, name: str, reports: Sequence[tuple[str, str]]) -> None:
        """Put down ``(format, text)`` of the target ``name``; files appear only when they are whole.

        Raises:
            UsageError: the place does not take it (disk full, say).
        """
        if self.is_stdout:
            for _, text in reports:
                to_stdout(text)
            return
        try:
            if self.several:
                self._path.mkdir(parents=True, exist_ok=True)
            for form, text in reports:
                _write_whole(self._path / f"{name}.{form}" if self.several else self._path, [text])
        except OSError as problem:
            raise UsageError(f"--output {self._path}: {problem.strerror or problem}") from None

    def stream(self, name: str, form: str, chunks: Iterable[str]) -> None:
        """As :meth:`write`, of one format, without ever holding all of it.

        Raises:
            UsageError: the place does not take it.
        """
        if self.is_stdout:
            for chunk in chunks:
                to_stdout(chunk)
            return
        try:
            if self.several:
                self._path.mkdir(parents=True, exist_ok=True)
            _write_whole(self._path / f"{name}.{form}" if self.several else self._path, chunks)
        except OSError as problem:
            raise UsageError(f"--output {self._path}: {problem.strerror or problem}") from None


def to_stdout(text: str) -> None:
    """Write data, which may be read on a terminal. A reader that went away is no error; a full disk is.

    Raises:
        UsageError: stdout does not take it.
    """
    try:
        encoding = sys.stdout.encoding or "utf-8"
        sys.stdout.write(hidden.text(text).encode(encoding, "backslashreplace").decode(encoding))
        sys.stdout.flush()
    except BrokenPipeError:
        _silence_stdout()
    except OSError as problem:
        _silence_stdout()
        raise UsageError(f"stdout: {problem.strerror or problem}") from None


def _silence_stdout() -> None:
    """The interpreter flushes stdout once more at exit; that must not fail a second time."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _demand_directory(path: Path) -> None:
    if path.exists() and not path.is_dir():
        raise UsageError(f"--output {path}: is a file; several formats need a directory")
    there = next(parent for parent in (path, *path.absolute().parents) if parent.exists())
    _try_out(there, f"--output {path}")


def demand_file(path: Path, flag: str) -> None:
    """Raises :class:`UsageError` where ``flag``'s file cannot be written."""
    said = f"{flag} {path}"
    if path.is_dir():
        raise UsageError(f"{said}: is a directory; name a file")
    if not path.exists():
        if not path.parent.is_dir():
            raise UsageError(f"{said}: there is no directory {path.parent}")
        _try_out(path.parent, said)
    elif not os.access(path, os.W_OK):
        raise UsageError(f"{said}: may not be written")
    elif path.is_file():
        _try_out(path.resolve().parent, said)


def _try_out(directory: Path, said: str) -> None:
    try:
        with tempfile.TemporaryFile(dir=directory):
            pass
    except OSError as problem:
        raise UsageError(f"{said}: {problem.strerror or problem}") from None


def _write_whole(path: Path, chunks: Iterable[str]) -> None:
    """Replace the file in one step; a device or a pipe is written to as it is."""
    if path.exists() and not stat.S_ISREG(path.stat().st_mode):
        with path.open("wb") as device:
            device.writelines(chunk.encode("utf-8", "backslashreplace") for chunk in chunks)
        return
    target = path.resolve()
    handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines(chunk.encode("utf-8", "backslashreplace") for chunk in chunks)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(_mode(target))
        Path(temporary).replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise


def _mode(path: Path) -> int:
    """What the file had, or what the umask gives a new one."""
    if path.exists():
        return stat.S_IMODE(path.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask

"""A lock file that only one process holds, and that a crash lets go: the operating system owns it."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from canvas_kms_tui.changes.errors import Refused


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock, or refuse at once.

    Raises:
        Refused: another process holds it, or the file cannot be made.
    """
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
    except OSError as error:
        raise Refused(f"the lock file {path} cannot be used: {error.strerror}; nothing was changed") from error
    try:
        if not _taken(file):
            raise Refused("another copy of this program is changing something; nothing was changed, try again")
        yield
    finally:
        os.close(file)


if sys.platform == "win32":
    import msvcrt

    def _taken(file: int) -> bool:
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _taken(file: int) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

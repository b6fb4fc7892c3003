"""Owns the log file: a line per call, with no secret, no document and no parameter in it; last the longest chain."""

from __future__ import annotations

import contextlib
import os
import threading
from datetime import UTC, datetime
from pathlib import Path

from canvas_kms_tui.aws.chain import Chain
from canvas_kms_tui.gateway import CannotConnect


class CallLog:
    """Appends to ``path`` (mode 0600), or writes nowhere when there is none."""

    def __init__(self, path: Path | None) -> None:
        self._lock = threading.Lock()
        self._file: int | None = None
        self.chain = Chain() if path is not None else None
        if path is not None:
            try:
                self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
            except OSError as error:
                raise CannotConnect(f"cannot write the log file {path}: {error.strerror}; give another", 2) from error

    def line(
        self, service: str, operation: str, region: str, outcome: str, *, seconds: float, requests: int, request_id: str
    ) -> None:
        if self._file is None:
            return
        call = f"{service} {operation} {region}"
        self._write(f'{call} outcome="{outcome}" seconds={seconds:.3f} requests={requests} id={request_id or "-"}')

    def _write(self, text: str) -> None:
        entry = f"{datetime.now(UTC).isoformat(timespec='milliseconds')} {text}\n"
        # A full disk must not fail the diagnosis that the log only accompanies.
        with self._lock, contextlib.suppress(OSError):
            if self._file is not None:
                os.write(self._file, entry.encode("utf-8", "replace"))

    def close(self) -> None:
        """Write the longest chain of the connection's calls, and end."""
        if self.chain is not None and (longest := self.chain.longest()):
            self._write(longest)
        with self._lock:
            if self._file is not None:
                os.close(self._file)
                self._file = None

"""The program as ``--web`` starts it: a process of its own, its links read from stdout."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from queue import Queue


class Served:
    """A running server. ``link()`` gives the next link that it says."""

    def __init__(self, home: Path, *flags: str) -> None:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "CANVAS_KMS_TUI_STATE_DIR": str(home / "state"),
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        self.home = home
        self.process = subprocess.Popen(
            [sys.executable, "-m", "canvas_kms_tui", "--web", *flags],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
            cwd=home,
            start_new_session=True,
        )
        self._links: Queue[str] = Queue()
        self.said: list[str] = []
        self._readers = [
            threading.Thread(target=self._read_links, daemon=True),
            threading.Thread(target=self._read_errors, daemon=True),
        ]
        for reader in self._readers:
            reader.start()

    def _read_links(self) -> None:
        for line in self.process.stdout or ():
            self._links.put(line.strip())

    def _read_errors(self) -> None:
        self.said.extend(self.process.stderr or ())

    def link(self) -> str:
        return self._links.get(timeout=30)

    def end(self, number: int = signal.SIGINT) -> int:
        self.process.send_signal(number)
        code = self.process.wait(20)
        for reader in self._readers:
            reader.join(10)
        return code

    def children(self) -> set[int]:
        """Every process that descends from the server, Linux."""
        found: set[int] = set()
        todo = [self.process.pid]
        while todo:
            parent = todo.pop()
            for task in Path(f"/proc/{parent}/task").glob("*/children"):
                todo += [child for child in map(int, task.read_text().split()) if child not in found]
                found |= set(todo)
        return found

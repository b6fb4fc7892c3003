"""The program behind one browser tab: the terminal program with Textual's web driver, never with a way to write.

textual-serve starts it with the flags of the command line. It ends when its server does, whatever ended that.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from dataclasses import replace

_LOOKS_EVERY = 0.5  #: seconds


def main() -> int:
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    from canvas_kms_tui.cli import screen
    from canvas_kms_tui.cli.main import guarded

    return guarded(lambda options: screen.run(replace(options, read_only=True, web=None)), sys.argv[1:])


def _end_with(server: int) -> None:
    """A server that was killed says no goodbye; there is nothing here to write down or to restore."""
    while os.getppid() == server:
        time.sleep(_LOOKS_EVERY)
    os._exit(0)


if __name__ == "__main__":
    raise SystemExit(main())

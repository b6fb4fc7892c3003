"""``python -m canvas_kms_tui`` is the same program as ``canvas-kms-tui``."""

from canvas_kms_tui.cli import main

if __name__ == "__main__":
    raise SystemExit(main())

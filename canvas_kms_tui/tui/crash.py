"""What is left behind by a defect of the program: a report file without names of the customer's things."""

from __future__ import annotations

import datetime
import platform
import re
import traceback
from pathlib import Path

from canvas_kms_tui import __version__, hidden
from canvas_kms_tui.tui.clipboard import state_directory, write_private

_ARN = re.compile(r"arn:[a-z-]+:[^\s'\"]+")
_ACCOUNT = re.compile(r"\b\d{12}\b")
_S3 = re.compile(r"s3://[^\s'\"]+")


def redacted(text: str) -> str:
    """``text`` without ARNs, S3 locations and account numbers."""
    return hidden.text(_ACCOUNT.sub("<account>", _S3.sub("<s3 location>", _ARN.sub("<arn>", text))))


def write_report(error: BaseException) -> Path:
    """Write the traceback (no values of variables) and versions to a file; gives its path."""
    now = datetime.datetime.now(datetime.UTC)
    name = f"defect-{now:%Y%m%dT%H%M%S%f}.txt"
    lines = [
        f"canvas-kms-tui {__version__}, Python {platform.python_version()}, {platform.system()}, {now.isoformat()}",
        "",
        *traceback.format_exception(error),
    ]
    return write_private(state_directory() / name, redacted("\n".join(lines)))

"""The command line: flags, which face to start, one line per error, exit codes.

Everything heavy (Textual, boto3, the stand-in) is imported only once it is known to be needed.
"""

from canvas_kms_tui.cli.main import main

__all__ = ["main"]

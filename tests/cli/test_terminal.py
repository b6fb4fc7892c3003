"""Without a terminal the program says so at once; Textual, which would hang, is not even imported."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest
from program import CLEAN, PYTHON, run, the_line


def test_without_a_terminal_it_says_so_and_names_batch():
    done = run("--demo")
    assert done.returncode == 2
    assert the_line(done) == "stdin is not a terminal; use --batch for a report without one"


@pytest.mark.parametrize("missing", ["stdout", "stderr"])
def test_each_stream_must_be_the_terminal(missing):
    main, other = pty.openpty()
    try:
        streams = {"stdin": other, "stdout": other, "stderr": other, missing: subprocess.PIPE}
        done = subprocess.run([PYTHON, "-m", "canvas_kms_tui"], env=CLEAN, timeout=30, **streams)
    finally:
        os.close(main)
        os.close(other)
    assert done.returncode == 2


def test_refusing_imports_no_textual():
    program = (
        "import sys\nfrom canvas_kms_tui.cli import main\ncode = main(['--demo'])\n"
        "print(code, *[n for n in ('textual', 'boto3', 'botocore', 'moto', 'rich') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.stdout.split() == ["2"]


def test_help_imports_neither_textual_nor_boto3():
    program = (
        "import sys\nfrom canvas_kms_tui.cli import main\ncode = main(['--help'])\n"
        "print(code, *[n for n in ('textual', 'boto3', 'botocore', 'moto') if n in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.stderr.split() == ["0"]

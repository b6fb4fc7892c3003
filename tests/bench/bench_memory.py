"""Peak memory above a bare program that holds the same boto3 clients, in the same run. Linux only (``/proc``)."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from canvas_kms_tui.demo import environments, server
from canvas_kms_tui.demo.server import RunningDemo
from tests.bench.measure import Measure

#: The clients that a diagnosis of the demo makes, each once used.
_CLIENTS = """
import boto3, os
from botocore.config import Config
def call(service, operation, **parameters):
    client = boto3.client(service, config=Config(max_pool_connections=32))
    try:
        getattr(client, operation)(**parameters)
    except Exception:
        pass
    return client
held = [
    call("sts", "get_caller_identity"), call("sagemaker", "list_domains"), call("iam", "list_roles"),
    call("kms", "list_keys"), call("s3", "list_buckets"), call("organizations", "describe_organization"),
    call("ec2", "describe_vpc_endpoints"), call("cloudtrail", "lookup_events"),
]
"""
_PEAK = 'print("PEAK", next(line for line in open("/proc/self/status") if line.startswith("VmHWM")))'
_BATCH = f"import sys\nfrom canvas_kms_tui.cli import main\nmain(sys.argv[1:])\n{_PEAK}"
_BARE_APP = f"""
import threading
from textual.app import App
from textual.widgets import Static, Tree
class Bare(App):
    def compose(self):
        yield Static("bare")
        yield Tree("tree")
    def on_mount(self):
        threading.Thread(target=self.work, daemon=True).start()
    def work(self):
        exec(CLIENTS, globals())
        self.call_from_thread(self.done)
    def done(self):
        self.query_one(Static).update("READY-NOW")
CLIENTS = {_CLIENTS!r}
Bare().run()
"""


def measures() -> Iterator[Measure]:
    with server.start(environments.load("role-denied-kms")) as demo:
        bare, batch = _peak(demo, f"{_CLIENTS}\n{_PEAK}"), _peak(demo, _BATCH, *_flags(demo))
        yield Measure("peak of --batch above a bare script", batch - bare, 25, "MB", f"{batch:.0f} - {bare:.0f} MB")
        app = _peak_on_terminal(demo, [sys.executable, "-c", _BARE_APP], "READY-NOW")
        tui = _peak_on_terminal(demo, [sys.executable, "-m", "canvas_kms_tui", *_target(demo)], "may not use")
        yield Measure("peak of the terminal program above a bare app", tui - app, 25, "MB", f"{tui:.0f} - {app:.0f} MB")


def _target(demo: RunningDemo) -> list[str]:
    wanted = demo.environment.target
    named = ["--domain-id", wanted.domain_id, "--user-profile", wanted.user_profile]
    return [*named, *(word for dataset in wanted.datasets for word in ("--dataset", dataset.uri))]


def _flags(demo: RunningDemo) -> list[str]:
    return ["--batch", "--output", os.devnull, *_target(demo)]


def _environment(demo: RunningDemo) -> dict[str, str]:
    fake = demo.environment.credentials
    return {
        **os.environ,
        "AWS_ENDPOINT_URL": demo.endpoint_url,
        "AWS_ACCESS_KEY_ID": fake.access_key_id,
        "AWS_SECRET_ACCESS_KEY": fake.secret_access_key,
        "AWS_SESSION_TOKEN": fake.session_token,
        "AWS_DEFAULT_REGION": demo.environment.region,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "NO_PROXY": "127.0.0.1",
        "TERM": "xterm-256color",
        "COLUMNS": "120",
        "LINES": "36",
    }


def _peak(demo: RunningDemo, program: str, *arguments: str) -> float:
    """Megabytes, as the program itself reports at its end."""
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], env=_environment(demo), capture_output=True, text=True
    )
    return _megabytes(done.stdout)


def _megabytes(text: str) -> float:
    found = re.search(r"VmHWM:\s+(\d+) kB", text)
    if not found:
        raise ValueError(f"no peak in {text!r}")
    return int(found[1]) / 1024


def _peak_on_terminal(demo: RunningDemo, command: list[str], when: str) -> float:
    """Megabytes, three seconds after ``when`` was painted."""
    main, other = pty.openpty()
    program = subprocess.Popen(
        command, stdin=other, stdout=other, stderr=other, env=_environment(demo), start_new_session=True
    )
    os.close(other)
    try:
        _read(main, 30, when)
        _read(main, 3, None)
        return _megabytes(Path(f"/proc/{program.pid}/status").read_text())
    finally:
        os.killpg(program.pid, signal.SIGKILL)
        program.wait()
        os.close(main)


def _read(terminal: int, limit: float, until: str | None) -> None:
    seen, deadline = "", time.monotonic() + limit
    while time.monotonic() < deadline:
        if select.select([terminal], [], [], 0.1)[0]:
            seen += os.read(terminal, 65536).decode("utf-8", "replace")
            if until and until in re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", seen):
                return
    if until:
        raise TimeoutError(f"{until!r} was never painted")

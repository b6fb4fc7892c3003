"""Starting and ending: what is refused beforehand, what a tab is started with, and that nothing is left over."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from aiohttp import ClientSession
from serving import Served

from canvas_kms_tui.cli import main
from canvas_kms_tui.cli.web import command


async def opened(client: ClientSession, link: str):
    """The socket of a fresh tab."""
    async with client.get(link) as answer:
        found = re.search(r'data-session-websocket-url="([^"]+)"', await answer.text())
    assert found
    socket = await client.ws_connect(found[1], headers={"Origin": link.partition("/?")[0]})
    seen = b""
    while b"canvas-kms-tui" not in seen:
        seen += (await socket.receive(timeout=30)).data
    return socket


def until(true: Callable[[], bool], seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.05)
    return true()


def alive(pids: set[int]) -> set[int]:
    def is_alive(pid: int) -> bool:
        try:
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
        except OSError:
            return False

    return {pid for pid in pids if is_alive(pid)}


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="reads /proc")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 130), (signal.SIGKILL, -9)])
async def test_ending_the_server_ends_every_tab_and_its_stand_in(serve: type[Served], number: int, code: int) -> None:
    server = serve("--demo")
    async with ClientSession() as client:
        socket = await opened(client, server.link())
        assert until(lambda: len(server.children()) >= 2), "the tab, and its stand-in for AWS"
        children = server.children()
        assert server.end(number) == code
        await socket.close()
    assert until(lambda: not alive(children)), f"left over: {alive(children)}"
    assert "Traceback" not in "".join(server.said)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="reads /proc")
async def test_a_tab_whose_program_was_killed_is_told(serve: type[Served]) -> None:
    server = serve("--case", "/nonexistent.json")
    async with ClientSession() as client:
        socket = await opened(client, server.link())
        for pid in server.children():
            os.kill(pid, signal.SIGKILL)
        while not socket.closed:
            await socket.receive(timeout=20)
    assert server.end() == 130


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="reads /proc")
async def test_closing_the_tab_ends_its_program(serve: type[Served]) -> None:
    server = serve("--case", "/nonexistent.json")
    async with ClientSession() as client:
        socket = await opened(client, server.link())
        children = server.children()
        assert children
        await socket.close()
    assert until(lambda: not alive(children))


@pytest.mark.parametrize("hostile", ["$(touch ran)", "`touch ran`", "x; touch ran", "'; touch ran; '", "a b\nc", "--x"])
def test_no_word_of_the_command_line_reaches_a_shell(hostile: str, tmp_path: Path) -> None:
    line = command(["--error", hostile])
    shown = line.replace(" -P -m canvas_kms_tui.cli.web.tab", " -c 'import sys; print(sys.argv[1:])'")
    done = subprocess.run(shown, shell=True, cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout == f"{['--error', hostile]!r}\n"
    assert list(tmp_path.iterdir()) == []
    assert shlex.split(line)[1:5] == [sys.executable, "-P", "-m", "canvas_kms_tui.cli.web.tab"]


def test_every_flag_is_given_to_the_tab_and_it_is_read_only(monkeypatch: pytest.MonkeyPatch) -> None:
    from canvas_kms_tui.cli import screen
    from canvas_kms_tui.cli.web import tab

    seen = []
    monkeypatch.setattr(screen, "run", lambda options: seen.append(options) or 0)
    monkeypatch.setattr(tab, "_end_with", lambda server: None)
    monkeypatch.setattr(sys, "argv", ["tab", "--web", "--profile", "support", "--domain-id", "d-abc", "--strict"])
    assert tab.main() == 0
    (options,) = seen
    assert (options.profile, options.domain_id, options.strict) == ("support", "d-abc", True)
    assert options.read_only


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        (["--web", "--theme", "nonsense"], "--theme: no theme 'nonsense'"),
        (["--web", "99999"], "'99999' is no port"),
        (["--web", "--batch"], "--web and --batch"),
    ],
)
def test_what_cannot_be_meant_is_said_at_once(flags: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(flags) == 2
    assert says in capsys.readouterr().err


def test_without_the_extra_one_line_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from canvas_kms_tui.cli import connect

    find = connect.importlib.util.find_spec
    monkeypatch.setattr(
        connect.importlib.util, "find_spec", lambda name: None if name == "textual_serve" else find(name)
    )
    assert main(["--web", "--demo"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith(
        "--web needs textual_serve, which this installation left out; "
        "install with the extra: pip install '.[web]' in the checkout"
    )


def test_a_port_that_is_taken_is_said(serve: type[Served], capsys: pytest.CaptureFixture[str]) -> None:
    port = serve("--demo").link().partition("/?")[0].rpartition(":")[2]
    assert main(["--web", port, "--demo"]) == 2
    assert "Address already in use" in capsys.readouterr().err

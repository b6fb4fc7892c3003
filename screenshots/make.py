"""Make the pictures that the README shows: the real program, driven by keys, in front of the demo's stand-in.

``python screenshots/make.py`` writes SVG, PNG and the text of each screen beside this file;
``python screenshots/make.py --check`` fails where the text of a screen is no longer what is shown here.
PNG needs Debian's chromium, or cairosvg with the font DejaVu Sans Mono.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from animate import animated
from textual.app import App
from textual.pilot import Pilot

from canvas_kms_tui.aws.live import connect
from canvas_kms_tui.aws.options import ConnectOptions, Credentials
from canvas_kms_tui.demo import environments, server
from canvas_kms_tui.gateway import Connection
from canvas_kms_tui.tui import Session
from canvas_kms_tui.tui.app import CanvasApp

HERE = Path(__file__).parent
WIDE, NARROW = (120, 36), (80, 24)
DEMO = "key-policy-omits-role"
CHROMIUM = "/usr/bin/chromium"
#: Pixels of a cell and of the frame in the SVG that Textual writes.
CELL, FRAME = (12.2, 24.4), (18, 60)


@dataclass(frozen=True, slots=True)
class Picture:
    """``keys`` lead to the screen; each may be followed by a text to wait for (``KEY=TEXT``)."""

    name: str
    size: tuple[int, int]
    theme: str
    keys: Sequence[str] = ()
    demo: str = DEMO


PICTURES = (
    Picture("main-120x36-dark", WIDE, "textual-dark"),
    Picture("main-120x36-light", WIDE, "textual-light"),
    Picture("main-80x24-dark", NARROW, "textual-dark"),
    Picture("main-80x24-light", NARROW, "textual-light"),
    Picture("fix-120x36-dark", WIDE, "textual-dark", ("f=Nothing has been changed yet",)),
    Picture("fix-120x36-light", WIDE, "textual-light", ("f=Nothing has been changed yet",)),
    Picture("fix-80x24-dark", NARROW, "textual-dark", ("f=Nothing has been changed yet",)),
    Picture("healthy-120x36-dark", WIDE, "textual-dark", demo="healthy"),
    Picture("unknown-120x36-dark", WIDE, "textual-dark", demo="operator-denied"),
    Picture("document-120x36-dark", WIDE, "textual-dark", ("d=┃",)),
    Picture("ask-120x36-dark", WIDE, "textual-dark", ("v=Each layer",)),
    Picture("keys-120x36-dark", WIDE, "textual-dark", ("question_mark=Moving",)),
)


def screen_text(app: App[int]) -> str:
    """What the terminal shows, as lines."""
    return "\n".join(line.text.rstrip() for line in app.screen._compositor.render_strips()) + "\n"


async def wait_for(pilot: Pilot[int], text: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while text not in screen_text(pilot.app):
        if time.monotonic() > end:
            raise TimeoutError(f"{text!r} never came:\n{screen_text(pilot.app)}")
        await pilot.pause(0.05)


async def proofs(pilot: Pilot[int]) -> None:
    """Wait until every fix has been simulated."""
    app = pilot.app
    assert isinstance(app, CanvasApp)
    while app.desk.case is None or any(
        fix.proven is None for finding in app.desk.case.diagnosis.findings for fix in finding.fixes if fix.changes
    ):
        await pilot.pause(0.05)


@asynccontextmanager
async def program(picture: Picture) -> AsyncIterator[Pilot[int]]:
    """The program on a fresh stand-in, at its verdict."""
    environment = environments.load(picture.demo)
    demo = server.start(environment)

    async def open_source() -> Connection:
        fake = environment.credentials
        keys = Credentials(fake.access_key_id, fake.secret_access_key, fake.session_token)
        at = {"region": environment.region, "endpoint_url": demo.endpoint_url, "source": "demo"}
        return await connect(ConnectOptions(**at, isolated=keys, label=f"demo {environment.name}"))

    target = environment.target
    try:
        with tempfile.TemporaryDirectory() as journal:
            session = Session(
                connect=open_source,
                domain_id=target.domain_id,
                user_profile=target.user_profile,
                datasets=tuple(target.datasets),
                theme=picture.theme,
                journal=Path(journal),
                clock=lambda: 0.0,
            )
            app = CanvasApp(session)
            async with app.run_test(size=picture.size) as pilot:
                await proofs(pilot)
                await wait_for(pilot, "r checks again" if picture.size[0] > 100 else "checked")
                yield pilot
            app.desk.close()
    finally:
        demo.stop()


JOURNEY = Picture("journey", (100, 30), "textual-dark", demo="role-denied-kms")
#: Keys of the journey, what to wait for, and the seconds for which that is shown.
WALK = (
    ("", "BROKEN", 4.0),
    ("enter", "esc shows the list again", 3.0),
    ("d", "┃", 4.0),
    ("escape", "esc shows the list again", 1.0),
    ("f", "Nothing has been changed yet", 5.0),
    ("a", "HEALTHY", 4.0),
    ("u", "takes it back", 3.0),
    ("u", "BROKEN", 2.0),
)


async def walk() -> list[tuple[str, float]]:
    """The main journey as frames."""
    frames: list[tuple[str, float]] = []
    async with program(JOURNEY) as pilot:
        for key, text, seconds in WALK:
            if key:
                await pilot.press(key)
            await wait_for(pilot, text)
            await pilot.pause(0.3)
            frames.append((pilot.app.export_screenshot(title="canvas-kms-tui"), seconds))
    return frames


async def take(picture: Picture) -> tuple[str, str]:
    """The screen as SVG and as text."""
    async with program(picture) as pilot:
        for key, _, text in (step.partition("=") for step in picture.keys):
            await pilot.press(key)
            await wait_for(pilot, text)
        await pilot.pause(0.3)
        return pilot.app.export_screenshot(title="canvas-kms-tui"), screen_text(pilot.app)


def as_png(svg: Path, size: tuple[int, int]) -> None:
    png = svg.with_suffix(".png")
    if shutil.which(CHROMIUM):
        _with_chromium(svg, png, size)
    else:
        import cairosvg

        drawn = svg.read_text(encoding="utf-8").replace("Fira Code", "DejaVu Sans Mono")
        cairosvg.svg2png(bytestring=drawn.encode(), write_to=str(png), output_width=int(size[0] * CELL[0]))


def _with_chromium(svg: Path, png: Path, size: tuple[int, int]) -> None:
    width, height = (int(cells * cell + frame) for cells, cell, frame in zip(size, CELL, FRAME, strict=True))
    with tempfile.TemporaryDirectory() as home:
        page = Path(home) / "page.html"
        drawn = svg.read_text(encoding="utf-8").replace("Fira Code", "DejaVu Sans Mono")
        page.write_text(f"<style>*{{margin:0}} svg{{display:block;width:{width}px}}</style>{drawn}", encoding="utf-8")
        subprocess.run(
            [
                CHROMIUM,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--hide-scrollbars",
                f"--user-data-dir={home}/profile",
                f"--window-size={width},{height}",
                f"--screenshot={png.resolve()}",
                page.as_uri(),
            ],
            check=True,
            capture_output=True,
            timeout=60,
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare the texts only; exit 1 where one differs")
    parser.add_argument("names", nargs="*", help="only these pictures")
    options = parser.parse_args()
    differs = []
    for picture in PICTURES:
        if options.names and picture.name not in options.names:
            continue
        svg, text = asyncio.run(take(picture))
        kept = HERE / f"{picture.name}.txt"
        if options.check:
            if not kept.exists() or kept.read_text(encoding="utf-8") != text:
                differs.append(picture.name)
            continue
        kept.write_text(text, encoding="utf-8")
        drawn = HERE / f"{picture.name}.svg"
        drawn.write_text(svg, encoding="utf-8")
        as_png(drawn, picture.size)
        print(drawn.name, file=sys.stderr)
    if not options.check and (not options.names or JOURNEY.name in options.names):
        moving = animated(asyncio.run(walk()))
        (HERE / f"{JOURNEY.name}.svg").write_text(moving, encoding="utf-8")
    if differs:
        print("not current, run screenshots/make.py: " + ", ".join(differs), file=sys.stderr)
    return 1 if differs else 0


if __name__ == "__main__":
    raise SystemExit(main())

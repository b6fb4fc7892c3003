"""Make the pictures that the README shows: the real program, driven by keys, in front of the demo's stand-in.

``python screenshots/make.py`` writes each screen as SVG, dark and light, and as text beside this file, some as PNG, and
the main journey as one moving SVG; ``python screenshots/make.py --check`` fails where the text of a screen is no longer
what is kept here. PNG needs Debian's chromium, or cairosvg with the font DejaVu Sans Mono.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from animate import animated
from draw import as_png
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Input

from canvas_kms_tui.aws.live import connect
from canvas_kms_tui.aws.options import ConnectOptions, Credentials
from canvas_kms_tui.demo import environments, server
from canvas_kms_tui.gateway import CannotConnect, Connection
from canvas_kms_tui.tui import Session
from canvas_kms_tui.tui.app import CanvasApp

HERE = Path(__file__).parent
WIDE, NARROW = (120, 36), (80, 24)
THEMES = {"dark": "textual-dark", "light": "textual-light"}
#: What the README shows; GitHub draws PNG everywhere.
AS_PNG = ("main-120x36-dark", "main-80x24-light", "fix-120x36-dark")

READY, LIST, UNCHANGED = "r checks again", "enter shows the whole finding", "Nothing has been changed yet"


@dataclass(frozen=True, slots=True)
class Step:
    """``key`` is pressed, ``text`` waited for; where ``picture`` is named the screen is taken."""

    key: str
    text: str
    picture: str = ""


@dataclass(frozen=True, slots=True)
class Walk:
    """One run of the program. ``session`` sets what differs from the demo's own target."""

    demo: str
    steps: Sequence[Step]
    size: tuple[int, int] = WIDE
    session: dict[str, Any] = field(default_factory=dict)


DEMO = "role-denied-kms"
WALKS = (
    Walk(
        DEMO,
        (
            Step("", READY, "main"),
            Step("enter", "esc shows the list again", "finding"),
            Step("escape", READY),
            Step("d", "┃", "document"),
            Step("escape", READY),
            Step("v", "Each layer", "request"),
            Step("escape", READY),
            Step("question_mark", "Keys:", "keys"),
            Step("escape", READY),
            Step("ctrl+p", "Check everything again", "palette"),
            Step("escape", READY),
            Step("P", UNCHANGED, "plan"),
            Step("escape", READY),
            Step("f", UNCHANGED, "fix"),
            Step("s", UNCHANGED, "fix-side-by-side"),
            Step("s", UNCHANGED),
            Step("a", "u takes back", "mended"),
            Step("u", "takes it back", "undo"),
            Step("escape", "u takes back"),
            Step("J", "Journal:", "journal"),
        ),
    ),
    Walk(
        DEMO,
        (
            Step("", LIST, "main"),
            Step("enter", "esc shows the list again", "finding"),
            Step("escape", LIST),
            Step("d", "┃", "document"),
            Step("escape", LIST),
            Step("P", UNCHANGED, "plan"),
            Step("escape", LIST),
            Step("f", UNCHANGED, "fix"),
            Step("a", "u takes back", "mended"),
            Step("u", "takes it back", "undo"),
        ),
        NARROW,
    ),
    Walk("healthy", (Step("", READY, "healthy"),)),
    Walk("operator-denied", (Step("", READY, "unknown"),)),
    Walk("key-disabled", (Step("", READY), Step("f", UNCHANGED), Step("a", "To go on, type", "confirm"))),
    Walk(DEMO, (Step("", "Which dataset", "target"),), session={"datasets": None}),
    Walk(DEMO, (Step("", "r tries again", "stopped"),), session={"connect": "refused"}),
    Walk("empty-account", (Step("", "Which Domain", "setup"),), session={"setup": True, "domain_id": None}),
)

#: Keys of the journey, what to wait for, and the seconds for which that is shown.
JOURNEY = (
    (Step("", READY), 4.0),
    (Step("enter", "esc shows the list again"), 3.0),
    (Step("d", "┃"), 4.0),
    (Step("escape", "esc shows the list again"), 1.0),
    (Step("f", UNCHANGED), 5.0),
    (Step("a", "HEALTHY"), 4.0),
    (Step("u", "takes it back"), 3.0),
    (Step("u", "BROKEN"), 2.0),
)

#: What differs from run to run, and what is shown instead.
_MOMENTS = (
    (re.compile(r"\d{8}T\d{9}-[0-9a-f]{4}"), "20260131T090507123-1a2b"),
    (re.compile(r"\d{4}-\d\d-\d\d([T ]|&#160;)\d\d:\d\d:\d\d"), r"2026-01-31\g<1>09:05:07"),
    (re.compile(r"(09:05:07)\.\d+"), r"\g<1>.123"),
    (
        re.compile(r"\d\d:\d\d([ ]|&#160;)UTC([ ]|&#160;)on([ ]|&#160;)\d{4}-\d\d-\d\d"),
        r"09:05\g<1>UTC\g<2>on\g<3>2026-01-31",
    ),
    (re.compile(r"\d{4}-\d\d-\d\d([ ]|&#160;)\d\d:\d\d([ ]|&#160;)UTC"), r"2026-01-31\g<1>09:05\g<2>UTC"),
    (re.compile(r"after( |&#160;)\d+\.\d( |&#160;)s"), r"after\g<1>0.1\g<2>s"),
)


def screen_text(app: App[int]) -> str:
    """What the terminal shows, as lines."""
    return "\n".join(line.text.rstrip() for line in app.screen._compositor.render_strips()) + "\n"


def still(drawn: str) -> str:
    """The same for every run: moments of this one are replaced."""
    for moment, instead in _MOMENTS:
        drawn = moment.sub(instead, drawn)
    return drawn


async def wait_for(pilot: Pilot[int], text: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while text not in screen_text(pilot.app):
        if time.monotonic() > end:
            raise TimeoutError(f"{text!r} never came:\n{screen_text(pilot.app)}")
        await pilot.pause(0.05)


async def proofs(pilot: Pilot[int]) -> None:
    """Wait until every fix of a diagnosis has been simulated and CloudTrail has answered."""
    while any(worker.group == "afterwards" and not worker.is_finished for worker in pilot.app.workers):
        await pilot.pause(0.05)


async def refused() -> Connection:
    raise CannotConnect(
        "the credentials of profile support have expired; sign in with: aws sso login --profile support", 4
    )


@asynccontextmanager
async def program(walk: Walk) -> AsyncIterator[Pilot[int]]:
    """The program on a fresh stand-in."""
    environment = environments.load(walk.demo)
    demo = server.start(environment)

    async def open_source() -> Connection:
        fake = environment.credentials
        keys = Credentials(fake.access_key_id, fake.secret_access_key, fake.session_token)
        at = {"region": environment.region, "endpoint_url": demo.endpoint_url, "source": "demo"}
        return await connect(ConnectOptions(**at, isolated=keys, label=f"demo {environment.name}"))

    target = environment.target
    try:
        with tempfile.TemporaryDirectory() as home:
            os.environ["CANVAS_KMS_TUI_STATE_DIR"] = home
            session = Session(
                connect=open_source,
                domain_id=target.domain_id,
                user_profile=target.user_profile,
                datasets=tuple(target.datasets),
                journal=Path(home, "journal"),
                clock=lambda: 0.0,
            )
            for name, value in walk.session.items():
                setattr(session, name, refused if value == "refused" else value)
            app = CanvasApp(session)
            async with app.run_test(size=walk.size) as pilot:
                yield pilot
            app.desk.close()
    finally:
        demo.stop()


async def go(pilot: Pilot[int], step: Step) -> None:
    """Press the key, wait, and put away what passes: toasts, a blinking cursor."""
    if step.key:
        await pilot.press(step.key)
    await wait_for(pilot, step.text)
    await proofs(pilot)
    pilot.app.clear_notifications()
    for field_ in pilot.app.screen.query(Input):
        field_.cursor_blink = False
    await pilot.pause(0.3)


@dataclass(frozen=True, slots=True)
class Taken:
    name: str
    text: str
    svgs: dict[str, str]
    size: tuple[int, int]


async def take(walk: Walk, names: Sequence[str]) -> list[Taken]:
    """The pictures of one walk, each in both themes."""
    taken = []
    async with program(walk) as pilot:
        for step in walk.steps:
            await go(pilot, step)
            name = f"{step.picture}-{walk.size[0]}x{walk.size[1]}"
            if step.picture and (not names or name in names):
                text, svgs = screen_text(pilot.app), {}
                for shade, theme in THEMES.items():
                    pilot.app.theme = theme
                    await pilot.pause(0.2)
                    svgs[shade] = still(pilot.app.export_screenshot(title="canvas-kms-tui"))
                pilot.app.theme = THEMES["dark"]
                taken.append(Taken(name, still(text), svgs, walk.size))
    return taken


async def journey() -> str:
    """The main journey as one moving SVG."""
    frames: list[tuple[str, float]] = []
    async with program(Walk(DEMO, (), (100, 30))) as pilot:
        for step, seconds in JOURNEY:
            await go(pilot, step)
            frames.append((still(pilot.app.export_screenshot(title="canvas-kms-tui")), seconds))
    return animated(frames)


def all_taken(names: Sequence[str]) -> Iterator[Taken]:
    for walk in WALKS:
        wanted = {f"{step.picture}-{walk.size[0]}x{walk.size[1]}" for step in walk.steps if step.picture}
        if not names or wanted & set(names):
            yield from asyncio.run(take(walk, names))


def keep(taken: Taken) -> None:
    (HERE / f"{taken.name}.txt").write_text(taken.text, encoding="utf-8")
    for shade, svg in taken.svgs.items():
        drawn = HERE / f"{taken.name}-{shade}.svg"
        drawn.write_text(svg, encoding="utf-8")
        if drawn.stem in AS_PNG:
            as_png(drawn, drawn.with_suffix(".png"), taken.size)
        print(drawn.name, file=sys.stderr)


def is_current(taken: Taken) -> bool:
    kept = HERE / f"{taken.name}.txt"
    return kept.exists() and kept.read_text(encoding="utf-8") == taken.text


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare the texts only; exit 1 where one differs")
    parser.add_argument("names", nargs="*", help="only these: main-120x36, journey, …")
    options = parser.parse_args()
    differs = []
    for taken in all_taken(options.names):
        if not options.check:
            keep(taken)
        elif not is_current(taken):
            differs.append(taken.name)
    if not options.check and (not options.names or "journey" in options.names):
        (HERE / "journey.svg").write_text(asyncio.run(journey()), encoding="utf-8")
    if differs:
        print("not current, run screenshots/make.py: " + ", ".join(differs), file=sys.stderr)
    return 1 if differs else 0


if __name__ == "__main__":
    raise SystemExit(main())

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
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from difflib import unified_diff
from functools import partial
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
from canvas_kms_tui.gateway import CannotConnect, Connection, SignIn
from canvas_kms_tui.tui import Session
from canvas_kms_tui.tui.app import CanvasApp

HERE = Path(__file__).parent
WIDE, NARROW = (120, 36), (80, 24)
PROCESSES = 4
THEMES = {"dark": "textual-dark", "light": "textual-light"}
#: What the README shows; GitHub draws PNG everywhere.
AS_PNG = ("main-120x36-dark", "main-80x24-light", "fix-120x36-dark")

READY, LIST, UNCHANGED = "r checks again", "enter shows the whole finding", "Nothing has been changed yet"


@dataclass(frozen=True, slots=True)
class Step:
    """``key`` is pressed (``=TEXT`` is typed), ``text`` waited for; where ``picture`` is named the screen is taken."""

    key: str
    text: str
    picture: str = ""
    sizes: tuple[tuple[int, int], ...] = (WIDE, NARROW)

    @property
    def names(self) -> set[str]:
        return {_name(self.picture, size) for size in self.sizes} if self.picture else set()


def _name(picture: str, size: tuple[int, int]) -> str:
    return f"{picture}-{size[0]}x{size[1]}"


@dataclass(frozen=True, slots=True)
class Walk:
    """One run of the program. ``session`` sets what differs from the demo's own target."""

    demo: str
    steps: Sequence[Step]
    session: dict[str, Any] = field(default_factory=dict)

    @property
    def names(self) -> set[str]:
        return {name for step in self.steps for name in step.names}


DEMO = "role-denied-kms"
MESSAGE = "An error occurred (KMS.DisabledException) when calling the GetObject operation"
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
            Step("i", "Evidence", "evidence"),
            Step("escape", READY),
            Step("m", "What did the user see?", "message"),
            Step(f"={MESSAGE}", "KMS.DisabledException", "message-understood"),
            Step("escape", READY),
            Step("question_mark", "Keys:", "keys"),
            Step("escape", READY),
            Step("ctrl+p", "Check everything again", "palette"),
            Step("escape", READY),
            Step("P", UNCHANGED, "plan"),
            Step("escape", READY),
            Step("f", UNCHANGED, "fix"),
            Step("s", UNCHANGED, "fix-side-by-side", (WIDE,)),
            Step("s", UNCHANGED),
            Step("t", "aws ", "fix-as-code"),
            Step("t", ""),
            Step("a", "u takes back", "mended"),
            Step("u", "takes it back", "undo"),
            Step("escape", "u takes back"),
            Step("J", "Journal:", "journal"),
        ),
    ),
    Walk("healthy", (Step("", READY, "healthy"),)),
    Walk("operator-denied", (Step("", READY, "unknown"),)),
    Walk("key-disabled", (Step("", READY), Step("f", UNCHANGED), Step("a", "To go on, type", "confirm"))),
    Walk(DEMO, (Step("", "Which dataset", "target"),), session={"datasets": None}),
    Walk(DEMO, (Step("", "r tries again", "stopped"),), session={"connect": "refused"}),
    Walk(DEMO, (Step("", "enter runs", "sign-in"),), session={"connect": "expired"}),
    Walk(
        "empty-account",
        (
            Step("", "Which Domain", "setup"),
            Step("enter", "How do users sign in"),
            Step("enter", "Which execution role"),
            Step("enter", "Which of AWS's own policies"),
            *(Step("ctrl+s", question) for question in (
                "encrypts the Domain's volumes",
                "encrypts Canvas' data",
                "Where shall Canvas keep",
                "refuse every other key",
                "upload files from the browser",
                "Which data will be imported",
            )),
            Step("=s3://acme-sales-data-111122223333/2025/churn.csv", "churn.csv"),
            *(Step(key, question) for key, question in (
                ("enter", "data     s3://"), ("ctrl+s", "reach the internet"),
                ("ctrl+s", "Which VPC"),
                ("ctrl+s", "Which subnets"),
                ("ctrl+s", "Which user profiles"),
                ("=ana", "ana"),
                ("enter", "is created"),
            )),
            Step("ctrl+s", "Simulated before anything is created", "setup-review"),
        ),
        {"setup": True, "domain_id": None},
    ),
)  # fmt: skip

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
    raise CannotConnect("no answer from https://sts.eu-west-1.amazonaws.com; is this machine connected?")


async def expired() -> Connection:
    wanted = SignIn("the SSO login of profile support has expired", ("aws", "sso", "login", "--profile", "support"))
    raise CannotConnect(f"{wanted.why}; run: {' '.join(wanted.command)}", 4, sign_in=wanted)


#: Connections that do not come about, by the name that a walk gives.
REFUSALS = {"refused": refused, "expired": expired}


@asynccontextmanager
async def program(walk: Walk, size: tuple[int, int] = WIDE) -> AsyncIterator[Pilot[int]]:
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
                setattr(session, name, REFUSALS[value] if name == "connect" else value)
            app = CanvasApp(session)
            async with app.run_test(size=size) as pilot:
                yield pilot
            app.desk.close()
    finally:
        demo.stop()


async def go(pilot: Pilot[int], step: Step) -> None:
    """Press the key, wait, and put away what passes: toasts, a blinking cursor."""
    if step.key:
        await pilot.press(*(step.key[1:] if step.key.startswith("=") else (step.key,)))
    await wait_for(pilot, step.text)
    await proofs(pilot)
    pilot.app.clear_notifications()
    for field_ in pilot.app.screen.query(Input):
        field_.cursor_blink = False
    await at_rest(pilot)


async def at_rest(pilot: Pilot[int]) -> None:
    """Wait until the screen has stayed as it is for a while: a busy machine draws late."""
    shown, same = "", 0
    while same < 3:
        await pilot.pause(0.1)
        now = screen_text(pilot.app)
        shown, same = now, same + 1 if now == shown else 0


@dataclass(frozen=True, slots=True)
class Taken:
    name: str
    text: str
    svgs: dict[str, str]
    size: tuple[int, int]


async def take(walk: Walk, names: Sequence[str], *, svg: bool) -> list[Taken]:
    """The pictures of one walk: each screen in its sizes, and where ``svg`` is asked for in both themes."""
    taken = []
    async with program(walk) as pilot:
        for step in walk.steps:
            await go(pilot, step)
            for size in step.sizes if step.picture else ():
                name = _name(step.picture, size)
                if names and name not in names:
                    continue
                await resize(pilot, size)
                text = still(screen_text(pilot.app))
                taken.append(Taken(name, text, await both_themes(pilot) if svg else {}, size))
            await resize(pilot, WIDE)
    return taken


async def resize(pilot: Pilot[int], size: tuple[int, int]) -> None:
    if pilot.app.size != size:
        await pilot.resize_terminal(*size)
        await at_rest(pilot)


async def both_themes(pilot: Pilot[int]) -> dict[str, str]:
    drawn = {}
    for shade, theme in THEMES.items():
        pilot.app.theme = theme
        await pilot.pause(0.2)
        drawn[shade] = still(pilot.app.export_screenshot(title="canvas-kms-tui"))
    pilot.app.theme = THEMES["dark"]
    return drawn


async def journey() -> str:
    """The main journey as one moving SVG."""
    frames: list[tuple[str, float]] = []
    async with program(Walk(DEMO, ()), (100, 30)) as pilot:
        for step, seconds in JOURNEY:
            await go(pilot, step)
            frames.append((still(pilot.app.export_screenshot(title="canvas-kms-tui")), seconds))
    return animated(frames)


def taken_on(walk: Walk, names: Sequence[str], *, svg: bool) -> list[Taken]:
    return asyncio.run(take(walk, names, svg=svg))


def all_taken(names: Sequence[str], *, svg: bool) -> Iterator[Taken]:
    """The walks side by side, each in a process of its own: most of their time is waiting."""
    wanted = [walk for walk in WALKS if not names or walk.names & set(names)]
    with ProcessPoolExecutor(PROCESSES) as pool:
        for taken in pool.map(partial(taken_on, names=names, svg=svg), wanted):
            yield from taken


def keep(taken: Taken) -> None:
    (HERE / f"{taken.name}.txt").write_text(taken.text, encoding="utf-8")
    for shade, svg in taken.svgs.items():
        drawn = HERE / f"{taken.name}-{shade}.svg"
        drawn.write_text(svg, encoding="utf-8")
        if drawn.stem in AS_PNG:
            as_png(drawn, drawn.with_suffix(".png"), taken.size)
        print(drawn.name, file=sys.stderr)


def difference(taken: Taken) -> list[str]:
    """Between what is kept and what was taken, as a diff; empty where they are the same."""
    kept = HERE / f"{taken.name}.txt"
    old = kept.read_text(encoding="utf-8") if kept.exists() else ""
    return list(unified_diff(old.splitlines(), taken.text.splitlines(), kept.name, "now", n=0, lineterm=""))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare the texts only; exit 1 where one differs")
    parser.add_argument("names", nargs="*", help="only these: main-120x36, journey, …")
    options = parser.parse_args()
    differs = []
    for taken in all_taken(options.names, svg=not options.check):
        if not options.check:
            keep(taken)
        elif changed := difference(taken):
            print("\n".join(changed), file=sys.stderr)
            differs.append(taken.name)
    if not options.check and (not options.names or "journey" in options.names):
        (HERE / "journey.svg").write_text(asyncio.run(journey()), encoding="utf-8")
    if differs:
        print("not current, run screenshots/make.py: " + ", ".join(differs), file=sys.stderr)
    return 1 if differs else 0


if __name__ == "__main__":
    raise SystemExit(main())

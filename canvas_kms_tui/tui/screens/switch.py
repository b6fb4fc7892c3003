"""Choosing another account, Region or demo to look at."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from canvas_kms_tui.target import BadTarget
from canvas_kms_tui.tui.rooms import Choice
from canvas_kms_tui.tui.screens.pick import SKIPPED, PickScreen

if TYPE_CHECKING:
    from canvas_kms_tui.tui.screens.main_extras import MainExtras

_ROLE = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+")


async def choose_place(screen: MainExtras) -> tuple[str, str | None] | None:
    """A place and a Region (None: the place's own); None where the question was left."""
    desk, access = screen.desk, screen.desk.session.access
    assert access is not None
    places = [Choice(name, note) for name, note in await desk.away(access.places)]
    hint = "or paste the ARN of a role to assume; ^s keeps the present one" if access.takes_role else ""
    question = PickScreen(
        access.question,
        places,
        hint=hint,
        free=role_arn if access.takes_role else None,
        skip="the present one" if access.takes_role else "",
    )
    place = await screen.app.push_screen_wait(question)
    if place is None:
        return None
    regions = [Choice(name, note) for name, note in await desk.away(lambda: access.regions(place))]
    if not regions:
        return place, None
    asked = PickScreen("Which Region?", regions, hint="^s takes the one that the profile names", skip="its own")
    region = await screen.app.push_screen_wait(asked)
    if region is None:
        return None
    return place, None if region == SKIPPED else region


def role_arn(typed: str) -> str | None:
    """What is typed, where it is meant as a role."""
    if not typed.startswith("arn:"):
        return None
    if not _ROLE.fullmatch(typed):
        raise BadTarget(f"{typed!r} is no role's ARN; write arn:aws:iam::111122223333:role/NAME")
    return typed

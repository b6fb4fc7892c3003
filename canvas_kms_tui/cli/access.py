"""What the terminal program can switch to without leaving: AWS profiles, roles and Regions, or the shipped demos."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from canvas_kms_tui.cli.connect import on_a_thread
from canvas_kms_tui.cli.options import Options
from canvas_kms_tui.gateway import Connection
from canvas_kms_tui.tui.session import Access

Open = Callable[[Options], Awaitable[Connection]]


@dataclass(slots=True)
class Accounts:
    """Live AWS. ``options`` are those of the connection that stands; ``open_with`` opens others."""

    options: Options
    open_with: Open
    question: str = "Which AWS profile?"
    why_not: str = ""
    takes_role: bool = True

    async def places(self) -> Sequence[tuple[str, str]]:
        from canvas_kms_tui.aws.profiles import profiles

        found = await on_a_thread(profiles)
        return sorted(found, key=lambda each: each[0] != self.options.profile)

    async def regions(self, place: str) -> Sequence[tuple[str, str]]:
        from canvas_kms_tui.aws.profiles import regions

        return await on_a_thread(lambda: regions(place, self.options.region))

    async def connect(self, place: str, region: str | None) -> Connection:
        wanted = replace(self.options, region=region or (None if place else self.options.region))
        if place.startswith("arn:"):
            wanted = replace(wanted, role_arn=place, region=region or self.options.region)
        elif place:
            wanted = replace(wanted, profile=place, role_arn=None, external_id=None)
        connection = await self.open_with(wanted)
        self.options = wanted
        return connection


@dataclass(slots=True)
class Demos:
    options: Options
    open_with: Open
    question: str = "Which demo?"
    why_not: str = ""
    takes_role: bool = False

    async def places(self) -> Sequence[tuple[str, str]]:
        from canvas_kms_tui.demo.environments import names

        found = await on_a_thread(names)
        return sorted(((each.name, each.title) for each in found), key=lambda each: each[0] != self.options.demo)

    async def regions(self, place: str) -> Sequence[tuple[str, str]]:
        return ()

    async def connect(self, place: str, region: str | None) -> Connection:
        self.options = replace(self.options, demo=place or self.options.demo)
        return await self.open_with(self.options)


def access(options: Options, open_with: Open) -> Access | None:
    """None for a case file: it holds one account."""
    if options.case is not None:
        return None
    if options.demo is not None:
        return Demos(options, open_with)
    why_not = "--record writes down one account: start again without it to switch." if options.record else ""
    return Accounts(options, open_with, why_not=why_not)

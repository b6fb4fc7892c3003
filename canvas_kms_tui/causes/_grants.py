"""Owns what the app's grants on the Domain's key have to do with the other uses of that key."""

from __future__ import annotations

from canvas_kms_tui.import_path import ImportPath
from canvas_kms_tui.import_path.blame import Blame, Kind
from canvas_kms_tui.import_path.path import Judged

GRANT = "app-grant"


async def blocking_cause(path: ImportPath) -> str | None:
    """The cause that denies the import this key for the reason that denies the grants too; None where none does."""
    judged = await path.judged()
    grants = [(item, blame) for item in judged if item.step.name == GRANT for blame in _denied(item)]
    causes = [_same_reason(judged, item, blame) for item, blame in grants]
    return causes[0] if causes and all(causes) else None


async def grants_behind(path: ImportPath, cause: str, key_arn: str) -> set[str]:
    """The grant actions on the key that fail for the reason of ``cause``, and so are mended with it."""
    if await blocking_cause(path) != cause:
        return set()
    denied = {item.step.action for item in await path.judged() if item.step.name == GRANT and _denied(item)}
    resources = {item.step.resource for item in await path.judged() if item.step.name == GRANT}
    return denied if key_arn in resources else set()


def _denied(item: Judged) -> list[Blame]:
    return [blame for blame in item.blames if blame.kind is Kind.DENIED]


def _same_reason(judged: tuple[Judged, ...], grant: Judged, reason: Blame) -> str | None:
    """The cause of another use of the key that one Deny refuses with the grant, or that one layer is silent about."""
    for item in judged:
        if item.step.name == GRANT or item.step.resource != grant.step.resource:
            continue
        for blame in _denied(item):
            if blame.layer == reason.layer and _deny(blame) == _deny(reason):
                return blame.cause
    return None


def _deny(blame: Blame) -> tuple[str, int] | None:
    trace = blame.statement
    return (trace.document, trace.index) if trace is not None and trace.effect == "Deny" else None

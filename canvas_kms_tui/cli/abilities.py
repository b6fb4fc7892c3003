"""What these credentials may do, and what they should be allowed to do."""

from __future__ import annotations

import json
from typing import Any

from canvas_kms_tui import changes
from canvas_kms_tui.cli.connect import Opened
from canvas_kms_tui.cli.headless import diagnosed, headless
from canvas_kms_tui.cli.options import Options, UsageError
from canvas_kms_tui.cli.output import to_stdout
from canvas_kms_tui.cli.progress import Progress
from canvas_kms_tui.cli.select import find
from canvas_kms_tui.fleet.exits import Exit
from canvas_kms_tui.fleet.run import Plan

_PARTITIONS = {
    "cn-": "aws-cn",
    "us-gov-": "aws-us-gov",
    "us-iso-": "aws-iso",
    "us-isob-": "aws-iso-b",
    "eusc-": "aws-eusc",
}
#: AWS refuses requests whose time is further off than this (SigV4).
_SKEW = 300
_SIGNS = {"able": "✓", "denied": "✗", "unreachable": "?", "not tried": "·"}


def print_policy(options: Options) -> int:
    """One IAM policy for all that was asked for.

    ``fix:CAUSE`` diagnoses first: its policy names the resources of the changes that are proposed there.
    """
    statements: list[Any] = []
    for wanted in options.print_policy:
        statements += _policy(wanted, options)["Statement"]
    to_stdout(json.dumps({"Version": "2012-10-17", "Statement": _renamed(statements)}, indent=2) + "\n")
    return Exit.CLEAN


def _policy(wanted: str, options: Options) -> dict[str, Any]:
    account, region = options.expect_account or "*", options.region or "*"
    if wanted == "read-only":
        from canvas_kms_tui.aws.operator_policy import read_policy

        return read_policy(_partition(region), account=account, region=region)
    if wanted == "fix":
        return changes.policy_for_every_fix(partition=_partition(region), account=account, region=region)
    if wanted == "setup":
        from canvas_kms_tui.setup.permissions import policy_for_setup

        return policy_for_setup(partition=_partition(region), account=account, region=region)
    cause = find(wanted.removeprefix("fix:"), "--print-policy")

    async def work(opened: Opened, progress: Progress) -> list[Any]:
        done = await diagnosed(opened, Plan(causes=[cause]), progress)
        return [change for finding in done.diagnosis.findings for fix in finding.fixes for change in fix.changes]

    found = headless(options, work)
    if not found:
        raise UsageError(f"--print-policy {wanted}: nothing to change there, so nothing to allow")
    return changes.policy_for(found)


def _partition(region: str) -> str:
    """The partition of a Region, by the names that AWS gives to Regions."""
    return next((partition for prefix, partition in _PARTITIONS.items() if region.startswith(prefix)), "aws")


def _renamed(statements: list[Any]) -> list[Any]:
    """Sids must be unique within one policy."""
    seen: dict[str, int] = {}
    for statement in statements:
        sid = statement["Sid"]
        seen[sid] = seen.get(sid, 0) + 1
        if seen[sid] > 1:
            statement["Sid"] = f"{sid}x{seen[sid]}"
    return statements


def doctor(options: Options) -> int:
    """Try every read once and say which work; 3 where something is missing."""
    return headless(options, _examined)


async def _examined(opened: Opened, progress: Progress) -> Exit:
    from canvas_kms_tui.aws.doctor import State, clock_skew, examine

    connection = opened.connection
    to_stdout(f"caller   {connection.caller.arn}\naccount  {connection.caller.account}\nRegion   {connection.region}\n")
    able = True
    skew = clock_skew(connection)
    if skew is not None:
        to_stdout(f"clock    {abs(skew):.0f} s {'ahead of' if skew > 0 else 'behind'} AWS\n")
        able = abs(skew) < _SKEW
    to_stdout("\n")
    missing = []
    async for check in examine(connection):
        able = able and check.state in (State.ABLE, State.NOT_TRIED)
        detail = f"  {' '.join(check.detail.split())}" if check.detail and check.state is not State.ABLE else ""
        to_stdout(f"{_SIGNS[check.state.value]} {check.action:<45} {check.state.value}{detail}\n")
        if check.grant:
            missing.append(dict(check.grant))
    if missing:
        policy = json.dumps({"Version": "2012-10-17", "Statement": missing}, indent=2)
        to_stdout(f"\nThis policy would allow what is denied:\n{policy}\n")
    return Exit.CLEAN if able else Exit.INCOMPLETE

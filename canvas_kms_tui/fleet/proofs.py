"""Proofs of many profiles: the same change to the same picture is simulated once."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from typing import Any

from canvas_kms_tui.change import Fix
from canvas_kms_tui.changes.prove import prove
from canvas_kms_tui.facts import Facts
from canvas_kms_tui.findings import Diagnosis, Finding


class Proofs:
    """Of one account and Region; ``prove_all`` as in :mod:`canvas_kms_tui.changes.prove`.

    Profiles that resolve to the same things, whose steps are decided the same and whose findings are the same but for
    the profile's own name, get the same answer to the same change.
    """

    def __init__(self) -> None:
        self._made: dict[tuple[str, str], asyncio.Task[tuple[bool, str]]] = {}

    async def prove_all(self, diagnosis: Diagnosis, facts: Facts) -> Diagnosis:
        if not any(fix.changes for finding in diagnosis.findings for fix in finding.fixes):
            return diagnosis
        picture = _picture(diagnosis)
        findings = [await self._finding(finding, diagnosis, facts, picture) for finding in diagnosis.findings]
        return dataclasses.replace(diagnosis, findings=tuple(findings))

    async def _finding(self, finding: Finding, diagnosis: Diagnosis, facts: Facts, picture: str) -> Finding:
        fixes = [
            await self._fix(fix, finding, diagnosis, facts, picture) if fix.changes else fix for fix in finding.fixes
        ]
        return dataclasses.replace(finding, fixes=tuple(fixes)) if fixes else finding

    async def _fix(self, fix: Fix, finding: Finding, diagnosis: Diagnosis, facts: Facts, picture: str) -> Fix:
        key = (picture, _general(f"{finding.id} {changes_key(fix)}", diagnosis))
        if key not in self._made:
            self._made[key] = asyncio.create_task(_proven(diagnosis, facts, fix, finding))
        ok, text = await asyncio.shield(self._made[key])
        return dataclasses.replace(fix, proven=ok, proof=text)


async def _proven(diagnosis: Diagnosis, facts: Facts, fix: Fix, finding: Finding) -> tuple[bool, str]:
    proof = await prove(diagnosis, facts, fix, finding)
    return proof.ok, proof.text


def changes_key(fix: Fix) -> str:
    """The same for fixes that make the same changes."""
    return json.dumps(
        [[one.service, one.operation, one.resource, one.before, one.after] for one in fix.changes],
        sort_keys=True,
        default=str,
    )


def _picture(diagnosis: Diagnosis) -> str:
    resolved: Any = dataclasses.astuple(diagnosis.resolved)
    steps = [(step.step, step.action, step.resource, step.decision) for step in diagnosis.import_path]
    found = [(finding.id, finding.status.value) for finding in diagnosis.findings]
    return _general(repr((diagnosis.target.domain_id, resolved, steps, found)), diagnosis)


def _general(text: str, diagnosis: Diagnosis) -> str:
    """The text without the profile's name where paths and ARNs hold it."""
    return text.replace(f"/{diagnosis.target.user_profile}", "/{profile}")

"""Owns the two lists of actions for encrypted source data: what an import uses, and what the guide of 2022 asks for."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from canvas_kms_tui.findings import Evidence, Finding
from canvas_kms_tui.import_path import Step
from canvas_kms_tui.policy import Decision, evaluate

#: Canvas KMS guide of 26 August 2022, "Import encrypted datasets": five entries, of which reading uses one.
USED = "kms:Decrypt"
RECOMMENDED = (
    "kms:Encrypt",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
    "kms:GenerateDataKey",
    "kms:DescribeKey",
)


def with_recommended(finding: Finding, steps: Sequence[Step]) -> Finding:
    """The finding with the recommended actions that the role has not: information, never a failure."""
    step = next((one for one in steps if one.resource == finding.resource and one.action == USED and one.request), None)
    if step is None or step.request is None or step.layers is None:
        return finding
    layers, request = step.layers, step.request
    missing = [
        action
        for action in RECOMMENDED
        if evaluate(dataclasses.replace(request, action=action), layers).decision
        in (Decision.EXPLICITLY_DENIED, Decision.IMPLICITLY_DENIED)
    ]
    said = f"the import uses {USED}; "
    said += f"only recommended, and missing: {', '.join(missing)}" if missing else "everything recommended is there too"
    return dataclasses.replace(
        finding, evidence=(*finding.evidence, Evidence("actions of the guide of 2022", said, "Canvas KMS guide"))
    )

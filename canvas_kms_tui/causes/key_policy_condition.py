"""The key policy allows the action only under a condition that the import does not meet.

**What is checked.** A statement of the key policy names the role (or hands the action to IAM), but its condition fails
for the import: ``kms:ViaService`` of another service or Region, ``kms:CallerAccount``, ``kms:ResourceAliases``, or
``aws:SourceVpce``, ``aws:SourceVpc``, ``aws:SourceIp``, which fail even from inside the VPC because it is S3 that
calls KMS.

**Why that breaks the import.** KMS reads the statement as if it were not there.

**How to mend it.** Append a fitting statement for the role; the conditional one stays as it is.

Source: KMS developer guide, "AWS KMS condition keys" and "Global condition keys with VPC endpoints".
"""

from __future__ import annotations

from collections.abc import Sequence

from canvas_kms_tui.causes._cause import Cause, Group
from canvas_kms_tui.causes._key_fixes import key_fixes
from canvas_kms_tui.causes._steps import condition_words, configured, key_findings
from canvas_kms_tui.change import Auto, Fix
from canvas_kms_tui.facts import Facts
from canvas_kms_tui.findings import Finding, Severity
from canvas_kms_tui.import_path import ImportPath
from canvas_kms_tui.import_path.blame import Blame
from canvas_kms_tui.import_path.path import Judged

CAUSE = Cause(
    id="key-policy-condition",
    title="The conditions of the key policy are met by the import",
    group=Group.KEY_POLICY,
    severity=Severity.HIGH,
    source="KMS developer guide, Condition keys",
    auto=Auto.YES,
    reads=("kms:GetKeyPolicy", "kms:ListKeyPolicies", "kms:ListAliases", "kms:ListResourceTags"),
    order=270,
)


async def check(facts: Facts, path: ImportPath) -> Sequence[Finding]:
    def says(item: Judged, blame: Blame) -> str:
        return (
            f"The key policy of {item.step.resource} allows {item.step.action} only under a condition "
            f"that the import does not meet: {condition_words(blame)}."
        )

    return await key_findings(
        CAUSE,
        path,
        configured,
        says=says,
        passes="No condition of the key policy stands in the way.",
        none="No customer managed key is configured for Canvas.",
    )


async def fixes(facts: Facts, path: ImportPath, finding: Finding) -> Sequence[Fix]:
    return await key_fixes(facts, path, finding)

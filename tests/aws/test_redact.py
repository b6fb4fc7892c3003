"""A redacted case names nobody and still gives the same diagnosis."""

from __future__ import annotations

import json
import random
import re

import pytest
from diagnosing import shipped

from canvas_kms_tui.aws import case as cases
from canvas_kms_tui.aws.redact import redact
from canvas_kms_tui.aws.replay import CaseGateway
from canvas_kms_tui.engine import diagnose
from canvas_kms_tui.facts import Facts
from canvas_kms_tui.findings import Diagnosis, Finding


def fixes(finding: Finding) -> list[object]:
    return [(fix.id, fix.auto, len(fix.changes)) for fix in finding.fixes]


def judgement(diagnosis: Diagnosis) -> list[object]:
    """Everything in a diagnosis that is not a name."""
    findings = [
        (finding.cause, finding.status, finding.severity, finding.certainty, finding.blocked_by is None, fixes(finding))
        for finding in diagnosis.findings
    ]
    steps = [
        (step.action, step.decision, [(by.layer, by.statement) for by in step.decided_by], step.assuming)
        for step in diagnosis.import_path
    ]
    return [diagnosis.verdict.status, diagnosis.verdict.most_likely, sorted(findings, key=repr), steps]


@pytest.mark.parametrize("name", shipped())
async def test_a_redacted_case_gives_the_same_diagnosis(recorded, name):
    seen = await recorded(name)
    hidden = redact(seen.case, chance=random.Random(name)).case
    again = await diagnose(Facts(CaseGateway(hidden), hidden.target))
    assert judgement(again) == judgement(seen.diagnosis)


@pytest.mark.parametrize("name", ["role-denied-kms", "two-causes", "organization-unreadable", "operator-denied"])
async def test_no_original_name_is_anywhere_in_the_file(recorded, name):
    case = (await recorded(name)).case
    redacted = redact(case)
    text = json.dumps(cases.as_json(redacted.case), ensure_ascii=False)
    for original in originals(case):
        assert not re.search(rf"(?<![A-Za-z0-9]){re.escape(original)}(?![A-Za-z0-9])", text), original


def originals(case: cases.Case) -> set[str]:
    """What tells who it is: account ids, ids, and the last parts of ARNs of the customer's own things."""
    document = json.dumps(cases.as_json(case), ensure_ascii=False).replace('\\"', '"')
    found = set(re.findall(r"(?<!\d)\d{12}(?!\d)", document))
    found |= set(re.findall(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", document))
    for call in case.calls:
        for member in ("RoleName", "Bucket", "Key", "DomainId", "UserProfileName", "PolicyName"):
            value = call.params.get(member, "")
            if value and "sagemaker" not in value.lower() and value != "default":
                found.add(value)
    return found


async def test_a_name_is_replaced_alike_everywhere(recorded):
    case = (await recorded("role-denied-kms")).case
    hidden = redact(case).case
    assert hidden.redacted
    assert hidden.caller.account != case.caller.account
    assert hidden.caller.account in hidden.caller.arn
    assert hidden.target is not None
    assert hidden.target.account == hidden.caller.account
    described = next(call for call in hidden.calls if call.operation == "describe_domain")
    assert described.params["DomainId"] == hidden.target.domain_id
    assert f"/{hidden.target.domain_id}" in described.answer["DomainArn"]
    assert [len(call.params) for call in hidden.calls] == [len(call.params) for call in case.calls]


async def test_the_mapping_is_not_in_the_case_and_leads_back(recorded):
    case = (await recorded("role-denied-kms")).case
    redacted = redact(case)
    assert redacted.mapping["names"][case.target.user_profile] == redacted.case.target.user_profile
    assert "account ids" in redacted.summary()
    assert len(redacted.summary().splitlines()) < 24

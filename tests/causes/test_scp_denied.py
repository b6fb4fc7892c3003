"""scp-denied: the organization's limit on what the account's roles may do."""

from __future__ import annotations

import pytest
from organizations import organization
from patches import ROLE, may

SCP = "SERVICE_CONTROL_POLICY"


@pytest.mark.parametrize("target", ["r-ab12", "ou-ab12-analytics0", "{account}"])
async def test_a_deny_at_any_level_is_the_only_finding(look, target):
    found = await look(organization(SCP, may("kms:GenerateDataKey", "*", effect="Deny"), target=target))
    assert found.loud == {"scp-denied": "fail"}, found.told()


async def test_an_exempted_role_and_another_region_are_no_finding(look):
    others = may("*", "*", effect="Deny", ArnNotLike={"aws:PrincipalArn": ROLE})
    assert (await look(organization(SCP, others))).loud == {}
    elsewhere = may("*", "*", effect="Deny", StringNotEquals={"aws:RequestedRegion": "{region}"})
    assert (await look(organization(SCP, elsewhere))).loud == {}


async def test_unread_it_is_an_assumption_of_its_own_named_in_the_headline(look):
    found = await look(organization(SCP, may("kms:*", "*", effect="Deny"), readable=False))
    finding = found.finding("scp-denied")
    assert (finding.status, finding.severity, finding.counts) == ("unknown", "info", False)
    assert "SCP" in found.diagnosis.verdict.headline
    assert found.verdict == "healthy"


async def test_without_an_organization_it_does_not_apply(look):
    assert (await look("healthy")).status("scp-denied") == "not_applicable"

"""profile-overrides-role: information, and it decides which role everything else judges."""

from __future__ import annotations

OWN = "profile-overrides-role"


def roles(**profiles: str) -> dict:
    own = {name: {"UserSettings": {"ExecutionRole": role}} for name, role in profiles.items()}
    return {"domains": {"analytics": {"profiles": own}}}


async def test_the_profiles_role_is_judged_and_the_domains_named(look):
    found = await look(OWN)
    finding = found.finding(OWN)
    assert (finding.status, finding.severity) == ("pass", "info")
    assert "CanvasPilotRole" in finding.summary
    assert "CanvasExecutionRole" in finding.summary
    assert found.diagnosis.resolved.execution_role.value.endswith("CanvasPilotRole")
    assert found.loud == {"role-denied-kms": "fail"}, found.told()


async def test_the_same_role_in_both_places_overrides_nothing(look):
    found = await look(roles(ana="{role:CanvasExecutionRole}"))
    assert "do not count" not in found.finding(OWN).summary
    assert found.loud == {}, found.told()


async def test_another_profiles_role_is_no_concern(look):
    found = await look(roles(ben="{role:NightlyReports}"))
    assert found.diagnosis.resolved.execution_role.origin == "Domain"
    assert found.loud == {}, found.told()

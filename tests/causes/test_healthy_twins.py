"""Every id of the catalogue has a shipped environment that shows it, and a healthy shipped one in which it passes."""

from __future__ import annotations

from functools import cache

import pytest
from diagnosing import diagnosed, shipped

from canvas_kms_tui.causes import catalogue
from canvas_kms_tui.demo import environments
from canvas_kms_tui.evidence import look
from canvas_kms_tui.findings import Status

#: Never more than information, as the catalogue says.
INFORMATION = frozenset({"profile-overrides-role", "use-case-unsupported"})
#: What only CloudTrail tells.
LATE = ("kms-limits", "service-throttled")
#: Healthy environments that have what the plain one lacks: a boundary, an organization, an access point, an upload…
TWINS = {
    **dict.fromkeys(
        (
            "access-point",
            "bucket-default-key-denied",
            "cross-account",
            "large-data-role",
            "permissions-boundary",
            "rcp-denied",
            "scp-denied",
        ),
        "everything-guarded",
    ),
    "cors-missing": "local-upload",
    "vpc-endpoint": "vpc-only",
}
IDS = [cause.id for cause in catalogue()]
LOUD = (Status.FAIL, Status.WARN, Status.UNKNOWN)


@cache
def showing() -> dict[str, str]:
    """Cause → the environment that shows it: broken rather than informed, then the one under its own name."""
    found: dict[str, tuple[bool, bool, str]] = {}
    for name in shipped():
        expected = environments.load(name).expect
        for cause in [*expected.get("findings", {}), *expected.get("shows", ())]:
            informs = expected.get("findings", {}).get(cause, "pass") == "pass"
            found[cause] = min(found.get(cause, (True, True, name)), (informs, name != cause, name))
    return {cause: name for cause, (_, _, name) in found.items()}


def test_every_id_has_an_environment():
    assert [cause for cause in IDS if cause not in showing()] == []


@pytest.mark.parametrize("cause", [one for one in IDS if one not in LATE])
async def test_it_is_shown_in_its_environment_and_passes_in_the_healthy_twin(cause, recorded):
    found = await recorded(showing()[cause])
    assert (found.finding(cause).status in LOUD) is (cause not in INFORMATION), found.told()
    twin = await recorded(TWINS.get(cause, "healthy"))
    assert (twin.verdict, twin.status(cause)) == ("healthy", "pass"), twin.told()


async def test_what_shows_only_in_cloudtrail_passes_once_it_was_asked(fresh_demo):
    async with diagnosed(fresh_demo("healthy")) as found:
        after = await look(found.facts, found.diagnosis, what_changed=False, second_opinions=False, who_else=False)
    assert {one.cause: str(one.status) for one in after.findings if one.cause in LATE} == dict.fromkeys(LATE, "pass")

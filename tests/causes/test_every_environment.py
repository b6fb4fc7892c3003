"""Every shipped environment says what it was made to show: as it is, moved elsewhere, and with its fixes applied."""

from __future__ import annotations

import pytest
from diagnosing import Found, shipped
from mending import assert_mends, assert_mends_together, offered
from patches import PLACES

from canvas_kms_tui.changes import Journal, prove_all
from canvas_kms_tui.demo import environments
from canvas_kms_tui.findings import Status, VerdictStatus

#: What is seen only when CloudTrail is asked for a window of time.
LATE = ("kms-limits", "service-throttled")
NAMES = [name for name in shipped() if name not in LATE]


def assert_as_expected(found: Found) -> None:
    expected = found.environment.expect
    assert found.verdict == expected["verdict"], found.told()
    assert found.most_likely == expected["most_likely"], found.told()
    for cause, status in expected["findings"].items():
        assert found.status(cause) == status, found.told()
    unknown = {cause for cause, status in found.loud.items() if status == "unknown"}
    extra = set(found.loud) - set(expected["findings"]) - (unknown if expected["verdict"] == "incomplete" else set())
    assert not extra, found.told()


@pytest.mark.parametrize("name", NAMES)
async def test_the_environment_shows_its_cause_and_nothing_else(name, recorded):
    assert_as_expected(await recorded(name))


MOVED = [
    pytest.param(name, PLACES[index % 3], marks=() if index % 4 == 0 else pytest.mark.slow, id=name)
    for index, name in enumerate(NAMES)
]


@pytest.mark.parametrize(("name", "place"), MOVED)
async def test_it_shows_the_same_in_another_account_region_and_partition(name, place, look):
    moved = environments.load(name).moved(**place)
    assert_as_expected(await look(moved))


@pytest.mark.parametrize("name", NAMES)
async def test_a_required_step_that_is_denied_is_never_called_anything_but_broken(name, recorded):
    found = await recorded(name)
    denied = [step for step in found.diagnosis.import_path if step.required and step.decision.endswith("denied")]
    headerless = found.finding("bucket-policy-requires-sse").status is Status.WARN
    if denied:
        allowed = {VerdictStatus.BROKEN, *([VerdictStatus.WARNINGS] if headerless else [])}
        assert found.diagnosis.verdict.status in allowed, f"{denied}\n{found.told()}"


@pytest.mark.parametrize("name", NAMES)
async def test_whatever_is_wrong_says_what_to_do(name, recorded):
    for finding in (await recorded(name)).diagnosis.findings:
        if finding.status in (Status.FAIL, Status.WARN):
            assert finding.fixes, finding.id
            assert all(fix.changes or fix.text for fix in finding.fixes), finding.id
            assert not [fix.title for fix in finding.fixes if fix.id.endswith("/defect")], finding.id


@pytest.mark.parametrize("name", [name for name in NAMES if name != "two-layers"])
async def test_every_fix_that_may_be_applied_mends_and_can_be_undone(name, look, tmp_path):
    found = await look(name)
    journal = Journal(tmp_path)
    for finding, fix in offered(found):
        await assert_mends(found, finding, fix, journal)


async def test_both_fixes_of_two_causes_together_make_the_import_pass(look, tmp_path):
    found = await look("two-causes")
    first = [one.fixes[0] for one in found.diagnosis.findings if one.status is Status.FAIL]
    assert [fix.id for fix in first] == [
        "bucket-policy-requires-other-key/settings-domain",
        "source-object-key-denied/key-policy",
    ]
    after = await assert_mends_together(found, first, Journal(tmp_path))
    assert all(step.decision == "allowed" for step in after.import_path)
    loud = {one.cause: str(one.status) for one in after.findings if one.status in (Status.FAIL, Status.WARN)}
    assert loud == {"settings-not-picked-up": "warn"}, "the running app has to be started again; nothing else"


async def test_neither_fix_of_two_layers_is_called_enough(look):
    found = await look("two-layers")
    proven = await prove_all(found.diagnosis, found.facts)
    proofs = [fix.proof for one in proven.findings for fix in one.fixes if fix.changes]
    assert proofs
    assert all("still" in proof for proof in proofs), proofs

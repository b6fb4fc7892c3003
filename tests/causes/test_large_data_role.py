"""large-data-role: data so large that another role reads it."""

from __future__ import annotations

GB = 1024**3


def churn(size: int) -> dict:
    return {"buckets": {"sales": {"objects": {"2025/churn.csv": {"size": size}}}}}


async def test_a_role_that_may_do_nothing_fails(look):
    found = await look("large-data-role")
    assert found.loud == {"large-data-role": "fail"}, found.told()
    summary = found.finding("large-data-role").summary
    assert "kms:Decrypt" in summary
    assert "s3:GetObject" in summary


async def test_the_fix_gives_that_role_each_missing_action_where_it_is_missing(look):
    found = await look("large-data-role")
    fix = found.finding("large-data-role").fixes[0]
    assert fix.changes[0].resource.endswith("CanvasLargeData")
    statements = fix.changes[0].after["Statement"]
    assert {statement["Resource"] for statement in statements} >= {found.key("sales-data"), found.key("artifacts")}


async def test_exactly_ten_gb_are_read_by_the_execution_role(look):
    found = await look(churn(10 * GB), base="large-data-role")
    assert found.status("large-data-role") == "not_applicable"


async def test_the_same_role_with_the_rights_passes(look):
    found = await look(
        {
            **churn(12 * GB),
            "domains": {
                "analytics": {
                    "DefaultUserSettings": {
                        "CanvasAppSettings": {
                            "EmrServerlessSettings": {"ExecutionRoleArn": "{role:CanvasExecutionRole}"}
                        }
                    }
                }
            },
        }
    )
    assert found.loud == {}, found.told()
    assert found.status("large-data-role") == "pass"


async def test_large_data_without_such_a_role_is_likely_to_fail(look):
    found = await look(churn(12 * GB))
    assert found.loud == {"large-data-role": "warn"}, found.told()


async def test_what_stops_both_roles_is_told_once(look):
    found = await look({"keys": {"artifacts": {"state": "Disabled"}}}, base="large-data-role")
    assert "key-disabled" in found.fails

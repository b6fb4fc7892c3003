"""stale-principal: a policy names a deleted identity by its unique id."""

from __future__ import annotations

ROOT = {
    "Sid": "Root",
    "Effect": "Allow",
    "Principal": {"AWS": "arn:{partition}:iam::{account}:root"},
    "Action": "kms:*",
    "Resource": "*",
}
CANVAS = {
    "Sid": "Canvas",
    "Effect": "Allow",
    "Principal": {"AWS": "{role:CanvasExecutionRole}"},
    "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
    "Resource": "*",
}


def key_policy(*statements: dict) -> dict:
    policy = {"Version": "2012-10-17", "Statement": list(statements)}
    return {"keys": {"artifacts": {"policy": policy}}}


def naming(*principals: str) -> dict:
    return {**CANVAS, "Sid": "Gone", "Principal": {"AWS": list(principals)}}


async def test_the_deleted_role_is_the_finding_and_what_follows_is_blocked_by_it(look):
    found = await look("stale-principal")
    assert found.loud == {"stale-principal": "fail"}, found.told()
    assert found.finding("role-denied-kms", found.key("canvas-artifacts")).blocked_by == "stale-principal"


async def test_without_delegation_it_is_the_finding_too(look):
    found = await look(key_policy(naming("AROA2OLDCANVASROLE77X")))
    assert found.fails == {"stale-principal"}, found.told()
    assert found.finding("key-policy-omits-role").blocked_by == "stale-principal"


async def test_the_replacement_is_somebody_elses_decision_while_cloudtrail_has_not_spoken(look):
    found = await look("stale-principal")
    fixes = {fix.id: fix for fix in found.finding("stale-principal").fixes}
    replace = fixes["stale-principal/replace"]
    assert replace.auto == "owner"
    assert "AROA" not in replace.changes[0].parameters["Policy"]
    assert replace.changes[0].confirm


async def test_a_deleted_user_could_not_have_been_the_role(look):
    found = await look(key_policy(ROOT, naming("AIDA2OLDCANVASUSER77X")))
    assert found.fails == {"role-denied-kms"}, found.told()
    assert found.status("stale-principal") == "warn"
    assert [fix.id for fix in found.finding("stale-principal").fixes] == ["stale-principal/remove"]


async def test_a_statement_that_would_not_allow_anyway_is_not_to_blame(look):
    read_only = {**naming("AROA2OLDCANVASROLE77X"), "Action": "kms:DescribeKey"}
    found = await look(key_policy(ROOT, read_only))
    assert found.fails == {"role-denied-kms"}, found.told()


async def test_where_the_import_works_a_deleted_identity_is_information(look):
    found = await look(key_policy(ROOT, CANVAS, naming("AROA2OLDCANVASROLE77X", "{role:KeyAdministrator}")))
    assert found.loud == {}, found.told()
    assert "nothing hangs on them" in found.finding("stale-principal").summary


async def test_no_deleted_identity_passes(look):
    assert (await look("healthy")).status("stale-principal") == "pass"


async def test_a_bucket_policy_is_looked_at_too(look):
    statement = {
        "Sid": "Gone",
        "Effect": "Allow",
        "Principal": {"AWS": "AROA2OLDCANVASROLE77X"},
        "Action": ["s3:GetObject", "s3:ListBucket"],
        "Resource": ["arn:{partition}:s3:::{bucket:sales}", "arn:{partition}:s3:::{bucket:sales}/*"],
    }
    decrypt = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "{key:sales}"}
    found = await look(
        {
            "roles": {
                "CanvasExecutionRole": {
                    "inline": {"SalesDataRead": {"Version": "2012-10-17", "Statement": [decrypt]}},
                }
            },
            "buckets": {"sales": {"policy": {"Version": "2012-10-17", "Statement": [statement]}}},
        }
    )
    assert found.fails == {"stale-principal"}, found.told()
    assert found.finding("role-denied-source").blocked_by == "stale-principal"

"""source-object-key-denied: a key that only source objects use."""

from __future__ import annotations

import pytest
from patches import ADMINISTRATION, FOREIGN, OTHER, ROOT, inline, key, may, root, source_object, together, use

READ_ONLY = inline(
    "SalesDataRead", may("s3:*", ["arn:{partition}:s3:::{bucket:sales}", "arn:{partition}:s3:::{bucket:sales}/*"])
)


def second_object(with_key: str) -> dict:
    encryption = {"algorithm": "aws:kms", "key": with_key}
    return {"buckets": {"sales": {"objects": {"2025/b.csv": {"size": 5, "modified": "-1d", "encryption": encryption}}}}}


def datasets(*uris: str) -> dict:
    return {"target": {"datasets": [f"s3://{{bucket:sales}}/{uri}" for uri in uris]}}


@pytest.mark.parametrize(
    "patch",
    [
        READ_ONLY,
        key("sales", root(*ADMINISTRATION), use(OTHER)),
        key("sales", root(), use("*", "kms:Decrypt", effect="Deny")),
        key("sales", root("kms:Describe*"), use(StringEquals={"kms:ViaService": "s3.{other_region}.amazonaws.com"})),
        key("sales", {"Sid": "N", "Effect": "Deny", "NotPrincipal": {"AWS": [ROOT]}, "Action": "*", "Resource": "*"}),
    ],
    ids=["IAM is silent", "the key policy is silent", "a Deny", "a condition", "a Deny for all but the root"],
)
async def test_whatever_stands_in_the_way_it_is_one_finding(patch, look):
    found = await look(patch)
    assert found.loud == {"source-object-key-denied": "fail"}, found.told()


async def test_one_closed_key_among_the_objects_of_a_prefix_is_certain(look):
    found = await look(together(key("closed", root()), second_object("{key:closed}"), datasets("2025/")))
    finding = found.finding("source-object-key-denied", found.key("closed"))
    assert (finding.status, finding.certainty) == ("fail", "certain"), found.told()
    assert found.status("source-object-key-denied", found.key("sales-data")) == "pass"


async def test_every_dataset_is_looked_at(look):
    both = datasets("2025/churn.csv", "2025/b.csv")
    found = await look(together(key("closed", root()), second_object("{key:closed}"), both))
    assert found.loud == {"source-object-key-denied": "fail"}, found.told()


@pytest.mark.parametrize(
    "encryption",
    [{"algorithm": "AES256", "key": None}, {"algorithm": "aws:kms:dsse"}],
    ids=["SSE-S3", "DSSE under an open key"],
)
async def test_other_encryption_is_no_finding(encryption, look):
    found = await look(source_object(**encryption))
    assert found.loud == {}, found.told()


async def test_without_dataset_the_source_is_not_checked_and_that_is_said(look):
    found = await look({"target": {"datasets": []}})
    assert found.status("source-object-key-denied") == "not_applicable"
    assert "source not checked" in found.diagnosis.verdict.headline


async def test_a_key_of_another_account_needs_the_roles_own_policy_too(look):
    partner = key("partner", account=FOREIGN, operator_may=["kms:DescribeKey", "kms:ListGrants"])
    found = await look(together(partner, source_object(key="{key:partner}")))
    assert found.loud == {"source-object-key-denied": "fail"}, found.told()
    fixes = {fix.id: fix.auto for fix in found.finding("source-object-key-denied").fixes}
    assert fixes == {"source-object-key-denied/ask-key-owner": "owner", "source-object-key-denied/role-policy": "yes"}


async def test_an_object_that_we_may_not_look_at_leaves_its_key_open(look):
    found = await look({"operator": {"denied": [{"action": "s3:GetObject"}]}})
    finding = found.finding("source-object-key-denied")
    assert finding.status == "unknown", found.told()
    assert finding.could_not_check.action == "s3:GetObject"
    assert found.status("role-denied-source") == "pass"

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from canvas_kms_tui import edits
from canvas_kms_tui.changes.diff import Kind, lines
from canvas_kms_tui.changes.merge import Conflict, merged
from canvas_kms_tui.changes.overlay import Overlay

KEY = "arn:aws:kms:ap-south-1:246824682468:key/k"
ROLE = "arn:aws:iam::246824682468:role/Canvas"
ROOT = {"Sid": "Root", "Effect": "Allow", "Principal": {"AWS": "246824682468"}, "Action": "kms:*", "Resource": "*"}
BEFORE = {"Version": "2012-10-17", "Statement": [ROOT]}
WHERE = {"bucket": "lake", "account": "246824682468", "region": "ap-south-1", "partition": "aws"}


def statement(*actions, conditions=None):
    return edits.append_key_policy_statement(
        document=BEFORE,
        key_arn=KEY,
        region="ap-south-1",
        role_arn=ROLE,
        actions=actions,
        sid_hint="Use",
        conditions=conditions,
    )


def settings(**workspace):
    before = {"WorkspaceSettings": {"S3KmsKeyId": "old", "S3ArtifactPath": "s3://old"}}
    arn = "arn:aws:sagemaker:ap-south-1:246824682468:domain/d-1"
    return edits.set_workspace_settings(
        level="domain", domain_id="d-1", profile=None, resource_arn=arn, current_settings=before, **workspace
    )


def test_two_needs_of_one_role_become_one_statement():
    (change,) = merged([statement("kms:Decrypt"), statement("kms:GenerateDataKey")])
    assert [s["Action"] for s in change.after["Statement"]] == ["kms:*", ["kms:Decrypt", "kms:GenerateDataKey"]]
    assert change.before == BEFORE
    assert "GenerateDataKey" in change.parameters["Policy"]


def test_statements_under_different_conditions_stay_two_with_sids_of_their_own():
    (change,) = merged([statement("kms:Decrypt"), statement("kms:Decrypt", conditions={"Bool": {"a": "true"}})])
    assert [s["Sid"] for s in change.after["Statement"]] == ["Root", "CanvasKmsUse", "CanvasKmsUse2"]


def test_the_same_change_twice_is_made_once():
    assert merged([statement("kms:Decrypt"), statement("kms:Decrypt")]) == (statement("kms:Decrypt"),)


def test_two_fields_of_the_settings_are_set_together():
    (change,) = merged([settings(S3KmsKeyId="new"), settings(S3ArtifactPath="s3://new")])
    assert change.after == {"WorkspaceSettings": {"S3KmsKeyId": "new", "S3ArtifactPath": "s3://new"}}
    assert change.parameters["DefaultUserSettings"]["CanvasAppSettings"] == change.after


def test_two_values_of_one_field_are_a_conflict():
    with pytest.raises(Conflict):
        merged([settings(S3KmsKeyId="one"), settings(S3KmsKeyId="two")])


def test_changes_of_different_places_stay_apart():
    create = edits.create_default_bucket(**WHERE, key_arn=KEY)
    cancel = edits.cancel_key_deletion(key_arn=KEY, region="ap-south-1", deletion_date=None)
    enable = edits.enable_key(key_arn=KEY, region="ap-south-1")
    changes = [*create, cancel, enable, statement("kms:Decrypt")]
    assert merged([*changes, *changes]) == tuple(changes)


documents = st.recursive(
    st.one_of(st.none(), st.booleans(), st.text(max_size=4)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=3), inner, max_size=4)),
    max_leaves=12,
)


@hypothesis_settings(deadline=None)
@given(documents, documents)
def test_a_diff_shows_both_sides_in_full(before, after):
    shown = lines(before, after, context=None)
    numbered = [line.old for line in shown if line.old], [line.new for line in shown if line.new]
    assert numbered == (sorted(numbered[0]), sorted(numbered[1]))
    assert all((line.old is None) == (line.kind is Kind.ADDED) for line in shown)
    assert all((line.new is None) == (line.kind is Kind.REMOVED) for line in shown)


def test_an_appended_statement_is_all_that_a_diff_adds():
    change = statement("kms:Decrypt")
    shown = lines(change.before, change.after)
    removed = [line.text for line in shown if line.kind is Kind.REMOVED]
    assert [text.strip() for text in removed] in ([], ["}"])
    assert any("CanvasKmsUse" in line.text for line in shown if line.kind is Kind.ADDED)


def test_the_order_of_keys_in_the_service_is_no_difference():
    assert {line.kind for line in lines({"a": 1, "b": 2}, {"b": 2, "a": 1}, context=None)} == {Kind.CONTEXT}


def test_what_is_left_out_is_counted():
    before = {str(number): number for number in range(20)}
    shown = lines(before, {**before, "10": 0})
    assert [line.text for line in shown if line.kind is Kind.GAP] == ["8 unchanged lines", "7 unchanged lines"]


class Nothing:
    async def call(self, *args, **kwargs):
        raise AssertionError("not to be asked")


async def test_a_new_bucket_is_seen_without_asking():
    overlay = Overlay(Nothing(), edits.create_default_bucket(**WHERE, key_arn=KEY))
    assert (await overlay.call("s3", "head_bucket", Bucket="lake"))["BucketRegion"] == "ap-south-1"
    encryption = await overlay.call("s3", "get_bucket_encryption", Bucket="lake")
    assert KEY in str(encryption["ServerSideEncryptionConfiguration"])
    assert (await overlay.call("s3", "list_objects_v2", Bucket="lake", Prefix="Canvas/"))["KeyCount"] == 0


async def test_a_replica_with_the_same_id_in_another_region_is_another_key():
    class Real:
        async def call(self, service, operation, *, region=None, **params):
            return {"Policy": "real"}

        def now(self):
            return datetime.now(UTC)

    overlay = Overlay(Real(), [statement("kms:Decrypt")])
    ask = {"PolicyName": "default"}
    assert (await overlay.call("kms", "get_key_policy", KeyId=KEY, **ask))["Policy"] != "real"
    assert (await overlay.call("kms", "get_key_policy", region="eu-west-1", KeyId="k", **ask))["Policy"] == "real"
    other = KEY.replace("ap-south-1", "eu-west-1")
    assert (await overlay.call("kms", "get_key_policy", KeyId=other, **ask))["Policy"] == "real"

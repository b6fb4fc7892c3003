"""KMS as strict as AWS, where a diagnosis or a fix depends on it."""

from __future__ import annotations

import json

import pytest

from canvas_kms_tui.demo import environments
from tests.demo.clients import client, code, refused


@pytest.fixture
def kms(fresh_demo):
    return client(fresh_demo("healthy"), "kms")


@pytest.fixture
def key(kms):
    return kms.describe_key(KeyId="alias/canvas-artifacts")["KeyMetadata"]


def test_a_key_is_known_by_id_arn_alias_and_alias_arn(kms, key):
    alias_arn = next(a["AliasArn"] for a in kms.list_aliases()["Aliases"] if a["AliasName"] == "alias/canvas-artifacts")
    for name in (key["KeyId"], key["Arn"], "alias/canvas-artifacts", alias_arn):
        assert kms.describe_key(KeyId=name)["KeyMetadata"]["Arn"] == key["Arn"]


def test_get_key_policy_takes_no_alias(kms):
    assert code(kms.get_key_policy, KeyId="alias/canvas-artifacts") == "NotFoundException"


@pytest.mark.parametrize(
    ("state", "wanted"),
    [("Disabled", "DisabledException"), ("PendingDeletion", "KMSInvalidStateException"),
     ("PendingImport", "KMSInvalidStateException")],
)  # fmt: skip
def test_a_key_in_a_bad_state_encrypts_nothing(fresh_demo, state, wanted):
    environment = environments.load("healthy").moved(overrides={"keys": {"artifacts": {"state": state}}})
    kms = client(fresh_demo(environment), "kms")
    assert code(kms.generate_data_key, KeyId="alias/canvas-artifacts", KeySpec="AES_256") == wanted
    assert code(kms.encrypt, KeyId="alias/canvas-artifacts", Plaintext=b"x") == wanted


def test_cancelling_a_deletion_leaves_the_key_disabled(fresh_demo):
    demo = fresh_demo("key-pending-deletion")
    kms = client(demo, "kms")
    key = kms.describe_key(KeyId="alias/canvas-artifacts")["KeyMetadata"]
    assert key["KeyState"] == "PendingDeletion"
    assert "DeletionDate" in key
    assert code(kms.enable_key, KeyId=key["Arn"]) == "KMSInvalidStateException"
    kms.cancel_key_deletion(KeyId=key["Arn"])
    assert kms.describe_key(KeyId=key["Arn"])["KeyMetadata"]["KeyState"] == "Disabled"
    kms.enable_key(KeyId=key["Arn"])
    assert kms.describe_key(KeyId=key["Arn"])["KeyMetadata"]["KeyState"] == "Enabled"


def test_deletion_is_scheduled_for_seven_to_thirty_days(kms, key):
    assert code(kms.schedule_key_deletion, KeyId=key["Arn"], PendingWindowInDays=31) == "ValidationException"
    assert kms.schedule_key_deletion(KeyId=key["Arn"], PendingWindowInDays=7)["KeyState"] == "PendingDeletion"


def test_a_ciphertext_wants_its_own_encryption_context(kms, key):
    blob = kms.encrypt(KeyId=key["Arn"], Plaintext=b"secret", EncryptionContext={"a": "b"})["CiphertextBlob"]
    assert kms.decrypt(CiphertextBlob=blob, EncryptionContext={"a": "b"})["Plaintext"] == b"secret"
    assert code(kms.decrypt, CiphertextBlob=blob, EncryptionContext={"a": "c"}) == "InvalidCiphertextException"


def test_a_dry_run_says_that_it_would_have_succeeded(kms, key):
    asked = refused(kms.generate_data_key, KeyId=key["Arn"], KeySpec="AES_256", DryRun=True)
    assert asked.response["Error"]["Code"] == "DryRunOperationException"


def test_grants_are_filtered_by_grantee(kms, key):
    for name in ("one", "two"):
        kms.create_grant(
            KeyId=key["Arn"], GranteePrincipal=f"arn:aws:iam::111122223333:role/{name}", Operations=["Decrypt"]
        )
    found = kms.list_grants(KeyId=key["Arn"], GranteePrincipal="arn:aws:iam::111122223333:role/two")["Grants"]
    assert [grant["GranteePrincipal"] for grant in found] == ["arn:aws:iam::111122223333:role/two"]


def test_lists_come_in_pages(kms):
    first = kms.list_aliases(Limit=2)
    assert first["Truncated"]
    rest = kms.list_aliases(Limit=100, Marker=first["NextMarker"])["Aliases"]
    names = [alias["AliasName"] for alias in first["Aliases"] + rest]
    assert names == sorted(set(names))
    assert len(names) == 4
    assert code(kms.list_aliases, Marker="nonsense") == "InvalidMarkerException"


def test_the_aws_managed_key_says_whose_it_is(kms):
    assert kms.describe_key(KeyId="alias/aws/s3")["KeyMetadata"]["KeyManager"] == "AWS"


def put(kms, key, *statements, **more):
    return dict(
        KeyId=key["Arn"],
        PolicyName="default",
        Policy=json.dumps({"Version": "2012-10-17", "Statement": [*statements]}),
        **more,
    )


ROOT = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "kms:*", "Resource": "*"}


def test_a_key_policy_is_stored_as_sent(kms, key):
    text = json.dumps({"Version": "2012-10-17", "Statement": [ROOT]}, indent=3)
    kms.put_key_policy(KeyId=key["Arn"], PolicyName="default", Policy=text)
    assert kms.get_key_policy(KeyId=key["Arn"], PolicyName="default")["Policy"] == text


@pytest.mark.parametrize(
    "principal",
    [
        "AROA2OLDCANVASROLE77X",
        "AIDA2OLDCANVASUSER77X",
        "arn:aws:iam::111122223333:role/Gone",
        "arn:aws:iam::111122223333:user/gone",
        "nonsense",
    ],
)
def test_a_principal_that_does_not_exist_is_refused(kms, key, principal):
    statement = {"Effect": "Allow", "Principal": {"AWS": [principal]}, "Action": "kms:Decrypt", "Resource": "*"}
    error = refused(kms.put_key_policy, **put(kms, key, ROOT, statement)).response["Error"]
    assert error["Code"] == "MalformedPolicyDocumentException"
    assert "invalid principals" in error["Message"]


def test_another_accounts_role_is_taken_on_trust(kms, key):
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::999988887777:role/Any"},
        "Action": "kms:Decrypt",
        "Resource": "*",
    }
    kms.put_key_policy(**put(kms, key, ROOT, statement))


def test_a_policy_that_locks_its_author_out_is_refused(kms, key):
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:role/KeyAdministrator"},
        "Action": "kms:*",
        "Resource": "*",
    }
    error = refused(kms.put_key_policy, **put(kms, key, statement)).response["Error"]
    assert error["Code"] == "MalformedPolicyDocumentException"
    assert "will not allow you to update the key policy" in error["Message"]


@pytest.mark.parametrize("text", ["{", "[]", '{"Statement": [{"Effect": "Allow"}]}', '{"Version": "2012-10-17"}'])
def test_a_malformed_key_policy_is_refused(kms, key, text):
    assert (
        code(kms.put_key_policy, KeyId=key["Arn"], PolicyName="default", Policy=text)
        == "MalformedPolicyDocumentException"
    )


def test_a_key_policy_has_at_most_32768_bytes(kms, key):
    filler = {**ROOT, "Sid": "A" * 32_700}
    assert code(kms.put_key_policy, **put(kms, key, filler)) == "LimitExceededException"


def test_a_key_of_another_region_is_not_found_here(fresh_demo):
    demo = fresh_demo("key-wrong-region")
    environment = demo.environment
    primary = next(arn for arn in environment.document["keys"] if f":{environment.region}:" not in arn)
    assert code(client(demo, "kms").describe_key, KeyId=primary) == "NotFoundException"
    there = client(demo, "kms", region=primary.split(":")[3]).describe_key(KeyId=primary)["KeyMetadata"]
    assert [replica["Region"] for replica in there["MultiRegionConfiguration"]["ReplicaKeys"]] == [environment.region]


def test_another_accounts_key_policy_cannot_be_read(fresh_demo):
    demo = fresh_demo("cross-account")
    foreign = next(arn for arn in demo.environment.document["keys"] if ":999988887777:" in arn)
    assert code(client(demo, "kms").get_key_policy, KeyId=foreign, PolicyName="default") == "AccessDeniedException"
    assert code(client(demo, "kms").describe_key, KeyId=foreign) == "AccessDeniedException"


def test_a_denial_is_worded_as_aws_words_it(fresh_demo):
    demo = fresh_demo("operator-denied")
    kms = client(demo, "kms")
    key = kms.describe_key(KeyId="alias/canvas-artifacts")["KeyMetadata"]["Arn"]
    error = refused(kms.get_key_policy, KeyId=key, PolicyName="default").response["Error"]
    assert error["Code"] == "AccessDeniedException"
    assert error["Message"] == (
        f"User: {demo.environment.operator_arn} is not authorized to perform: kms:GetKeyPolicy on resource: {key} "
        "because no identity-based policy allows the kms:GetKeyPolicy action"
    )
    kms.get_key_policy(KeyId=kms.describe_key(KeyId="alias/sales-data")["KeyMetadata"]["Arn"], PolicyName="default")


def test_a_denial_cannot_be_walked_around_by_naming_the_key_otherwise(fresh_demo):
    kms = client(fresh_demo("operator-denied"), "kms")
    own = kms.describe_key(KeyId="alias/canvas-artifacts")["KeyMetadata"]["KeyId"]
    assert code(kms.get_key_policy, KeyId=own, PolicyName="default") == "AccessDeniedException"


def test_a_denial_on_a_key_holds_for_its_alias(fresh_demo):
    denied = [{"action": "kms:DescribeKey", "resource": "{key:artifacts}"}]
    kms = client(fresh_demo(environments.load("healthy").moved(overrides={"operator": {"denied": denied}})), "kms")
    assert code(kms.describe_key, KeyId="alias/canvas-artifacts") == "AccessDeniedException"
    kms.describe_key(KeyId="alias/sales-data")


def test_nobody_edits_a_key_that_aws_manages(kms):
    key = kms.describe_key(KeyId="alias/aws/s3")["KeyMetadata"]
    assert code(kms.put_key_policy, **put(kms, key, ROOT)) == "AccessDeniedException"
    assert code(kms.disable_key, KeyId=key["Arn"]) == "AccessDeniedException"


def test_a_policy_that_names_the_authors_role_with_its_path_does_not_lock_it_out(fresh_demo):
    overrides = {"roles": {"SupportEngineer": {"path": "/people/"}}}
    kms = client(fresh_demo(environments.load("healthy").moved(overrides=overrides)), "kms")
    key = kms.describe_key(KeyId="alias/canvas-artifacts")["KeyMetadata"]
    role = "arn:aws:iam::111122223333:role/people/SupportEngineer"
    kms.put_key_policy(**put(kms, key, {**ROOT, "Principal": {"AWS": role}}))

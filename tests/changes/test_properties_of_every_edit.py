"""Over generated documents and every kind of edit: the failing step passes, no other answer changes, undo restores."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

sys.path.append(str(Path(__file__).parents[1] / "edits"))

from generated_policies import KEY, ROLE, documents

from canvas_kms_tui import edits
from canvas_kms_tui.changes.others import concerned
from canvas_kms_tui.changes.reverse import reverse
from canvas_kms_tui.edits.documents import statements
from canvas_kms_tui.policy import Decision, Document, Layers, Principal, Request, evaluate

ACCOUNT = "210987654321"
BUCKET = "arn:aws-cn:s3:::lake"
WHERE = {"bucket": "lake", "account": ACCOUNT, "region": "cn-north-1", "partition": "aws-cn"}
SLOW = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much], deadline=None)
ASKED = st.tuples(
    st.sampled_from(
        [
            Principal.role(ROLE),
            Principal.role(f"arn:aws-cn:iam::{ACCOUNT}:role/abc"),
            Principal.role("arn:aws-cn:iam::123456123456:role/Import-Rolle"),
            Principal.user(f"arn:aws-cn:iam::{ACCOUNT}:user/kim"),
            Principal.service("logs.amazonaws.com"),
            Principal.service("sagemaker.amazonaws.com"),
            Principal.anonymous(),
        ]
    ),
    st.sampled_from(
        ["kms:Decrypt", "s3:GetObject", "s3:PutObject", "iam:PassRole", "sts:AssumeRole", "sts:TagSession"]
    ),
    st.sampled_from([KEY, BUCKET, f"{BUCKET}/Canvas/ana/x.csv", f"{BUCKET}2/x", ROLE]),
)


def answer(layer, document, principal, action, resource, **context):
    layers = Layers(**{layer: (Document.parse(document or {"Statement": []}, name="it"),)})
    return evaluate(Request(principal, action, resource, resource_account=ACCOUNT, context=context), layers).decision


def identity(document, action):
    """A generated policy as one of a role: resources in the place of principals, actions of one service."""
    made = []
    for statement in statements(document):
        statement.pop("Principal")
        made.append({**statement, "Action": action, "Resource": "*"})
    return {**document, "Statement": made}


def of(service, document, resource):
    """A generated policy as one of a bucket or of a role's trust."""
    found = [{**one, "Action": f"{service}:*", "Resource": resource} for one in statements(document)]
    if service == "sts":
        for one in found:
            one.pop("Resource")
    return {**document, "Statement": found}


def undone(change, before):
    """What the change's undo writes is what stood, or takes away what did not."""
    back = reverse(change)
    assert edits.equal(back.after, before)
    assert edits.equal(back.before, change.after)
    text = back.parameters.get("Policy") or back.parameters.get("PolicyDocument")
    assert text is None or edits.equal(json.loads(text), before)
    assert text is not None or before is None


def kept(before, after, *, changed=0):
    """All statements that stood are there, in their order; at most ``changed`` of them in another form."""
    old, new = statements(before), statements(after)
    assert len(new) in (len(old), len(old) + 1)
    assert sum(not edits.equal(a, b) for a, b in zip(old, new, strict=False)) <= changed
    assert edits.equal({**(before or after), "Statement": 0}, {**after, "Statement": 0})
    sids = [one["Sid"] for one in new if "Sid" in one]
    assert len(set(sids)) == len(sids) or len(set(sids)) - len(sids) == _repeats(old)


def _repeats(found):
    sids = [one["Sid"] for one in found if "Sid" in one]
    return len(set(sids)) - len(sids)


@SLOW
@given(st.none() | documents, ASKED)
def test_an_inline_policy_gives_the_role_what_was_denied_and_nothing_else(document, asked):
    standing = None if document is None else identity(document, "iam:List*")
    name = "CanvasKmsImport"
    statement = {"Sid": "Use", "Effect": "Allow", "Action": ["s3:GetObject"], "Resource": f"{BUCKET}/*"}
    change = edits.put_inline_role_policy(
        role_name="Import-Rolle",
        role_arn=ROLE,
        existing={} if standing is None else {name: standing},
        statements=[statement],
    )
    mine = standing if change.parameters["PolicyName"] == name else None
    kept(mine, change.after)
    role = Principal.role(ROLE)
    assert answer("identity", change.after, role, "s3:GetObject", f"{BUCKET}/x") is Decision.ALLOWED
    _, action, resource = asked
    assume(action != "s3:GetObject" or not resource.startswith(f"{BUCKET}/"))
    assert answer("identity", mine, role, action, resource) is answer("identity", change.after, role, action, resource)
    undone(change, mine)


@SLOW
@given(documents, ASKED)
def test_a_trust_policy_lets_the_service_in_and_nobody_else(document, asked):
    before = of("sts", document, None)
    change = edits.update_trust_policy(role_name="Import-Rolle", role_arn=ROLE, current=before)
    service = Principal.service("sagemaker.amazonaws.com")
    kept(before, change.after, changed=1)
    assert answer("resource", change.after, service, "sts:AssumeRole", ROLE) is not Decision.IMPLICITLY_DENIED
    who, action, _ = asked
    assume((who, action) != (service, "sts:AssumeRole"))
    assert answer("resource", before, who, action, ROLE) is answer("resource", change.after, who, action, ROLE)
    assert all(one.intended for one in concerned(change, role_arn=ROLE).affected)
    undone(change, before)


PINNED = "s3:x-amz-server-side-encryption-aws-kms-key-id"


@SLOW
@given(documents, st.lists(st.sampled_from([KEY[:-1] + letter for letter in "abc"]), min_size=1, max_size=2), ASKED)
def test_a_pin_takes_one_key_more_and_every_other_answer_stays(document, pinned, asked):
    deny = {
        "Sid": "Pin",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:PutObject",
        "Resource": f"{BUCKET}/*",
        "Condition": {"StringNotEquals": {PINNED: pinned}},
    }
    before = of("s3", document, f"{BUCKET}/*")
    before = {**before, "Statement": [*statements(before), deny]}
    place = len(statements(before)) - 1
    new = edits.add_condition_value(before, index=place, operator="StringNotEquals", key=PINNED, new=KEY)
    change = edits.edit_bucket_policy(**WHERE, current=before, new=new)
    kept(before, change.after, changed=1)
    who, action, resource = asked
    for key, alike in ((KEY, action != "s3:PutObject"), (pinned[0], True), ("another", True)):
        old, then = (answer("resource", d, who, action, resource, **{PINNED: key}) for d in (before, change.after))
        assert old is then or not alike
    only = {"Statement": [statements(change.after)[place], {**deny, "Effect": "Allow", "Condition": {}}]}
    upload = ("s3:PutObject", f"{BUCKET}/Canvas/x")
    assert answer("resource", only, Principal.role(ROLE), *upload, **{PINNED: KEY}) is Decision.ALLOWED
    assert change.confirm
    undone(change, before)


GONE = "AROA2OLDCANVASROLE77X"


@SLOW
@given(documents, st.booleans(), ASKED)
def test_a_deleted_identity_goes_without_a_trace_for_anybody_else(document, replaced, asked):
    stale = {"Effect": "Allow", "Principal": {"AWS": [GONE, ROLE + "2"]}, "Action": "kms:Decrypt", "Resource": "*"}
    before = {**document, "Statement": [*statements(document), stale]}
    new = edits.replace_principal(
        before, index=len(statements(before)) - 1, old=GONE, new=ROLE + "3" if replaced else None
    )
    change = edits.edit_key_policy(key_arn=KEY, region="cn-north-1", current=before, new=new, role_arn=ROLE)
    who, action, _ = asked
    assert answer("resource", before, who, action, KEY) is answer("resource", change.after, who, action, KEY)
    assert edits.deleted_identities(change.after) == ()


SETTINGS = st.dictionaries(
    st.sampled_from(["TimeSeriesForecastingSettings", "ModelRegisterSettings", "DirectDeploySettings"]),
    st.dictionaries(st.sampled_from(["Status", "Other"]), st.sampled_from(["ENABLED", "DISABLED"]), min_size=1),
)


@given(SETTINGS, st.dictionaries(st.sampled_from(["S3KmsKeyId", "S3ArtifactPath"]), st.just("old")))
def test_settings_are_sent_back_whole_but_for_the_one_that_is_set(others, workspace):
    before = {**others, **({"WorkspaceSettings": workspace} if workspace else {})}
    change = edits.set_workspace_settings(
        level="domain",
        domain_id="d-1",
        profile=None,
        resource_arn=f"arn:aws-cn:sagemaker:cn-north-1:{ACCOUNT}:domain/d-1",
        current_settings=before or None,
        S3KmsKeyId=KEY,
    )
    assert change.after == {**others, "WorkspaceSettings": {**workspace, "S3KmsKeyId": KEY}}
    sent = reverse(change).parameters["DefaultUserSettings"]["CanvasAppSettings"]
    assert {key: value for key, value in sent.items() if value} == before


RULES = st.lists(
    st.fixed_dictionaries({"AllowedMethods": st.just(["GET"]), "AllowedOrigins": st.lists(st.text(max_size=5))}),
    max_size=4,
)
POST = {"AllowedMethods": ["POST"], "AllowedOrigins": ["*"], "AllowedHeaders": ["*"]}


@given(RULES)
def test_cors_rules_are_merged_and_come_back(rules):
    current = {"CORSRules": rules} if rules else None
    change = edits.put_bucket_cors(**WHERE, current=current, rule=POST)
    assert change.after["CORSRules"] == [*rules, POST]
    back = reverse(change)
    assert back.operation == ("PutBucketCors" if rules else "DeleteBucketCors")
    assert edits.equal(back.after, current)


@given(st.sampled_from([None, "AES256", "aws:kms", "aws:kms:dsse"]), st.booleans())
def test_the_default_encryption_comes_back_as_it_was(algorithm, bucket_key):
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": algorithm}, "BucketKeyEnabled": bucket_key}
    current = None if algorithm is None else {"Rules": [{**rule, "BlockedEncryptionTypes": ["SSE-C"]}]}
    change = edits.put_bucket_encryption(**WHERE, current=current, key_arn=KEY)
    if current:
        assert change.after["Rules"][0]["BlockedEncryptionTypes"] == ["SSE-C"]
    back = reverse(change)
    assert edits.equal(back.after, current)
    assert back.operation == ("DeleteBucketEncryption" if current is None else "PutBucketEncryption")

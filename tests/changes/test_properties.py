"""Over generated documents: the failing request passes, nobody else's answer changes, undo restores."""

import json
import sys
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.append(str(Path(__file__).parents[1] / "edits"))

from generated_policies import KEY, ROLE, documents

from canvas_kms_tui import edits
from canvas_kms_tui.changes.merge import merged
from canvas_kms_tui.changes.others import concerned
from canvas_kms_tui.changes.record import from_json, to_json
from canvas_kms_tui.changes.reverse import reverse
from canvas_kms_tui.policy import Decision, Document, Layers, Principal, Request, evaluate

ACCOUNT = "210987654321"
NEEDED = ("kms:Decrypt", "kms:GenerateDataKey")
ACTIONS = (*NEEDED, "kms:Encrypt", "kms:CreateGrant", "kms:PutKeyPolicy", "kms:DescribeKey")
OTHERS = (
    Principal.role(f"arn:aws-cn:iam::{ACCOUNT}:role/abc"),
    Principal.role("arn:aws-cn:iam::123456123456:role/Import-Rolle"),
    Principal.user(f"arn:aws-cn:iam::{ACCOUNT}:user/Import-Rolle"),
    Principal.root(ACCOUNT, partition="aws-cn"),
    Principal.service("logs.amazonaws.com"),
    Principal.anonymous(),
)
VIA = {"kms:ViaService": "s3.cn-north-1.amazonaws.com.cn", "kms:CallerAccount": ACCOUNT}
ALL = Document.parse({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}, name="everything")


def append(document):
    return edits.append_key_policy_statement(
        document=document, key_arn=KEY, region="cn-north-1", role_arn=ROLE, actions=NEEDED, sid_hint="Use"
    )


def decide(document, principal, action, *, identity=()):
    layers = Layers(identity=identity, resource=(Document.parse(document, name="key policy"),))
    return evaluate(Request(principal, action, KEY, resource_account=ACCOUNT, context=VIA), layers).decision


@given(documents)
def test_after_the_fix_the_role_may_unless_something_denies_it(document):
    after = append(document).after
    for action in NEEDED:
        assert decide(after, Principal.role(ROLE), action) in (Decision.ALLOWED, Decision.EXPLICITLY_DENIED)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(documents, st.sampled_from(OTHERS), st.sampled_from(ACTIONS), st.booleans())
def test_nobody_elses_answer_changes(document, principal, action, has_everything):
    identity = (ALL,) if has_everything else ()
    after = append(document).after
    assert decide(document, principal, action, identity=identity) is decide(after, principal, action, identity=identity)


@given(documents, st.sampled_from(["kms:Encrypt", "kms:PutKeyPolicy", "kms:CreateGrant"]))
def test_the_role_itself_gains_only_what_was_needed(document, action):
    role = Principal.role(ROLE)
    assert decide(document, role, action) is decide(append(document).after, role, action)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(documents)
def test_the_proof_finds_nobody_else_either(document):
    assert concerned(append(document), role_arn=ROLE).affected == ()


@given(documents)
def test_undo_puts_the_document_back(document):
    change = append(document)
    back = reverse(change)
    assert edits.equal(back.after, document)
    assert edits.equal(json.loads(back.parameters["Policy"]), document)
    assert edits.equal(back.before, change.after)


@given(documents)
def test_a_change_survives_the_journal(document):
    change = append(document)
    assert from_json(json.loads(json.dumps(to_json(change)))) == change


@given(documents)
def test_merging_a_change_with_itself_or_another_of_ours_keeps_what_stood(document):
    first = append(document)
    second = edits.append_key_policy_statement(
        document=document,
        key_arn=KEY,
        region="cn-north-1",
        role_arn=f"{ROLE}2",
        actions=["kms:Encrypt"],
        sid_hint="Use",
    )
    (both,) = merged([first, second])
    role, other = Principal.role(ROLE), Principal.role(f"{ROLE}2")
    assert decide(both.after, role, "kms:Decrypt") is decide(first.after, role, "kms:Decrypt")
    assert decide(both.after, other, "kms:Encrypt") is decide(second.after, other, "kms:Encrypt")
    assert edits.equal(both.before, document)

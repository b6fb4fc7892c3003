"""AWS's own handles in a pasted message: an encoded part that STS decodes, an id that IAM tells details of."""

from __future__ import annotations

import base64
import contextlib
import json

import pytest
from diagnosing import changed, diagnosed

from canvas_kms_tui.evidence import look

QUIET = {"what_changed": False, "second_opinions": False, "who_else": False}
ID = "a1b2c3d4-5678-90ab-cdef-111122223333"


@pytest.fixture
async def told(fresh_demo):
    async with contextlib.AsyncExitStack() as stack:

        async def at(message: str, *, base: str = "two-causes", **patch):
            environment = changed({"target": {"error": message}, **patch}, base=base)
            found = await stack.enter_async_context(diagnosed(fresh_demo(environment)))
            return found, await look(found.facts, found.diagnosis, **QUIET)

        yield at


def encoded(action: str, resource: str, *, explicit: bool = True) -> str:
    content = {"allowed": False, "explicitDeny": explicit, "context": {"action": action, "resource": resource}}
    blob = base64.b64encode(json.dumps(content).encode()).decode()
    return f"You are not authorized to perform this operation. Encoded authorization failure message: {blob}"


async def test_an_encoded_message_is_decoded_and_its_cause_comes_first(told):
    found, after = await told(encoded("s3:PutObject", "arn:aws:s3:::sagemaker-eu-west-1-111122223333/Canvas/ana/x.csv"))
    assert found.most_likely == "source-object-key-denied"
    assert "Decoded: s3:PutObject" in after.said.text
    assert "canvas-prefix-denied" in after.said.causes
    assert after.said.message.startswith("You are not authorized")


async def test_an_encoded_message_that_may_not_be_decoded_says_which_permission_is_missing(told):
    denied = {"operator": {"denied": ["sts:DecodeAuthorizationMessage"]}}
    _, after = await told(encoded("kms:Decrypt", "*"), **denied)
    assert "sts:DecodeAuthorizationMessage" in after.said.text


async def test_a_text_that_is_no_encoded_message_is_no_crash(told):
    _, after = await told("Encoded authorization failure message: " + "A" * 40)
    assert "could not be decoded" in after.said.text


async def test_the_details_of_an_authorization_stand_beside_our_own_answer(told):
    key = "{key:artifacts}"
    deny = {
        "checkType": "SERVICE_CONTROL_POLICY",
        "evaluatedEffect": "EXPLICIT_DENY",
        "matchedPolicies": [{"uri": "arn:aws:organizations::1:policy/p-1", "matchedStatements": [{"sid": "No"}]}],
    }
    evaluation = {"action": "kms:GenerateDataKey", "resource": key, "evaluatedEffect": "EXPLICIT_DENY",
                  "checks": [deny]}  # fmt: skip
    message = f"AccessDeniedException: not authorized to perform: kms:GenerateDataKey (authorization id: {ID})"
    details = {ID: {"evaluations": [evaluation]}}
    found, after = await told(message, base="role-denied-kms", authorizations=details)
    (opinion,) = after.opinions
    assert (opinion.says, opinion.ours, opinion.agrees) == ("explicitly_denied", "implicitly_denied", False)
    assert "arn:aws:organizations::1:policy/p-1" in opinion.note
    assert after.said.causes == ("scp-denied",)
    assert after.verdict.most_likely == found.most_likely


async def test_an_id_that_iam_does_not_know_is_said(told):
    _, after = await told(f"AccessDenied: not authorized to perform: kms:Decrypt, authorization id: {ID}")
    assert "details could not be read" in after.said.text
    assert after.opinions == ()

"""What stands around a change: permissions, tags, Access Analyzer, the journal and the change request in words."""

import json
import re

import pytest
from kinds import KINDS, typed

from canvas_kms_tui import changes, edits
from canvas_kms_tui.aws.operations import Place
from canvas_kms_tui.aws.reads import READS
from canvas_kms_tui.aws.writes import WRITES
from canvas_kms_tui.changes import Proof
from canvas_kms_tui.changes.standing import boto3_name
from canvas_kms_tui.demo import environments
from canvas_kms_tui.findings import StepResult
from canvas_kms_tui.gateway import CallFailed, FailureKind
from canvas_kms_tui.report.change_request import change_request


@pytest.mark.parametrize("kind", KINDS)
async def test_the_policy_for_a_change_is_what_apply_and_undo_really_use(kind, fresh_demo, connect_to, journal):
    environment, build = KINDS[kind]
    demo = fresh_demo(environment)
    connection = await connect_to(demo)
    made = await build(connection, demo)
    known = len(demo.requests())
    outcome = await changes.apply(made, connection=connection, journal=journal, confirmed=typed(made))
    await changes.undo(outcome.entry_id, connection=connection, journal=journal)

    place = Place(connection.caller.partition, connection.region, connection.caller.account)
    used = set()
    for request in demo.requests()[known:]:
        call = request["service"], boto3_name(request["operation"])
        operation = READS.get(call) or WRITES[call]
        if call[0] != "sts":
            used.add((operation.actions[0], _last(operation.resource(request["params"], place))))
    policy = changes.policy_for(made)
    allowed = {
        (action, _last(statement["Resource"])) for statement in policy["Statement"] for action in statement["Action"]
    }
    assert used <= allowed
    assert {one for one in allowed - used if not _is_spared(one)} == set()
    assert not any(resource in ("*", "") for _, resource in allowed)


def _last(arn):
    """The resource's own name: a role's path is not in the request."""
    return arn.rpartition(":")[2].rpartition("/")[2]


def _is_spared(allowed):
    """What AWS may give a new bucket by itself (Block Public Access) is then not sent."""
    return allowed[0] == "s3:PutBucketPublicAccessBlock"


def test_the_policy_for_every_fix_names_account_and_region():
    policy = changes.policy_for_every_fix(partition="aws-cn", account="121212121212", region="cn-northwest-1")
    resources = [statement["Resource"] for statement in policy["Statement"]]
    assert "arn:aws-cn:kms:cn-northwest-1:121212121212:key/*" in resources
    assert "arn:aws-cn:iam::121212121212:role/*" in resources
    created = [s["Resource"] for s in policy["Statement"] if "s3:CreateBucket" in s["Action"]]
    assert created == ["arn:aws-cn:s3:::sagemaker-cn-northwest-1-121212121212"]
    attaching = [s.get("Condition") for s in policy["Statement"] if "iam:AttachRolePolicy" in s["Action"]]
    ours = "arn:aws-cn:iam::121212121212:policy/CanvasKmsImport-*"
    assert attaching == [{"ArnLike": {"iam:PolicyARN": ours}}], "whoever may attach any policy may do anything"
    allowed = {action for statement in policy["Statement"] for action in statement["Action"]}
    writes = {operation.actions[0] for operation in WRITES.values()}
    assert writes - allowed == SET_UP_ONLY
    assert allowed - writes <= {operation.actions[0] for operation in READS.values()}


#: What only the first-time set-up makes and takes away again.
SET_UP_ONLY = {
    "iam:CreateRole",
    "iam:DeleteRole",
    "kms:CreateAlias",
    "kms:CreateKey",
    "kms:DeleteAlias",
    "kms:EnableKeyRotation",
    "sagemaker:CreateDomain",
    "sagemaker:CreateUserProfile",
    "sagemaker:DeleteDomain",
    "sagemaker:DeleteUserProfile",
}


def key_policy():
    return edits.append_key_policy_statement(
        document={"Version": "2012-10-17", "Statement": []},
        key_arn="arn:aws:kms:eu-west-1:111122223333:key/k",
        region="eu-west-1",
        role_arn="arn:aws:iam::111122223333:role/R",
        actions=["kms:Decrypt"],
        sid_hint="Use",
    )


class Answering:
    """A gateway that gives one answer, or fails."""

    def __init__(self, *answers):
        self.answers, self.asked = list(answers), []

    async def call(self, service, operation, **params):
        self.asked.append((service, operation, params))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.mark.parametrize(
    ("name", "value", "owner"),
    [
        ("aws:cloudformation:stack-name", "lake", "CloudFormation stack lake"),
        ("ManagedBy", "Terraform", "Terraform (tag ManagedBy=Terraform)"),
        ("terraform_workspace", "prod", "Terraform (tag terraform_workspace=prod)"),
        ("team", "analytics", ""),
    ],
)
async def test_tags_tell_who_manages_a_resource(name, value, owner):
    gateway = Answering({"Tags": [{"TagKey": "a", "TagValue": "b"}, {"TagKey": name, "TagValue": value}]})
    assert await changes.managed_by(gateway, key_policy()) == owner


async def test_tags_that_may_not_be_read_tell_nothing():
    denied = CallFailed(FailureKind.DENIED, "kms", "list_resource_tags", code="AccessDeniedException")
    assert await changes.managed_by(Answering(denied), key_policy()) == ""


@pytest.mark.parametrize("kind", KINDS)
async def test_tags_of_every_kind_of_resource_can_be_asked(kind, fresh_demo, connect_to):
    environment, build = KINDS[kind]
    demo = fresh_demo(environment)
    connection = await connect_to(demo)
    for change in await build(connection, demo):
        assert await changes.managed_by(connection.gateway, change) == ""


FOUND = {"findings": [{"findingType": "ERROR", "issueCode": "BAD_THING", "findingDetails": "It is bad."}]}
CLEAN = {"findings": [{"findingType": "SUGGESTION", "issueCode": "X", "findingDetails": "Y"}]}


async def test_access_analyzers_new_errors_are_problems():
    validation = await changes.validate(Answering(FOUND, CLEAN), key_policy())
    assert validation.verified
    assert validation.problems == ("BAD_THING: It is bad.",)


async def test_errors_that_stood_before_are_not_ours():
    validation = await changes.validate(Answering(FOUND, FOUND), key_policy())
    assert (validation.verified, validation.problems) == (True, ())


async def test_where_access_analyzer_may_not_be_asked_nothing_is_verified():
    denied = CallFailed(FailureKind.DENIED, "accessanalyzer", "validate_policy", code="AccessDeniedException")
    validation = await changes.validate(Answering(denied), key_policy())
    assert not validation.verified
    assert "Not verified" in validation.text


async def test_settings_are_no_policy_to_validate():
    assert await changes.validate(Answering(), edits.enable_key(key_arn="a:b:c:d:e:f", region="r")) is None


async def test_the_journal_in_words_and_for_machines(fresh_demo, connect_to, journal):
    demo = fresh_demo("key-disabled")
    connection = await connect_to(demo)
    made = await KINDS["enabled key"][1](connection, demo)
    outcome = await changes.apply(made, connection=connection, journal=journal, confirmed=typed(made))
    text = changes.journal_text(journal.entries())
    assert outcome.entry_id in text
    assert "kms:EnableKey" in text
    (entry,) = json.loads(changes.journal_json(journal.entries()))["entries"]
    assert entry["result"] == "done"
    assert entry["account"] == demo.environment.account
    assert entry["changes"][0]["request_id"]
    assert changes.journal_text([]).startswith("The journal is empty")


def test_a_change_request_shows_what_why_proof_and_undo():
    change = edits.enable_key(key_arn="arn:aws:kms:eu-west-1:111122223333:key/abcdefgh", region="eu-west-1")
    target = environments.load("healthy").target
    plan = changes.Plan(target, "Enable the key", (("key-disabled=x", "key-disabled/enable"),), (change,), "It passes.")
    text = change_request(plan)
    for part in ("## Why", "It passes.", "aws kms enable-key", "compensating", "111122223333 abcdefgh"):
        assert part in text


def test_a_change_request_is_never_formatted_by_what_stands_in_the_account():
    hostile = "x|[y](http://z)<b>`*"
    target = environments.load("healthy").target
    step = StepResult("read", "Read", "s3:GetObject", f"arn:aws:s3:::b/{hostile}", "allowed", (), (), group="read")
    proof = Proof(True, hostile, (step,), (step,), asked=(hostile,))
    change = edits.enable_key(key_arn="arn:aws:kms:eu-west-1:111122223333:key/abcdefgh", region="eu-west-1")
    plan = changes.Plan(target, hostile, (), (change,), hostile)
    best = changes.RepairPlan((), (change,), proof, complete=True)
    text = change_request(plan, repair=best, advice=changes.Advice((hostile,), (hostile,)))
    outside = re.sub(r"(`+)[^`].*?\1", "", text)
    assert "](" not in outside.replace("\\]", "")
    assert "<b>" not in outside.replace("\\<", "")
    (row,) = [line for line in text.splitlines() if "s3:GetObject" in line]
    assert len(re.findall(r"(?<!\\)\|", row)) == 5

"""The printed policy is what a diagnosis takes: it allows every read that is made, and none that nothing makes."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from botocore import xform_name
from diagnosing import Recorded, connected, shipped

import canvas_kms_tui
from canvas_kms_tui.aws.operations import Place
from canvas_kms_tui.aws.operator_policy import read_policy
from canvas_kms_tui.aws.reads import READS
from canvas_kms_tui.aws.recorder import Recorder
from canvas_kms_tui.cli import main
from canvas_kms_tui.facts import Facts
from canvas_kms_tui.fleet.run import Plan, diagnose
from canvas_kms_tui.gateway import Caller
from canvas_kms_tui.policy import Decision, Document, Layers, Principal, Request, evaluate

PROGRAM = Path(canvas_kms_tui.__file__).parent
#: The doors and the doctor try what is on the list, and the stand-in answers it: that is no use of it.
NO_USERS = {"aws", "demo"}


def refused(seen: Recorded, policy: Document) -> Iterator[str]:
    """The reads of a recorded diagnosis that ``policy``, attached to the operator, does not allow."""
    caller, region = seen.case.caller, seen.case.region
    operator = Principal.role(f"arn:{caller.partition}:iam::{caller.account}:role/operator")
    for call in seen.case.calls:
        allowed = READS[call.service, call.operation]
        resource = allowed.resource(call.params, Place(caller.partition, call.region or region, caller.account))
        resource = resource.replace(":alias/", ":key/")  # KMS judges the key behind an alias
        for action in allowed.actions:
            # Whoever else has a say (another account's key policy), this is the operator's own side.
            request = Request(operator, action, resource, resource_account=caller.account)
            layers = Layers(identity=[policy], resource=[delegating(caller)] if call.service == "kms" else None)
            answer = evaluate(request, layers)
            if answer.decision is not Decision.ALLOWED:
                yield f"{action} on {resource}"


def delegating(caller: Caller) -> Document:
    """A key policy that leaves the decision to the account's IAM policies."""
    root = {"AWS": f"arn:{caller.partition}:iam::{caller.account}:root"}
    statement = {"Effect": "Allow", "Principal": root, "Action": "kms:*", "Resource": "*"}
    return Document.parse({"Version": "2012-10-17", "Statement": statement}, name="key policy")


@pytest.mark.parametrize("name", shipped())
async def test_the_printed_policy_allows_every_read_of_a_diagnosis(recorded, name):
    seen = await recorded(name)
    caller = seen.case.caller
    narrow = read_policy(caller.partition, account=caller.account, region=seen.case.region)
    assert list(refused(seen, Document.parse(narrow, name="the printed policy"))) == []


def test_without_account_and_region_it_is_the_same_policy_for_all(capsys):
    assert main(["--print-policy", "read-only"]) == 0
    assert json.loads(capsys.readouterr().out) == read_policy()


@pytest.mark.parametrize("name", ["two-causes", "vpc-endpoint", "access-point"])
async def test_nothing_goes_over_the_wire_that_is_not_on_the_list(fresh_demo, name):
    """Signing in, diagnosing, CloudTrail's evidence and what changed, and the proof of every fix."""
    demo = fresh_demo(name)
    async with connected(demo) as connection:
        facts = Facts(Recorder(connection), demo.environment.target)
        await diagnose(facts, Plan(since=timedelta(hours=1)))
    sent = {(one["service"], xform_name(one["operation"])) for one in demo.requests()}
    assert len(sent) > 20
    assert sent - READS.keys() == set()


def test_nothing_is_on_the_list_that_no_part_of_the_program_asks_for():
    asked = {text for source in sources() for text in strings(source)}
    assert [operation for _, operation in READS if operation not in asked] == []


def sources() -> Iterator[Path]:
    for path in PROGRAM.rglob("*.py"):
        if path.relative_to(PROGRAM).parts[0] not in NO_USERS:
            yield path


def strings(source: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value

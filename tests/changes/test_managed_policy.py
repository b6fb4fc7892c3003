"""Where a role's inline policies are full, the same is given by a managed policy; and taken back."""

import dataclasses
import json

import pytest
from kinds import account_documents

from canvas_kms_tui import edits
from canvas_kms_tui.aws.writes import check_write
from canvas_kms_tui.causes.role_denied_source import _resources
from canvas_kms_tui.changes import as_cli, as_cloudformation, as_terraform, planfile, policy_for
from canvas_kms_tui.changes.prove import prove_all
from canvas_kms_tui.changes.repair import repair
from canvas_kms_tui.changes.undo import undo
from canvas_kms_tui.demo import environments
from canvas_kms_tui.engine import diagnose
from canvas_kms_tui.facts import Facts
from canvas_kms_tui.target import Dataset

ROLE = "arn:aws:iam::111122223333:role/service-role/CanvasExecutionRole"
POLICY = "arn:aws:iam::111122223333:policy/CanvasKmsImport-CanvasExecutionRole"


def nearly_full():
    """Inline policies of 10,100 characters, none of them about the source's objects."""
    names = [f"arn:{{partition}}:s3:::elsewhere-{number:03}-{'y' * 40}/*" for number in range(140)]
    unrelated = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": names}
    decrypt = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "{key:sales}"}
    inline = {"Elsewhere": {"Statement": [unrelated]}, "SalesDataRead": {"Statement": [decrypt]}}
    entry = {"inline": inline, "attached": ["AmazonSageMakerFullAccess", "AmazonSageMakerCanvasFullAccess"]}
    return environments.load("healthy").moved(overrides={"roles": {"CanvasExecutionRole": entry}})


async def proposed(connection, demo):
    facts = Facts(connection.gateway, demo.environment.target)
    diagnosis = await prove_all(await diagnose(facts), facts)
    return await repair(diagnosis, facts)


async def test_full_inline_policies_are_not_the_end(fresh_demo, connect_to, journal):
    demo = fresh_demo(nearly_full())
    connection = await connect_to(demo)
    before = await account_documents(connection, demo)
    plan = await proposed(connection, demo)
    assert plan.complete
    assert [(change.operation, change.resource) for change in plan.changes] == [
        ("CreatePolicy", POLICY),
        ("AttachRolePolicy", ROLE),
    ]
    made = planfile.plan_of(plan, demo.environment.target)
    assert planfile.from_text(planfile.to_text(made)).changes == plan.changes
    outcome = await planfile.apply_plan(made, connection=connection, journal=journal, expect_account="111122223333")
    assert outcome.ok, outcome.text
    healthy = await diagnose(Facts(connection.gateway, demo.environment.target))
    assert healthy.verdict.status.value == "healthy"
    assert (await undo(outcome.entry_id, connection=connection, journal=journal)).ok
    assert await account_documents(connection, demo) == before
    sent = [each["operation"] for each in demo.requests()]
    assert [name for name in sent if name.endswith("Policy") and not name.startswith(("Get", "List"))] == [
        "CreatePolicy", "AttachRolePolicy", "DetachRolePolicy", "DeletePolicy",
    ]  # fmt: skip


def given(number=1, attached=()):
    statements = [
        {"Sid": "CanvasKmsRead", "Effect": "Allow", "Action": ["s3:GetObject"], "Resource": "arn:aws:s3:::b/k"}
    ]
    arn = edits.managed_policy_arn(ROLE, number)
    return edits.give_managed_policy(policy_arn=arn, role_arn=ROLE, attached=attached, statements=statements)


def test_a_role_that_has_ten_managed_policies_takes_no_more():
    with pytest.raises(edits.CannotEdit, match="10 managed policies"):
        given(attached=[f"arn:aws:iam::aws:policy/P{number}" for number in range(10)])


def test_names_stay_as_short_as_iam_wants_them():
    long = edits.managed_policy_arn(f"arn:aws:iam::111122223333:role/{'r' * 128}", 12)
    assert len(long.rsplit("/", 1)[-1]) == 128
    assert long.endswith("-12")


@pytest.mark.parametrize(
    ("operation", "wrong"),
    [
        ("create_policy", {"PolicyName": "Everything", "PolicyDocument": "{}"}),
        ("create_policy", {"PolicyName": "CanvasKmsImport-R", "PolicyDocument": "{}"}),
        ("delete_policy", {"PolicyArn": "arn:aws:iam::111122223333:policy/Somebodys"}),
        ("attach_role_policy", {"RoleName": "R", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}),
        ("attach_role_policy", {"RoleName": "R", "PolicyArn": "arn:aws:iam::111122223333:policy/Somebodys"}),
    ],
)
def test_the_writer_makes_and_attaches_no_other_policy(operation, wrong):
    with pytest.raises(PermissionError):
        check_write("iam", operation, wrong)


@pytest.mark.parametrize("widened", [{"Action": "s3:*"}, {"Resource": "*"}, {"Resource": ["*"]}, {"Action": None}])
def test_the_writer_makes_no_wide_policy(widened):
    document = {"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/k"} | widened]}
    with pytest.raises(PermissionError, match="named"):
        check_write("iam", "create_policy", {"PolicyName": "CanvasKmsImport-R", "PolicyDocument": json.dumps(document)})


def test_it_is_code_and_permissions_like_every_change():
    create, attach = given()
    assert check_write("iam", "create_policy", create.parameters).actions == ("iam:CreatePolicy",)
    assert "aws iam create-policy" in as_cli(create)
    assert "AWS::IAM::ManagedPolicy" in as_cloudformation(create)
    assert 'resource "aws_iam_policy"' in as_terraform(create)
    assert "# terraform import aws_iam_role_policy_attachment" in as_terraform(attach)
    statements = policy_for([create, attach])["Statement"]
    allowed = {s["Resource"]: s["Action"] for s in statements if "Condition" not in s}
    assert allowed[POLICY] == ["iam:CreatePolicy", "iam:DeletePolicy", "iam:GetPolicy", "iam:GetPolicyVersion"]
    assert allowed[ROLE] == ["iam:ListAttachedRolePolicies"]
    (attaching,) = [s for s in statements if "Condition" in s]
    assert attaching["Action"] == ["iam:AttachRolePolicy", "iam:DetachRolePolicy"]
    assert (attaching["Resource"], attaching["Condition"]) == (ROLE, {"ArnLike": {"iam:PolicyARN": POLICY}})


def test_two_fixes_of_one_role_share_one_policy():
    from canvas_kms_tui.changes.merge import merged

    (create, attach), (other, again) = given(), given()
    document = {**other.after, "Statement": [{**other.after["Statement"][0], "Resource": "arn:aws:s3:::b/other"}]}
    other = dataclasses.replace(other, after=document)
    one, two = merged([create, attach, other, again])
    assert (one.operation, two.operation) == ("CreatePolicy", "AttachRolePolicy")
    assert one.after["Statement"][0]["Resource"] == ["arn:aws:s3:::b/k", "arn:aws:s3:::b/other"]
    assert json.loads(one.parameters["PolicyDocument"]) == one.after


@pytest.mark.parametrize(
    ("datasets", "wanted"),
    [
        (["x/1.csv", "y/2.csv"], ["b/x/1.csv", "b/y/2.csv"]),
        (["x/", "y/2.csv"], ["b/x/*", "b/y/2.csv"]),
        (["x/a*b?$1.csv"], "b/x/a${*}b${?}${$}1.csv"),
    ],
)
def test_the_source_is_given_object_by_object_and_a_folder_only_where_it_is_imported(datasets, wanted):
    objects = [
        f"arn:aws:s3:::b/{name}part.csv" if name.endswith("/") else f"arn:aws:s3:::b/{name}" for name in datasets
    ]
    found = _resources("arn:aws:s3:::b", objects, [Dataset("b", name) for name in datasets])
    plain = [one.removeprefix("arn:aws:s3:::") for one in ([found] if isinstance(found, str) else found)]
    assert plain == ([wanted] if isinstance(wanted, str) else wanted)

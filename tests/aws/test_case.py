"""A recorded case gives the diagnosis that was seen live, and holds nothing that it should not."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from canvas_kms_tui import aws
from canvas_kms_tui.aws import case as cases
from canvas_kms_tui.aws.fields import FIELDS, kept
from canvas_kms_tui.aws.live import ConnectOptions, Credentials, connect
from canvas_kms_tui.aws.reads import READS
from canvas_kms_tui.aws.recorder import Recorder
from canvas_kms_tui.aws.replay import CaseGateway, open_case
from canvas_kms_tui.demo import environments, server
from canvas_kms_tui.engine import diagnose
from canvas_kms_tui.facts import Facts
from canvas_kms_tui.findings import CallStats, Diagnosis
from canvas_kms_tui.gateway import CallFailed, CannotConnect, Connection, FailureKind

SCHEMA = json.loads((Path(aws.__file__).parent / "case.schema.json").read_text())
NAMES = [summary.name for summary in environments.names() if summary.diagnosable]


async def open_demo(demo: server.RunningDemo, name: str) -> tuple[Connection, environments.Environment]:
    environment = environments.load(name)
    demo.load(environment)
    fake = environment.credentials
    isolated = Credentials(fake.access_key_id, fake.secret_access_key, fake.session_token)
    options = ConnectOptions(region=environment.region, endpoint_url=demo.endpoint_url, isolated=isolated)
    return await connect(options), environment


@pytest.fixture
async def a_case(recorded) -> cases.Case:
    return (await recorded("role-denied-kms")).case


def without_calls(diagnosis: Diagnosis) -> Diagnosis:
    return replace(diagnosis, calls=CallStats())


@pytest.mark.parametrize("name", NAMES)
async def test_a_case_gives_the_diagnosis_that_was_seen_live(recorded, tmp_path, name):
    seen = await recorded(name)
    path = tmp_path / "case.json.gz"
    cases.write(seen.case, path)
    connection, opened = open_case(path)
    assert opened.target is not None
    again = await diagnose(Facts(connection.gateway, opened.target))
    assert without_calls(again) == without_calls(seen.diagnosis)


async def test_an_old_case_is_judged_by_the_clock_of_its_recording(recorded):
    seen = (await recorded("healthy")).case
    then = datetime(2024, 3, 1, 12, 0, tzinfo=UTC)

    async def verdict(until: datetime) -> str:
        dated = replace(seen, recorded_at=then, calls=tuple(_allowed_until(until, call) for call in seen.calls))
        diagnosis = await diagnose(Facts(CaseGateway(dated), seen.target))
        return diagnosis.verdict.status.value

    assert await verdict(then + timedelta(days=1)) == "healthy"
    assert await verdict(then - timedelta(days=1)) == "broken"


def _allowed_until(until: datetime, call: cases.Recorded) -> cases.Recorded:
    """The call; what a key policy allows, it allows until then."""
    if call.operation != "get_key_policy":
        return call
    policy = json.loads(call.answer["Policy"])
    for statement in policy["Statement"]:
        statement["Condition"] = {"DateLessThan": {"aws:CurrentTime": f"{until:%Y-%m-%dT%H:%M:%SZ}"}}
    return replace(call, answer={**call.answer, "Policy": json.dumps(policy)})


async def test_the_events_asked_for_end_when_the_case_was_recorded(recorded):
    seen = (await recorded("healthy")).case
    old = replace(seen, recorded_at=datetime(2024, 3, 1, tzinfo=UTC))
    asked: list[datetime] = []

    class Watching(CaseGateway):
        async def call(self, service, operation, *, region=None, **params):
            asked.append(params["StartTime"])
            return {"Events": []}

    await Facts(Watching(old), seen.target).trail.lookup("EventName", "Decrypt", timedelta(days=1))
    assert asked == [datetime(2024, 2, 29, tzinfo=UTC)]


async def test_a_case_follows_its_schema(a_case):
    Draft202012Validator(SCHEMA).validate(json.loads(json.dumps(cases.as_json(a_case))))


@pytest.mark.parametrize("name", ["case.json", "case.json.gz"])
async def test_a_case_is_written_for_its_owner_alone(a_case, tmp_path, name):
    path = tmp_path / name
    cases.write(a_case, path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == [name]
    assert path.read_bytes().startswith(b"\x1f\x8b") == name.endswith(".gz")
    assert cases.read(path).calls == a_case.calls


async def test_a_call_that_was_not_recorded_says_how_to_record_it(a_case):
    with pytest.raises(CallFailed) as failed:
        await CaseGateway(a_case).call("kms", "describe_key", KeyId="another")
    assert failed.value.kind is FailureKind.NOT_RECORDED
    assert failed.value.action == "kms:DescribeKey"
    assert "--record" in failed.value.message
    assert f"--domain-id {a_case.target.domain_id}" in failed.value.message


async def test_a_write_cannot_be_asked_of_a_case(a_case, tmp_path):
    cases.write(a_case, tmp_path / "c.json")
    connection, _ = open_case(tmp_path / "c.json")
    assert connection.writer is None
    assert "recording" in connection.no_writer
    with pytest.raises(PermissionError):
        await connection.gateway.call("kms", "put_key_policy", KeyId="k")


async def test_a_denied_call_is_recorded_as_denied(recorded):
    case = (await recorded("operator-denied")).case
    denied = [call for call in case.calls if call.failure and call.failure["kind"] == "denied"]
    assert denied
    with pytest.raises(CallFailed) as failed:
        await CaseGateway(case).call(
            denied[0].service, denied[0].operation, region=denied[0].region, **denied[0].params
        )
    assert failed.value.kind is FailureKind.DENIED


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"not json", "not JSON"),
        (b"[]", "not a case file"),
        (b'{"case_version": "2"}', "version 2"),
        (b'{"case_version": "1"}', "lacks 'caller'"),
        (b"\x1f\x8bbroken", "cannot open the case"),
        (
            b'{"case_version":"1","caller":{"account":"1","arn":"a","partition":"aws"},"region":"r","recorded_at":"x","calls":[]}',
            "malformed",
        ),
        (
            b'{"case_version":"1","caller":{"account":"1","arn":"a","partition":"aws"},"region":"r",'
            b'"recorded_at":"2026-01-01T00:00:00Z","calls":[{"service":"s3","operation":"x"}]}',
            "neither answer nor failure",
        ),
    ],
)
def test_a_file_that_is_no_case_is_one_clear_line(tmp_path, content, says):
    path = tmp_path / "case.json"
    path.write_bytes(content)
    with pytest.raises(CannotConnect, match=says) as refused:
        open_case(path)
    assert refused.value.exit_code == 2
    assert str(path) in str(refused.value)


def test_a_missing_file_is_one_clear_line(tmp_path):
    with pytest.raises(CannotConnect, match="No such file"):
        open_case(tmp_path / "none.json")


async def test_a_case_of_an_older_version_opens_without_the_members_it_lacks(a_case, tmp_path):
    document = cases.as_json(a_case)
    for member in ("redacted", "tool"):
        del document[member]
    document["something_newer"] = 1
    path = tmp_path / "old.json"
    path.write_text(json.dumps(document))
    assert cases.read(path).calls == a_case.calls


def test_every_read_says_which_fields_a_case_may_hold():
    assert FIELDS.keys() == READS.keys()


def test_a_field_that_is_not_listed_is_left_out():
    head = {"ContentLength": 1, "Metadata": {"owner": "ann"}, "ETag": "x", "SSEKMSKeyId": "k"}
    assert kept("s3", "head_object", head) == {"ContentLength": 1, "SSEKMSKeyId": "k"}
    assert kept("s3", "get_object", {"Body": "secret"}) == {}


def test_a_cloudtrail_event_loses_addresses_and_access_keys():
    record = {
        "eventName": "Decrypt",
        "sourceIPAddress": "203.0.113.9",
        "userIdentity": {"accessKeyId": "AKIA", "arn": "a"},
    }
    answer = kept("cloudtrail", "lookup_events", {"Events": [{"Username": "u", "CloudTrailEvent": json.dumps(record)}]})
    assert json.loads(answer["Events"][0]["CloudTrailEvent"]) == {"eventName": "Decrypt", "userIdentity": {"arn": "a"}}


async def test_only_tags_that_a_policy_names_are_kept(moto_url):
    class Gateway:
        async def call(self, service, operation, *, region=None, **params):
            if operation == "get_role_policy":
                condition = {"StringEquals": {"aws:PrincipalTag/Team": "ml"}}
                return {
                    "PolicyDocument": {
                        "Statement": [{"Condition": condition, "Resource": "a/${aws:PrincipalTag/Site}"}]
                    }
                }
            return {
                "Tags": [
                    {"Key": key, "Value": "v"} for key in ("team", "Site", "cost", "aws:cloudformation:stack-name")
                ]
            }

        def stats(self):
            return CallStats()

        def now(self):
            return datetime.now(UTC)

    from canvas_kms_tui.gateway import Caller

    recorder = Recorder(
        Connection(Gateway(), Caller("111122223333", "arn:aws:iam::111122223333:user/u", "aws"), "r", "live")
    )
    await recorder.call("iam", "list_role_tags", RoleName="r")
    await recorder.call("iam", "get_role_policy", RoleName="r", PolicyName="p")
    tags = recorder.case(None).calls[0].answer["Tags"]
    assert [tag["Key"] for tag in tags] == ["team", "Site", "aws:cloudformation:stack-name"]


WRONG_KINDS = {
    "a text is a number": (lambda case: case["target"].update(error_text=7), "error_text is not a text"),
    "a list is a number": (lambda case: case["target"].update(datasets=5), "malformed"),
    "a call is a number": (lambda case: case.update(calls=[1]), "malformed"),
    "parameters are a list": (lambda case: case["calls"][0].update(params=[1]), "malformed"),
    "a failure's code is a number": (
        lambda case: case["calls"][0].update(answer=None, failure={"kind": "denied", "code": 3}),
        "failure.code is not a text",
    ),
    "settings are a number": (
        lambda case: next(call for call in case["calls"] if call["operation"] == "describe_user_profile").update(
            answer={"UserSettings": 5}
        ),
        "describe_user_profile: UserSettings is neither an object nor a list",
    ),
    "a version that moves the cursor": (lambda case: case.update(case_version="\x1b[2J\u202e9"), "upgrade it"),
}


@pytest.mark.parametrize("what", WRONG_KINDS)
async def test_a_case_whose_parts_are_of_the_wrong_kind_is_one_clear_line(a_case, tmp_path, what):
    spoil, says = WRONG_KINDS[what]
    document, path = cases.as_json(a_case), tmp_path / "case.json"
    document = json.loads(json.dumps(document))
    spoil(document)
    path.write_text(json.dumps(document))
    with pytest.raises(CannotConnect, match=says) as refused:
        open_case(path)
    assert refused.value.exit_code == 2
    assert "\n" not in str(refused.value)
    assert "\x1b" not in str(refused.value)


async def test_a_case_that_is_cut_off_links_to_itself_or_is_a_directory_is_one_clear_line(a_case, tmp_path):
    whole, cut, loop = (tmp_path / name for name in ("case.json.gz", "cut.json.gz", "loop.json"))
    cases.write(a_case, whole)
    cut.write_bytes(whole.read_bytes()[:500])
    loop.symlink_to(loop)
    for path in (cut, loop, tmp_path, tmp_path / "none.json"):
        with pytest.raises(CannotConnect) as refused:
            open_case(path)
        assert refused.value.exit_code == 2
        assert "\n" not in str(refused.value)

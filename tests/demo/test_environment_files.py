"""Environment files: what is wrong is said in one line with file, place and problem."""

from __future__ import annotations

import json
import re
from importlib.resources import files

import pytest

from canvas_kms_tui.demo import checks, environments, naming
from canvas_kms_tui.demo.environments import BadEnvironment

NAMES = [summary.name for summary in environments.names()]


def own_file(tmp_path, **changes):
    path = tmp_path / "mine.json"
    path.write_text(json.dumps({"version": 1, "extends": "healthy", "title": "Mine", **changes}))
    return str(path)


@pytest.mark.parametrize("name", NAMES)
def test_every_shipped_file_holds_to_the_schema_and_to_itself(name):
    environment = environments.load(name)
    assert list(checks.against_schema(environment.written)) == []
    assert list(checks.against_itself(environment.document)) == []


def test_a_file_of_ones_own_is_loaded(tmp_path):
    environment = environments.load(own_file(tmp_path, account="444455556666"))
    assert environment.title == "Mine"
    assert environment.target.account == "444455556666"
    assert all(":444455556666:" in arn for arn in environment.document["keys"])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"account": "12345"}, "/account: '12345' does not match"),
        ({"keys": {"artifacts": {"state": "Broken"}}}, "/keys/artifacts/state: 'Broken' is not one of"),
        (
            {"keys": {"artifacts": {"colour": "red"}}},
            "/keys/artifacts: Additional properties are not allowed ('colour'",
        ),
        ({"buckets": {"sales": {"name": "{bucket:sails}"}}}, "buckets declares no 'sails'"),
        ({"target": {"profile": "nobody"}}, "/target/profile: the Domain has no user profile 'nobody'"),
        ({"target": {"datasets": ["s3://UPPER/x.csv"]}}, "/target/datasets/0: dataset 's3://UPPER/x.csv'"),
        ({"roles": {"NightlyReports": {"attached": ["NoSuch"]}}}, "/roles/NightlyReports: no policy 'NoSuch'"),
        ({"operator": {"arn": "arn:aws:iam::999988887777:user/eve"}}, "/operator/arn: "),
        ({"extends": "healthi"}, "/extends: 'healthi' is no shipped environment"),
        ({"keys": {"artifacts": {"created": "2026-02-31"}}}, "'2026-02-31' is no time"),
        ({"variables": {"x": "y"}, "description": "{team}"}, "/description: unknown variable {team}"),
    ],
)
def test_a_mistake_is_named_with_its_place_in_one_line(tmp_path, changes, said):
    path = own_file(tmp_path, **changes)
    with pytest.raises(BadEnvironment) as caught:
        environments.load(path)
    message = str(caught.value)
    assert message.startswith(path)
    assert said in message
    assert "\n" not in message


def test_broken_json_is_named_with_line_and_column(tmp_path):
    path = tmp_path / "mine.json"
    path.write_text('{"version": 1,\n "title": }')
    with pytest.raises(BadEnvironment, match=r"mine\.json: line 2 column 11"):
        environments.load(str(path))


def test_a_member_given_twice_is_refused(tmp_path):
    path = tmp_path / "mine.json"
    path.write_text('{"version": 1, "title": "a", "title": "b"}')
    with pytest.raises(BadEnvironment, match="'title' is given twice"):
        environments.load(str(path))


def test_an_unknown_name_suggests_the_nearest():
    with pytest.raises(BadEnvironment, match="did you mean 'role-denied-kms'"):
        environments.load("role-denid-kms")


def test_policy_variables_are_not_references(tmp_path):
    policy = {"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b/${aws:username}/*"}]}
    environment = environments.load(own_file(tmp_path, roles={"NightlyReports": {"inline": {"Own": policy}}}))
    assert environment.document["roles"]["NightlyReports"]["inline"]["Own"] == policy


def test_another_region_brings_its_partition():
    moved = environments.load("healthy").moved(region="cn-north-1")
    assert moved.partition == "aws-cn"
    assert all(arn.startswith("arn:aws-cn:kms:cn-north-1:") for arn in moved.document["keys"])
    assert "sagemaker-cn-north-1-111122223333" in moved.document["buckets"]


def test_overrides_make_a_variant():
    variant = environments.load("healthy").moved(overrides={"keys": {"artifacts": {"state": "Disabled"}}})
    assert [key["state"] for key in variant.document["keys"].values() if "state" in key] == ["Disabled"]


def test_the_example_of_the_documentation_is_a_valid_file(tmp_path):
    text = (files("canvas_kms_tui.demo") / "ENVIRONMENTS.md").read_text("utf-8")
    path = tmp_path / "example.json"
    path.write_text(text.split("```json\n", 1)[1].split("```", 1)[0])
    environment = environments.load(str(path))
    assert environment.target.user_profile == "ben"
    assert environment.region == "ap-southeast-2"


def test_every_reference_of_the_documentation_is_known():
    text = (files("canvas_kms_tui.demo") / "ENVIRONMENTS.md").read_text("utf-8")
    table = text.split("## References", 1)[1].split("##", 1)[0]
    document = environments.load("healthy").written
    stands = {"role": "NightlyReports", "role_name": "NightlyReports", "role_id": "NightlyReports", "profile": "ana",
              "key": "sales", "key_id": "sales", "alias": "sales", "bucket": "sales", "domain": "analytics",
              "policy": "TagOnlyOwnStacks"}  # fmt: skip
    for kind in set(re.findall(r"\{([a-z_]+):", table)) - {"user", "aws"}:
        assert naming.Names(document, "").resolve(kind, stands[kind])

"""``--bundle``: redacted to the last string, whole, and as good for a diagnosis as the account itself."""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from diagnosing import shipped
from program import run, the_line
from test_batch import access, live, target

from canvas_kms_tui.demo.environments import Environment

MEMBERS = ["manifest.json", "case.json", "diagnosis.json", "diagnosis.md", "abilities.json", "warnings.json"]


def bundled(demo, place: Path, *arguments: str, code: int = 1):
    """The finished run whose bundle is ``place``."""
    given = ["--bundle", str(place), "--endpoint-url", demo.endpoint_url, *target(demo), *arguments]
    done = run(*given, env=access(demo))
    assert done.returncode == code, done.stderr
    return done


def members(place: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(place) as zipped:
        return {name: zipped.read(name) for name in zipped.namelist()}


def strings(value: Any) -> Iterator[str]:
    """Every string of a JSON document, keys too, and those of the JSON documents inside them."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield name
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)
    else:
        yield str(value)
        if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
            with contextlib.suppress(ValueError):
                yield from strings(json.loads(value))


def originals(environment: Environment) -> set[str]:
    """Names and numbers that tell whose account it is."""
    document, target = environment.document, environment.target
    text = json.dumps(document)
    found = {environment.account, target.domain_id, target.user_profile}
    found |= set(re.findall(r"(?<!\d)\d{12}(?!\d)", text))
    found |= set(re.findall(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", text))
    found |= set(re.findall(r"\b(?:vpc|subnet|vpce|ou|r|o|p)-[a-z0-9-]*\d[a-z0-9-]*\b", text))
    found |= {alias.removeprefix("alias/") for key in document["keys"].values() for alias in key["aliases"]}
    for part in ("roles", "buckets", "users"):
        found |= {name.rsplit("/", 1)[-1] for name in document.get(part, {})}
    found |= {dataset.uri.removeprefix("s3://").partition("/")[2] for dataset in target.datasets}
    return {name for name in found if not name.startswith("aws/") and "sagemaker" not in name.lower() and len(name) > 2}


EACH_TIME = ("two-causes", "scp-denied", "operator-denied")


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in EACH_TIME else pytest.mark.slow) for name in shipped()]
)
def test_no_original_name_or_number_is_in_any_string_of_any_member(fresh_demo, tmp_path, name):
    demo = fresh_demo(name)
    place = tmp_path / "bundle.zip"
    flags = ["--local-upload"] if demo.environment.target.local_upload else []
    bundled(demo, place, *flags, code=demo.environment.expect["exit"])
    assert json.loads(members(place)["manifest.json"])["diagnoses_the_same"] is True
    mapping = json.loads((tmp_path / "bundle.zip.mapping.json").read_text())
    wanted = originals(demo.environment) | set(mapping["ids"])
    assert len(wanted) > 8
    pattern = re.compile("|".join(rf"(?<![A-Za-z0-9]){re.escape(each)}(?![A-Za-z0-9])" for each in wanted))
    for member, data in members(place).items():
        text = data.decode()
        for string in (text, member, *(strings(json.loads(text)) if member.endswith(".json") else ())):
            assert not pattern.search(string), f"{member}: {pattern.search(string)}"


def test_the_bundle_diagnoses_as_the_account_does_and_as_it_says_itself(fresh_demo, tmp_path):
    demo = fresh_demo("two-causes")
    place = tmp_path / "bundle.zip"
    bundled(demo, place)
    there = json.loads(live(demo, "--format", "json", *target(demo)).stdout)["diagnoses"][0]
    opened = run("--batch", "--format", "json", "--case", str(place))
    assert opened.returncode == 1
    here = json.loads(opened.stdout)["diagnoses"]
    inside = members(place)
    assert here == json.loads(inside["diagnosis.json"])["diagnoses"]
    rows = [sorted((each["cause"], each["status"]) for each in found["findings"]) for found in (there, here[0])]
    assert rows[0] == rows[1]
    assert here[0]["verdict"]["most_likely"] == there["verdict"]["most_likely"]
    assert [step["decision"] for step in here[0]["import_path"]] == [step["decision"] for step in there["import_path"]]
    assert json.loads(inside["manifest.json"])["diagnoses_the_same"] is True
    (tmp_path / "case.json").write_bytes(inside["case.json"])
    assert (
        json.loads(run("--batch", "--format", "json", "--case", str(tmp_path / "case.json")).stdout)["diagnoses"]
        == here
    )
    assert inside["diagnosis.md"].decode().startswith("## ✗")


def test_it_is_for_its_owner_alone_and_says_what_it_holds(fresh_demo, tmp_path):
    place = tmp_path / "bundle.zip"
    done = bundled(fresh_demo("role-denied-kms"), place)
    assert {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == {
        "bundle.zip": 0o600,
        "bundle.zip.mapping.json": 0o600,
    }
    inside = members(place)
    assert list(inside) == MEMBERS
    assert all(name in done.stdout for name in MEMBERS)
    assert "Replaced: " in done.stdout
    assert f"Mapping: {place}.mapping.json" in done.stdout
    manifest = json.loads(inside["manifest.json"])
    assert [(each["name"], each["bytes"], each["sha256"]) for each in manifest["members"]] == [
        (name, len(inside[name]), hashlib.sha256(inside[name]).hexdigest()) for name in MEMBERS[1:]
    ]
    assert manifest["tool"]["version"]
    assert set(manifest["machine"]) == {"system", "python", "boto3", "botocore"}
    assert manifest["source"] == "live"


def test_it_says_what_the_caller_may_read_as_the_doctor_does(fresh_demo, tmp_path):
    demo = fresh_demo("operator-denied")
    place = tmp_path / "bundle.zip"
    bundled(demo, place, code=3)
    said = json.loads(members(place)["abilities.json"])
    assert said["tried"] is True
    denied = {each["action"] for each in said["reads"] if each["state"] == "denied"}
    doctor = run("--doctor", "--endpoint-url", demo.endpoint_url, env=access(demo)).stdout
    assert denied == set(re.findall(r"✗ (\S+)", doctor))
    assert denied


def test_with_batch_stdout_is_the_report_and_stderr_the_list(fresh_demo, tmp_path):
    done = bundled(fresh_demo("role-denied-kms"), tmp_path / "bundle.zip", "--batch", "--format", "json")
    assert json.loads(done.stdout)["source"] == "live"
    assert done.stderr.startswith("Bundle: ")


def test_a_case_is_bundled_without_asking_anything_and_a_redacted_one_keeps_its_pseudonyms(fresh_demo, tmp_path):
    demo = fresh_demo("role-denied-kms")
    case, first, second = (str(tmp_path / name) for name in ("case.json", "first.zip", "second.zip"))
    live(demo, "--record", case, *target(demo))
    assert run("--case", case, "--bundle", first).returncode == 1
    inside = members(Path(first))
    assert json.loads(inside["abilities.json"])["tried"] is False
    assert demo.environment.account not in b"".join(inside.values()).decode()
    again = run("--case", first, "--bundle", second)
    assert "redacted already" in again.stdout
    assert members(Path(second))["case.json"] == inside["case.json"]


def test_a_demo_can_be_bundled_and_what_was_warned_of_is_in_it_without_a_name(tmp_path):
    place, file = tmp_path / "bundle.zip", tmp_path / "suppress.toml"
    entry = 'cause = "cors-missing"\nresource = "arn:aws:s3:::acme-sales"\nreason = "acme knows"\nuntil = 2020-12-31\n'
    file.write_text(f"[[suppress]]\n{entry}")
    assert run("--demo", "healthy", "--bundle", str(place), "--suppress", str(file)).returncode == 0
    assert json.loads(members(place)["manifest.json"])["source"] == "demo"
    assert "the suppression of cors-missing ran out on 2020-12-31" in json.loads(members(place)["warnings.json"])
    assert b"acme" not in b"".join(members(place).values())


def test_a_bundle_that_was_changed_is_not_opened(tmp_path, fresh_demo):
    place, changed = tmp_path / "bundle.zip", tmp_path / "changed.zip"
    bundled(fresh_demo("role-denied-kms"), place)
    with zipfile.ZipFile(changed, "w") as zipped:
        for name, data in members(place).items():
            zipped.writestr(name, data.replace(b"kms:Decrypt", b"kms:Encrypt") if name == "case.json" else data)
    done = run("--batch", "--case", str(changed))
    assert done.returncode == 2
    assert "was changed since" in the_line(done)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ({}, "it lacks manifest.json"),
        ({"manifest.json": "{}"}, "it lacks members"),
        ({"manifest.json": '{"members": [1]}', "case.json": "{}"}, "is no bundle"),
        ({"manifest.json": "x"}, "is no bundle"),
    ],
)
def test_a_zip_that_is_no_bundle_is_named(tmp_path, content, says):
    place = tmp_path / "other.zip"
    with zipfile.ZipFile(place, "w") as zipped:
        for name, text in {"readme.txt": "", **content}.items():
            zipped.writestr(name, text)
    done = run("--batch", "--case", str(place))
    assert done.returncode == 2
    assert says in the_line(done)


def test_a_place_that_takes_no_bundle_is_said_before_anything_is_asked(tmp_path):
    done = run("--demo", "--bundle", str(tmp_path / "none" / "bundle.zip"))
    assert done.returncode == 2
    assert "--bundle" in the_line(done)

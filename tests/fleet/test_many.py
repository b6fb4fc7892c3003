"""Many targets from the command line: what is meant, what is said first, the same numbers in each format."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

import jsonschema
import pytest
from fleet import running
from fleet.world import ROLE, World, build
from junitparser import JUnitXml
from py_ocsf_models.events.findings.compliance_finding import ComplianceFinding

from canvas_kms_tui.demo import server
from canvas_kms_tui.demo.server import RunningDemo
from canvas_kms_tui.report.dump import schema_text

FORMATS = ("text", "json", "jsonl", "markdown", "html", "junit", "ocsf")
VALIDATOR = jsonschema.Draft202012Validator(json.loads(schema_text()))


@pytest.fixture(scope="module")
def fleet() -> Iterator[tuple[World, RunningDemo]]:
    """Five accounts, the last closed; the hub has the healthy environment's own Domain."""
    world = build(5, 2, 3, closed=1)
    with server.start(world.environment) as demo:
        yield world, demo


@pytest.fixture(scope="module")
def everything(fleet, tmp_path_factory):
    """One run in every format."""
    world, demo = fleet
    folder = tmp_path_factory.mktemp("fleet")
    accounts = running.accounts_file(world, folder)
    done = running.run(world, "--endpoint-url", demo.endpoint_url, "--accounts", str(accounts),
                       "--format", ",".join(FORMATS), "--output", str(folder / "out"))  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert done.stdout == ""
    return world, folder / "out"


def test_the_dump_is_valid_and_says_of_each_target_what_is_right(everything):
    world, out = everything
    dump = json.loads((out / "fleet.json").read_text())
    assert [error.message for error in VALIDATOR.iter_errors(dump)] == []
    lines = (out / "fleet.jsonl").read_text().splitlines()
    assert running.said(lines) == world.expected()
    assert running.said(json.dumps(each) for each in dump["diagnoses"]) == world.expected()


def test_the_summary_counts_and_names_the_change_that_repairs_most(everything):
    world, out = everything
    summary = json.loads((out / "fleet.json").read_text())["summary"]
    verdicts = Counter(verdict for verdict, _ in world.expected().values())
    assert {name: count for name, count in summary["verdicts"].items() if count} == dict(verdicts)
    assert summary["targets"] == len(world.expected())
    assert summary["domains"] == 8
    assert summary["repairs"][0]["repairs"] == 6  # both Domains of an account share the key
    assert [each["account"] for each in summary["not_entered"]] == list(world.closed)
    fails = {each["cause"]: each["fail"] for each in summary["causes"] if each["fail"]}
    assert fails == Counter(cause for verdict, cause in world.expected().values() if verdict == "broken")


def test_every_format_has_the_same_numbers(everything):
    _, out = everything
    dump = json.loads((out / "fleet.json").read_text())
    first = "25 targets in 5 accounts: 12 broken, 12 healthy, 1 incomplete. One change to the key "
    assert (out / "fleet.text").read_text().splitlines()[2].startswith(first)
    findings = sum(len(each["findings"]) for each in dump["diagnoses"])
    suites = JUnitXml.fromfile(str(out / "fleet.junit"))
    assert suites.tests == findings == sum(suite.tests for suite in suites)
    assert suites.failures == sum(each["coverage"]["fail"] for each in dump["diagnoses"])
    events = json.loads((out / "fleet.ocsf").read_text())
    assert len(events) == findings
    for event in events[:: len(events) // 20]:
        ComplianceFinding.model_validate(event)
    for name in ("markdown", "html"):
        text = (out / f"fleet.{name}").read_text()
        assert first in text
        assert "repairs 6 of 12 broken" in text


def test_each_target_has_a_report_of_its_own_beside_the_whole(everything):
    world, out = everything
    whole = {path.name for path in out.iterdir()}
    for account, region, domain, profile in world.expected():
        stem = f"{account}_{region}_{domain}_{profile}".replace("*", "all")
        assert {f"{stem}.{name}" for name in FORMATS} <= whole


def test_an_account_that_cannot_be_entered_says_which_call_was_refused(everything):
    world, out = everything
    (closed,) = [
        each
        for each in json.loads((out / "fleet.json").read_text())["diagnoses"]
        if each["target"]["account"] in world.closed
    ]
    (finding,) = closed["findings"]
    assert closed["verdict"]["status"] == "incomplete"
    assert finding["could_not_check"]["action"] == "sts:AssumeRole"
    assert finding["could_not_check"]["grant"]["Resource"] == f"arn:aws:iam::{world.closed[0]}:role/{ROLE}"


@pytest.mark.parametrize("form", ["text", "markdown", "junit"])
def test_stdout_is_data_and_the_exit_code_is_that_of_the_others(fleet, tmp_path, form):
    world, demo = fleet
    accounts = running.accounts_file(world, tmp_path)
    done = running.run(world, "--endpoint-url", demo.endpoint_url, "--accounts", str(accounts), "--format", form,
                       "--workers", "1", "--only", "key-disabled")  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == ""
    assert "targets in 5 accounts" in done.stdout


def test_the_organization_s_accounts_are_entered_and_suspended_ones_said(fleet):
    world, demo = fleet
    done = running.run(world, "--endpoint-url", demo.endpoint_url, "--organization", "--account-role", ROLE,
                       "--format", "json", "--only", "key-disabled")  # fmt: skip
    summary = json.loads(done.stdout)["summary"]
    assert summary["left_out"] == [{"account": "999999999999", "reason": "the organization says SUSPENDED"}]
    assert len(summary["not_entered"]) == 5  # a role of the organization has no external id
    assert summary["accounts"] == 6  # and the hub itself, as who we are
    assert summary["verdicts"]["healthy"] == 2
    assert done.returncode == 3


def test_a_place_without_domains_is_said_and_is_not_healthy(fleet):
    world, demo = fleet
    done = running.run(world, "--endpoint-url", demo.endpoint_url, "--regions", "ap-southeast-2", "--format", "json")
    dump = json.loads(done.stdout)
    assert [error.message for error in VALIDATOR.iter_errors(dump)] == []
    assert dump["summary"]["empty"] == [{"account": "111122223333", "region": "ap-southeast-2", "domain_id": None}]
    assert dump["diagnoses"] == []
    assert done.returncode == 3
    text = running.run(world, "--endpoint-url", demo.endpoint_url, "--regions", "ap-southeast-2")
    assert "Nothing was diagnosed" in text.stdout
    assert "no SageMaker Domain" in text.stdout


def test_one_profile_of_every_domain_can_be_meant(fleet, tmp_path):
    world, demo = fleet
    accounts = running.accounts_file(world, tmp_path)
    done = running.run(world, "--endpoint-url", demo.endpoint_url, "--accounts", str(accounts), "--format", "jsonl",
                       "--user-profile", "user-1-2", "--only", "key-disabled")  # fmt: skip
    assert {key[3] for key in running.said(done.stdout.splitlines())} == {"user-1-2", "*"}


def test_suppressed_findings_count_nowhere_and_a_comparison_is_told(fleet, tmp_path):
    world, demo = fleet
    base = ["--endpoint-url", demo.endpoint_url, "--accounts", str(running.accounts_file(world, tmp_path)),
            "--only", "key-disabled", "--format", "json"]  # fmt: skip
    first = running.run(world, *base)
    (tmp_path / "old.json").write_text(first.stdout)
    broken = [each for each in json.loads(first.stdout)["diagnoses"] if each["verdict"]["status"] == "broken"]
    resource = next(one["resource"] for one in broken[0]["findings"] if one["status"] == "fail")
    (tmp_path / "s.toml").write_text(
        f'[[suppress]]\ncause = "key-disabled"\nresource = "{resource}"\nreason = "known"\nuntil = 2099-01-01\n'
    )
    done = running.run(world, *base, "--suppress", str(tmp_path / "s.toml"), "--compare", str(tmp_path / "old.json"))
    dump = json.loads(done.stdout)
    assert done.returncode == 3  # the closed account is left
    assert sum("suppressed" in each for each in dump["diagnoses"]) == len(broken)
    assert [each["cause"] for each in dump["summary"]["causes"] if each["fail"]] == []
    assert all(each["compared"]["new"] == [] for each in dump["diagnoses"])


WRONG = {
    ("--workers", "2"): "--workers is for many targets",
    ("--all-domains", "--case", "x.json"): "--case has no meaning with --all-domains",
    ("--all-domains", "--record", "x.json"): "--record has no meaning with --all-domains",
    ("--organization", "--accounts", "x"): "one list of accounts at a time",
    ("--accounts", "x.toml", "--role-arn", "arn:aws:iam::111122223333:role/R"): "--role-arn has no meaning",
    ("--accounts", "/nonexistent/x.toml"): "--accounts /nonexistent/x.toml: No such file",
    ("--all-domains", "--domain-id", "d-abc"): "one Domain or all of them",
    ("--regions", "Ireland"): "'Ireland' is not of the form",
    ("--all-domains", "--scheduler", "localhost"): "is not of the form tcp://",
    ("--all-domains", "--workers", "0"): "no number from 1 to 512",
}


@pytest.mark.parametrize("flags", WRONG, ids=" ".join)
def test_flags_that_cannot_be_meant_are_told_in_a_line(flags):
    done = running.run(build(1, 1, 1), *flags)
    assert done.returncode == 2
    assert WRONG[flags] in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


def test_calls_grow_with_roles_keys_and_buckets_not_with_profiles():
    world = build(1, 1, 120)
    with server.start(world.environment) as demo:
        role = f"arn:aws:iam::{world.accounts[0]}:role/{ROLE}"
        done = running.run(world, "--endpoint-url", demo.endpoint_url, "--all-user-profiles", "--format", "jsonl",
                           "--role-arn", role, "--external-id", f"x-{world.accounts[0]}")  # fmt: skip
        assert running.said(done.stdout.splitlines()) == world.expected()
        assert len(demo.requests()) <= 120 + 60

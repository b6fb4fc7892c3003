"""Changes from the shell: plan, apply, look at the journal, undo; each as a process of its own, over HTTP."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from program import run, the_line
from test_batch import access, target

from canvas_kms_tui.demo import environments
from canvas_kms_tui.demo.server import RunningDemo


class Shell:
    """One user at one account, with a journal of their own."""

    def __init__(self, demo: RunningDemo, place: Path) -> None:
        self.demo, self.place = demo, place
        self.account = demo.environment.account
        self.env = {**access(demo), "CANVAS_KMS_TUI_STATE_DIR": str(place / "state")}

    def run(self, *arguments: str):
        return run("--endpoint-url", self.demo.endpoint_url, *arguments, env=self.env)

    def plan(self, *more: str):
        return self.run("--plan", str(self.place / "plan.json"), *target(self.demo), *more)

    def apply(self, *more: str):
        return self.run("--apply-plan", str(self.place / "plan.json"), "--expect-account", self.account, *more)

    def verdict(self) -> str:
        done = self.run("--batch", "--format", "json", *target(self.demo))
        return json.loads(done.stdout)["diagnoses"][0]["verdict"]["status"]

    def writes(self) -> list[dict[str, Any]]:
        reads = ("Get", "List", "Describe", "Head", "Lookup", "Simulate", "Validate", "Assume")
        return [each for each in self.demo.requests() if not each["operation"].startswith(reads)]


@pytest.fixture
def shell(fresh_demo, tmp_path: Path) -> Shell:
    return Shell(fresh_demo("role-denied-kms"), tmp_path)


def test_a_plan_is_applied_listed_and_taken_back(shell):
    planned = shell.plan()
    assert planned.returncode == 1
    assert planned.stdout.startswith("# Change request: ")
    assert shell.writes() == []
    applied = shell.apply()
    assert applied.returncode == 0, applied.stderr
    assert "Checked again: HEALTHY" in applied.stdout
    assert shell.verdict() == "healthy"
    (entry,) = json.loads(shell.run("--journal", "--format", "json").stdout)["entries"]
    assert entry["id"] in applied.stdout
    assert entry["id"] in shell.run("--journal").stdout
    undone = shell.run("--undo", entry["id"], "--expect-account", shell.account)
    assert undone.returncode == 0, undone.stderr
    assert shell.verdict() == "broken"
    assert [each["operation"] for each in shell.writes()] == ["PutKeyPolicy", "PutKeyPolicy"]


def test_a_plan_is_refused_once_what_it_was_made_from_has_changed(shell):
    shell.plan()
    assert shell.apply().returncode == 0
    again = shell.apply()
    assert again.returncode == 5
    the_line(again)
    assert len(shell.writes()) == 1


def test_an_edited_plan_is_refused(shell):
    shell.plan()
    file = shell.place / "plan.json"
    file.write_text(file.read_text().replace("kms:Decrypt", "kms:*"))
    done = shell.apply()
    assert done.returncode == 5
    assert "edited" in the_line(done)
    assert shell.writes() == []


def test_a_plan_of_another_account_is_refused_with_4(shell):
    shell.plan()
    file = str(shell.place / "plan.json")
    done = shell.run("--apply-plan", file, "--expect-account", "999988887777")
    assert done.returncode == 4
    the_line(done)
    assert shell.writes() == []


@pytest.mark.parametrize("flag", ["--apply-plan", "--undo"])
def test_whoever_writes_says_which_account_they_mean(shell, flag):
    done = shell.run(flag, "anything")
    assert done.returncode == 2
    assert "say which one with --expect-account" in the_line(done)


def test_read_only_refuses_to_apply(shell):
    shell.plan()
    done = shell.apply("--read-only")
    assert done.returncode == 5
    assert "--read-only" in the_line(done)
    assert shell.writes() == []


def test_a_dangerous_change_wants_its_text(fresh_demo, tmp_path):
    shell = Shell(fresh_demo("key-disabled"), tmp_path)
    shell.plan()
    refused = shell.apply()
    assert refused.returncode == 5
    assert shell.writes() == []
    confirm = json.loads((tmp_path / "plan.json").read_text())["changes"][0]["confirm"]
    assert confirm in the_line(refused)
    assert shell.apply("--confirm", confirm).returncode == 0
    assert shell.verdict() == "healthy"


def test_the_change_request_says_who_else_and_the_other_ways(shell):
    shown = shell.plan("--alternative", "1").stdout
    assert "an inline policy of the role" in shown.splitlines()[0]
    assert "ben has the same execution role and gains the same" in shown
    request = shell.plan().stdout
    assert "1. Let the role CanvasExecutionRole use the key: an inline policy of the role" in request
    assert "other principal" in request
    assert "In PowerShell:" in request
    done = shell.plan("--alternative", "9")
    assert done.returncode == 2
    assert "there are 1 other ways" in the_line(done)


def test_a_resource_that_a_stack_manages_is_warned_of_with_code_first(fresh_demo, tmp_path):
    tags = {"keys": {"artifacts": {"tags": {"aws:cloudformation:stack-name": "lake"}}}}
    shell = Shell(fresh_demo(environments.load("role-denied-kms").moved(overrides=tags)), tmp_path)
    request = shell.plan().stdout
    assert "is probably managed by CloudFormation stack lake: a direct edit will drift" in request
    assert request.index("Preferred, as code") < request.index("In bash:")
    exported = shell.run("--export-fixes", "terraform", *target(shell.demo)).stdout
    assert "CloudFormation stack lake" in exported


def test_public_access_is_checked_on_request_alone(shell):
    assert "CheckNoPublicAccess" not in shell.plan().stdout
    assert "CheckNoPublicAccess" not in [each["operation"] for each in shell.demo.requests()]
    assert "the key policy gives no public access" in shell.plan("--check-public-access").stdout
    assert shell.run("--check-public-access").returncode == 2


def test_nothing_to_mend_writes_no_plan(fresh_demo, tmp_path):
    shell = Shell(fresh_demo("healthy"), tmp_path)
    done = shell.plan()
    assert done.returncode == 0
    assert "Nothing to apply" in done.stdout
    assert not (tmp_path / "plan.json").exists()


def test_a_plan_with_batch_leaves_stdout_to_the_report(shell):
    done = shell.plan("--batch", "--format", "json")
    assert json.loads(done.stdout)["diagnoses"][0]["verdict"]["status"] == "broken"
    assert (shell.place / "plan.json").stat().st_mode & 0o777 == 0o600


def test_a_plan_file_that_is_not_there_is_named(shell):
    done = shell.apply()
    assert done.returncode == 2
    assert "plan.json: there is no such file" in the_line(done)


@pytest.mark.parametrize(
    ("form", "word"), [("cli", "aws kms put-key-policy"), ("terraform", 'resource "aws_kms_key_policy"')]
)
def test_fixes_are_exported_as_code(shell, form, word):
    done = shell.run("--export-fixes", form, *target(shell.demo))
    assert done.returncode == 1
    assert word in done.stdout
    assert shell.writes() == []


def test_the_policy_for_a_fix_names_the_resources_of_its_changes(shell):
    done = shell.run("--print-policy", "fix:role-denied-kms", *target(shell.demo))
    statements = json.loads(done.stdout)["Statement"]
    assert {"kms:GetKeyPolicy", "kms:PutKeyPolicy"} in [set(each["Action"]) for each in statements]
    assert not [each for each in statements if each["Resource"] == "*"]


def test_the_policies_can_be_printed_without_an_account():
    done = run("--print-policy", "read-only,fix", "--region", "cn-north-1", "--expect-account", "111122223333")
    statements = json.loads(done.stdout)["Statement"]
    assert len({each["Sid"] for each in statements}) == len(statements)
    assert all(each["Resource"] == "*" or each["Resource"].startswith("arn:aws-cn:") for each in statements)


def test_the_doctor_tries_every_read(fresh_demo, tmp_path):
    shell = Shell(fresh_demo("healthy"), tmp_path)
    done = shell.run("--doctor")
    assert shell.demo.environment.operator_arn in done.stdout
    assert "✓ kms:GetKeyPolicy" in done.stdout
    assert done.stderr == ""


def test_a_case_file_gives_the_same_diagnosis_offline(fresh_demo, tmp_path):
    shell = Shell(fresh_demo("two-causes"), tmp_path)
    case = str(tmp_path / "case.json.gz")
    there = json.loads(shell.run("--batch", "--format", "json", "--record", case, *target(shell.demo)).stdout)
    done = run("--batch", "--format", "json", "--case", case)
    here = json.loads(done.stdout)
    assert here["source"] == "case"
    assert done.returncode == 1
    for dump in (there, here):
        del dump["source"], dump["generated_at"], dump["diagnoses"][0]["calls"]
    assert here == there


def test_a_redacted_case_has_no_name_of_the_account_and_gives_the_same_verdict(fresh_demo, tmp_path):
    shell = Shell(fresh_demo("two-causes"), tmp_path)
    case = tmp_path / "case.json"
    done = shell.run("--batch", "--format", "json", "--record", str(case), "--redact", *target(shell.demo))
    assert "Mapping: " in done.stderr
    mapping = tmp_path / "case.json.mapping.json"
    assert mapping.stat().st_mode & 0o777 == case.stat().st_mode & 0o777 == 0o600
    for name in (shell.account, "acme-sales", "CanvasExecutionRole", shell.demo.environment.target.domain_id):
        assert name not in case.read_text()
    there = json.loads(done.stdout)["diagnoses"][0]
    here = json.loads(run("--batch", "--format", "json", "--case", str(case)).stdout)["diagnoses"][0]
    assert here["verdict"]["status"] == there["verdict"]["status"]
    assert here["verdict"]["most_likely"] == there["verdict"]["most_likely"]
    assert here["coverage"] == there["coverage"]

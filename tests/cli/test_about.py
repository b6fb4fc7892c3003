"""What the program says of itself."""

from __future__ import annotations

import json

import jsonschema
import pytest
from program import run

from canvas_kms_tui.causes import catalogue
from canvas_kms_tui.cli import main
from canvas_kms_tui.demo import environments


def test_every_cause_is_listed_once(capsys):
    assert main(["--list-causes"]) == 0
    lines = capsys.readouterr().out.splitlines()
    listed = [line.split()[0] for line in lines if line.startswith("  ")]
    assert sorted(listed) == sorted(cause.id for cause in catalogue())


@pytest.mark.parametrize("cause", [cause.id for cause in catalogue()])
def test_every_cause_is_explained(cause, capsys):
    assert main(["--explain", cause]) == 0
    text = capsys.readouterr().out
    assert text.startswith(f"{cause}\n")
    assert len(text.splitlines()) > 10


def test_every_demo_is_listed_and_the_default_marked(capsys):
    assert main(["--list-demos"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [summary.name for summary in environments.names()]
    assert [line.split()[0] for line in lines if line.endswith("(default)")] == [environments.DEFAULT]


def test_the_printed_schema_is_one(capsys):
    assert main(["--print-schema"]) == 0
    jsonschema.Draft202012Validator.check_schema(json.loads(capsys.readouterr().out))


REQUEST = {
    "id": "one",
    "principal_arn": "arn:aws:iam::111122223333:role/r",
    "action": "s3:GetObject",
    "resource_arn": "arn:aws:s3:::b/k",
    "identity_policies": [{"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}],
}


def test_lines_of_requests_are_answered_in_the_dumps_words():
    denied = {**REQUEST, "id": "two", "action": "s3:PutObject"}
    done = run("--evaluate", "-", stdin="".join(json.dumps(line) + "\n" for line in (REQUEST, denied)))
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(answer["id"], answer["decision"]) for answer in answers] == [
        ("one", "allowed"),
        ("two", "implicitly_denied"),
    ]
    assert done.returncode == 0


def test_a_line_that_means_nothing_is_named_and_the_rest_answered():
    done = run("--evaluate", "-", stdin="{\n" + json.dumps(REQUEST) + "\n")
    assert [json.loads(line).get("decision") for line in done.stdout.splitlines()] == [None, "allowed"]
    assert done.stderr.startswith("canvas-kms-tui: --evaluate: line 1: ")
    assert done.stderr.count("\n") == 1
    assert done.returncode == 2


def test_the_guides_questions_are_answered_without_an_account(capsys):
    assert main(["--explain", "faq"]) == 0
    text = capsys.readouterr().out
    assert [line[:2] for line in text.splitlines() if line[:1].isdigit()] == ["1.", "2.", "3.", "4.", "5.", "6."]
    assert "Here:" not in text


def test_the_guides_questions_are_answered_with_the_environments_own_values():
    done = run("--explain", "faq", "--demo", "role-denied-kms")
    assert done.returncode == 0
    assert "Here: sagemaker-eu-west-1-111122223333: it exists and is this account's" in done.stdout
    assert "Here: The execution role CanvasExecutionRole may not use kms:GenerateDataKey" in done.stdout

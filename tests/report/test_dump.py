"""The dump says what the contract says: every key, in order, and nothing else."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import jsonschema
import pytest
from sample import KEY, diagnosis, everything, finding

from canvas_kms_tui.findings import Affected, Altered, Certainty, Opinion, Said, Seen, Status
from canvas_kms_tui.report import Report, render
from canvas_kms_tui.report.dump import diagnosis_data, plain, schema_text
from canvas_kms_tui.report.model import rfc3339

SCHEMA = json.loads(schema_text())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def dump(report: Report) -> dict[str, Any]:
    return json.loads(render("json", report))


def errors(data: Any) -> list[str]:
    return [error.message for error in VALIDATOR.iter_errors(data)]


def test_the_schema_is_a_valid_2020_12_schema():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_a_dump_with_one_of_everything_fits_the_schema():
    assert errors(dump(everything())) == []


def test_the_keys_stand_in_the_contracts_order():
    data = dump(everything())
    assert list(data) == ["schema_version", "tool", "generated_at", "source", "diagnoses"]
    one = data["diagnoses"][0]
    assert list(one)[:7] == ["target", "resolved", "verdict", "import_path", "findings", "coverage", "calls"]
    assert list(one["target"]) == ["account", "partition", "region", "domain_id", "user_profile", "datasets"]
    assert list(one["findings"][0]) == [
        "cause", "title", "status", "severity", "certainty", "summary", "resource", "evidence", "blocked_by",
        "could_not_check", "fixes",
    ]  # fmt: skip
    assert list(one["findings"][0]["fixes"][0]) == ["id", "title", "auto", "proven", "changes"]
    assert list(one["findings"][0]["fixes"][0]["changes"][0]) == [
        "service", "operation", "parameters", "resource", "before", "after", "undo",
    ]  # fmt: skip
    assert list(one["resolved"]["execution_role"]) == ["arn", "from"]
    assert list(one["resolved"]["artifact_location"]) == ["uri", "from"]


def test_the_coverage_sums_to_planned():
    coverage = dump(everything())["diagnoses"][0]["coverage"]
    assert coverage.pop("planned") == sum(coverage.values()) == 7


def test_nothing_accepted_leaves_no_key_behind():
    assert "accepted_unknown" not in diagnosis_data(diagnosis(finding("key-disabled", Status.PASS)))


def test_a_fix_that_was_not_simulated_is_not_proven():
    report = everything()
    failed = report.diagnoses[0].findings[0]
    unproven = replace(failed, fixes=(replace(failed.fixes[0], proven=None),))
    assert diagnosis_data(diagnosis(unproven))["findings"][0]["fixes"][0]["proven"] is False


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        (finding("a", Status.UNKNOWN), "is not of type 'object'"),
        (finding("a", Status.FAIL, certainty=Certainty.POSSIBLE), "'possible' is not one of"),
        (finding("a", Status.BLOCKED), "is not of type 'string'"),
        (finding("a", Status.PASS, blocked_by="b"), "is not of type 'null'"),
        (finding("a", Status.PASS, resource="bucket"), "does not match"),
        (finding("a", Status.PASS, summary=""), "should be non-empty"),
        (finding("A cause", Status.PASS), "is not valid under any of the given schemas"),
    ],
)
def test_the_schema_refuses_what_the_contract_forbids(wrong, complaint):
    assert any(complaint in message for message in errors(dump(Report("demo", [diagnosis(wrong)]))))


def test_the_schema_refuses_a_key_it_does_not_know():
    data = dump(everything())
    data["diagnoses"][0]["extra"] = 1
    assert errors(data)


def test_a_line_of_jsonl_is_one_diagnosis_of_the_dump():
    report = everything()
    two = replace(report, diagnoses=[*report.diagnoses, *report.diagnoses])
    lines = render("jsonl", two).splitlines()
    assert [json.loads(line) for line in lines] == dump(two)["diagnoses"]


def test_times_are_rfc_3339_in_utc():
    moment = datetime(2026, 1, 31, 23, 30, tzinfo=timezone(timedelta(hours=-3)))
    assert rfc3339(moment) == "2026-02-01T02:30:00Z"


def test_what_an_api_takes_becomes_json():
    value = {"when": datetime(2026, 1, 1, tzinfo=UTC), "body": b"\x00", "many": ("b", 1), "some": {"y", "x"}}
    assert plain(value) == {"when": "2026-01-01T00:00:00Z", "body": "AA==", "many": ["b", 1], "some": ["x", "y"]}


def test_names_that_are_no_ascii_survive_any_encoding():
    text = render("json", Report("demo", [diagnosis(finding("a", Status.PASS, summary="café \ud83d"))]))
    assert text.isascii()
    assert json.loads(text)["diagnoses"][0]["findings"][0]["resource"] == KEY


def test_evidence_is_told_where_there_is_some_and_fits_the_schema():
    moment = datetime(2026, 1, 31, 14, 2, tzinfo=UTC)
    seen = Seen(7, moment, moment, Certainty.LIKELY, "identity_policy", "not authorized")
    one = replace(
        diagnosis(finding("role-denied-kms", Status.FAIL, seen=seen)),
        said=Said("AccessDenied", "about KMS", "AWS refused.", ("role-denied-kms",)),
        timeline=(Altered(moment, "PutKeyPolicy", KEY, "arn:aws:iam::1:user/kim"),),
        opinions=(Opinion("SimulatePrincipalPolicy", "kms:Decrypt", KEY, "allowed", "implicitly_denied", "no SCP"),),
        affected=Affected("execution role", ("ana", "ben"), 2, 14),
    )
    data = dump(Report("demo", [one]))
    assert errors(data) == []
    told = data["diagnoses"][0]
    assert told["findings"][0]["seen"]["count"] == 7
    assert told["timeline"][0]["event"] == "PutKeyPolicy"
    for name in ("text", "markdown", "html"):
        text = render(name, Report("demo", [one]))
        for words in ("7 times", "kim", "2 of 2 user profiles", "we say", "AWS refused"):
            assert words in text.replace("\\", ""), (name, words)
    assert "seen" not in dump(everything())["diagnoses"][0]["findings"][0]

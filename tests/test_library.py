"""The program as a library: the same diagnosis as ``--batch``, cheap to import, silent."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

import canvas_kms_tui
from canvas_kms_tui import as_dict, diagnose, diagnose_async
from canvas_kms_tui.cli.options import UsageError
from canvas_kms_tui.cli.parser import build_parser
from canvas_kms_tui.findings import VerdictStatus
from canvas_kms_tui.library import Wanted
from canvas_kms_tui.report.dump import schema_text
from canvas_kms_tui.target import BadTarget

ROOT = Path(__file__).parents[1]


def test_it_gives_the_diagnosis_that_the_dump_holds():
    diagnosis = diagnose(demo="key-disabled")
    assert diagnosis.verdict.most_likely == "key-disabled"
    schema = json.loads(schema_text())
    dumped = {"$ref": "#/$defs/diagnosis", "$defs": schema["$defs"]}
    jsonschema.Draft202012Validator(dumped).validate(json.loads(json.dumps(as_dict(diagnosis))))


async def test_several_are_awaited_at_once():
    healthy, one = await asyncio.gather(
        diagnose_async(demo="healthy"), diagnose_async(demo="healthy", only=["not-kms"])
    )
    assert healthy.verdict.status is VerdictStatus.HEALTHY
    assert [finding.cause for finding in one.findings] == ["not-kms"]


async def test_where_a_loop_runs_the_plain_call_says_so():
    with pytest.raises(RuntimeError, match="diagnose_async"):
        diagnose(demo="healthy")


@pytest.mark.parametrize(
    ("wanted", "error", "says"),
    [
        ({"domain_id": "zz"}, UsageError, "'zz' is not of the form"),
        ({"demo": "healthy", "only": ["no-such"]}, UsageError, "no cause 'no-such'"),
        ({"demo": "healthy", "domain_id": "d-other"}, BadTarget, "'d-other' does not exist"),
        ({"demo": "healthy", "datasets": "s3://one/x.csv"}, TypeError, "datasets takes a list"),
        ({"domian_id": "d-abc"}, TypeError, "no keyword 'domian_id'"),
    ],
)
def test_what_cannot_be_meant_is_named(wanted, error, says):
    with pytest.raises(error, match=re.escape(says)):
        diagnose(**wanted)


def test_every_keyword_is_a_flag():
    flags = {action.dest for action in build_parser()._actions}
    assert {name.replace("datasets", "dataset") for name in Wanted.__annotations__} <= flags


def test_a_failed_diagnosis_leaves_nothing_on_stderr():
    program = (
        "import canvas_kms_tui as c\ntry: c.diagnose(demo='healthy', domain_id='d-other')\nexcept ValueError: pass"
    )
    done = subprocess.run([sys.executable, "-X", "dev", "-c", program], capture_output=True, text=True, check=True)
    assert "Traceback" not in done.stderr
    assert "never retrieved" not in done.stderr


def test_the_package_itself_is_cheap_to_import():
    heavy = {"asyncio", "boto3", "textual", "argparse"}
    program = f"import sys, canvas_kms_tui; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_the_readmes_example_runs(capsys):
    example = re.search(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    assert example is not None
    exec(compile(example[1], "README.md", "exec"), {})
    assert "fail role-denied-kms" in capsys.readouterr().out


def test_a_name_that_is_not_there_is_an_ordinary_attribute_error():
    with pytest.raises(AttributeError, match="no_such"):
        canvas_kms_tui.no_such  # noqa: B018

"""The README says what is so."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import tables
import yaml
from junitparser import JUnitXml

from canvas_kms_tui.cli.parser import build_parser
from canvas_kms_tui.fleet.exits import Exit

TEXT = tables.README.read_text("utf-8")
COMMANDS = [
    line for fence in re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL) for line in fence.splitlines() if line.strip()
]
PIPELINES = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
FLAGS = {flag for action in build_parser()._actions for flag in action.option_strings}


def test_the_tables_are_current():
    assert tables.filled(TEXT) == TEXT, "run python tests/readme/tables.py"


def test_the_two_commands_stand_at_the_very_top():
    assert "--demo" in COMMANDS[0]
    assert COMMANDS[1].endswith(".venv/bin/pytest")
    assert TEXT.index(COMMANDS[1]) < TEXT.index("\n## ")


def test_continuous_integration_runs_the_same_test_command():
    script = (tables.README.parent / ".ci/run").read_text("utf-8")
    assert COMMANDS[1] in script.replace("install -q ", "install ")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_flag_of_a_command_exists(command):
    words = shlex.split(command, comments=True)
    if any(word.endswith("canvas-kms-tui") for word in words):
        said = words[next(at for at, word in enumerate(words) if word.endswith("canvas-kms-tui")) :]
        assert {word for word in said if word.startswith("--")} <= FLAGS


def test_no_command_takes_the_program_from_an_index():
    assert not re.search(r"(pip install|pipx \w+|uvx|uv tool \w+)( -\S+)* canvas-kms-tui", TEXT)


def test_every_exit_code_is_in_the_table():
    said = {int(code) for code in re.findall(r"^\| (\d+) \|", TEXT, re.MULTILINE)}
    assert said == {code.value for code in Exit}


def test_every_picture_is_there():
    for name in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", TEXT):
        assert (tables.README.parent / name).is_file(), name


def steps(part: Any) -> Iterator[str]:
    """The commands of a pipeline, GitHub's ``run`` and GitLab's ``script``."""
    if isinstance(part, dict):
        for name, value in part.items():
            yield from ([value] if name == "run" else value if name == "script" else steps(value))
    elif isinstance(part, list):
        for item in part:
            yield from steps(item)


@pytest.mark.parametrize("pipeline", PIPELINES, ids=["GitHub", "GitLab"])
def test_a_pipeline_fails_on_a_finding_and_leaves_its_junit(pipeline, tmp_path):
    (command,) = [step for step in steps(yaml.safe_load(pipeline)) if step.startswith("canvas-kms-tui ")]
    (suppressions,) = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
    (tmp_path / "suppress.toml").write_text(suppressions)
    said = command.replace("--domain-id d-abc123 --user-profile ana", "--demo")
    done = subprocess.run([sys.executable, "-m", *shlex.split(said.replace("-", "_", 2))], cwd=tmp_path)
    assert done.returncode == 1
    (place,) = [word for word in shlex.split(command) if word.endswith("/")]
    (report,) = (tmp_path / place).glob("*.junit")
    assert JUnitXml.fromfile(str(report)).failures > 0
    assert len(list((tmp_path / place).glob("*.markdown"))) == 1

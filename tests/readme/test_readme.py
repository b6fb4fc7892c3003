"""The README says what is so."""

from __future__ import annotations

import re
import shlex

import pytest
import tables

from canvas_kms_tui.cli.parser import build_parser
from canvas_kms_tui.fleet.exits import Exit

TEXT = tables.README.read_text("utf-8")
COMMANDS = [
    line for fence in re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL) for line in fence.splitlines() if line.strip()
]
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

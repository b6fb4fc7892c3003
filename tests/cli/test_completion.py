"""Completion scripts, tried in the shells that they are for."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from canvas_kms_tui.causes import catalogue
from canvas_kms_tui.cli.completion import script
from canvas_kms_tui.cli.options import SHELLS, UsageError
from canvas_kms_tui.cli.parser import build_parser, parse

FLAGS = {flag for action in build_parser()._actions for flag in action.option_strings}
CAUSES = {cause.id for cause in catalogue()}


def _ask_bash(file: Path, line: str) -> set[str]:
    """What bash offers for the last word of ``line``."""
    ask = f"""
        source {file}
        COMP_LINE={line!r}; COMP_POINT=${{#COMP_LINE}}
        COMP_WORDS=({line}{' ""' if line.endswith(" ") else ""}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
        complete -p canvas-kms-tui > /dev/null
        _shtab_canvas_kms_tui "canvas-kms-tui" "${{COMP_WORDS[COMP_CWORD]}}" "${{COMP_WORDS[COMP_CWORD-1]}}"
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    return _said("bash", "--norc", "-c", ask)


def _ask_fish(file: Path, line: str) -> set[str]:
    return {row.split("\t")[0] for row in _said("fish", "--no-config", "-c", f'source {file}; complete -C "{line}"')}


def _said(*command: str) -> set[str]:
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert not done.stderr, done.stderr
    return set(done.stdout.split("\n")) - {""}


@pytest.mark.parametrize(("shell", "ask"), [("bash", _ask_bash), ("fish", _ask_fish)])
def test_the_shell_offers_flags_and_their_values(shell, ask, tmp_path):
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not on this machine")
    file = tmp_path / "completion"
    file.write_text(script(shell), encoding="utf-8")
    assert ask(file, "canvas-kms-tui --use-") == {"--use-case"}
    assert ask(file, "canvas-kms-tui --use-case mu") == {"multi-class"}
    assert ask(file, "canvas-kms-tui --batch --format js") == {"json", "jsonl"}
    assert ask(file, "canvas-kms-tui --explain ") >= CAUSES | {"faq"}
    assert ask(file, "canvas-kms-tui --demo role-denied-k") == {"role-denied-kms"}


def test_the_script_for_zsh_is_one_that_zsh_can_read(tmp_path):
    if shutil.which("zsh") is None:
        pytest.skip("zsh is not on this machine")
    file = tmp_path / "_canvas-kms-tui"
    file.write_text(script("zsh"), encoding="utf-8")
    assert subprocess.run(["zsh", "-n", str(file)], check=False).returncode == 0


@pytest.mark.parametrize("shell", SHELLS)
def test_every_flag_is_in_the_script_of_every_shell(shell):
    text = script(shell)
    assert [flag for flag in FLAGS if flag.lstrip("-") not in text] == []


def test_a_shell_that_is_not_known_is_named_with_those_that_are():
    with pytest.raises(UsageError, match=r"'tcsh' is not known.*bash, zsh, fish, powershell"):
        parse(["--print-completion", "tcsh"])

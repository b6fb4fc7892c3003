"""The arrows between the rooms hold, and the core can be imported without a screen and without AWS."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

CORE = (
    "change", "findings", "gateway", "target", "policy", "facts", "import_path", "causes", "engine", "edits", "changes",
    "report", "fleet",
)  # fmt: skip
HEAVY = ("textual", "boto3", "botocore", "moto")


def heavy_after(code: str) -> list[str]:
    """Which of the heavy packages a fresh interpreter has imported after running ``code``."""
    program = f"import sys\n{code}\nprint(*[name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return done.stdout.split()


@pytest.mark.parametrize("room", CORE)
def test_the_core_imports_neither_textual_nor_boto3(room):
    assert heavy_after(f"import canvas_kms_tui.{room}") == []


def test_the_whole_catalogue_of_causes_needs_neither():
    assert heavy_after("from canvas_kms_tui.causes import catalogue; assert catalogue()") == []


def test_the_command_line_needs_neither_before_it_knows_the_face():
    assert heavy_after("import canvas_kms_tui.cli.parser, canvas_kms_tui.cli.main") == []


def test_the_terminal_program_needs_no_boto3_before_it_connects():
    assert heavy_after("import canvas_kms_tui.cli.screen, canvas_kms_tui.tui.app") == ["textual"]


def test_the_imports_keep_to_the_contracts():
    done = subprocess.run([Path(sys.executable).with_name("lint-imports")], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_no_module_is_longer_than_400_lines():
    long = {
        str(path.relative_to(ROOT)): count
        for path in (ROOT / "canvas_kms_tui").rglob("*.py")
        if (count := len(path.read_text("utf-8").splitlines())) > 400
    }
    assert long == {}


def test_no_committed_text_names_the_machine_it_is_written_on():
    """The path of the checkout has no place in what is shipped."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    for name in listed.stdout.splitlines():
        path = ROOT / name
        if path.suffix in {".png", ".svg"} or not path.is_file():
            continue
        assert f"{ROOT}/" not in path.read_text("utf-8", errors="replace"), name

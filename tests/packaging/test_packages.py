"""What is shipped: a wheel and a source package that hold everything, and a program that runs from the wheel alone."""

from __future__ import annotations

import re
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from canvas_kms_tui.cli import connect

pytestmark = pytest.mark.xdist_group("packages")

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both packages, the wheel made from the source package; with the build backend that is installed here."""
    place = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(place), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return place


@pytest.fixture(scope="module")
def wheel(dist: Path) -> Path:
    return next(dist.glob("*.whl"))


def files_of(folder: str) -> set[str]:
    found = (file for file in (ROOT / folder).rglob("*") if file.is_file() and "__pycache__" not in file.parts)
    return {file.relative_to(ROOT).as_posix() for file in found}


def test_the_wheel_holds_every_file_of_the_program_and_nothing_else(wheel):
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert names == files_of("canvas_kms_tui")


def test_the_source_package_holds_tests_pictures_and_the_lock(dist):
    with tarfile.open(next(dist.glob("*.tar.gz"))) as packed:
        names = {name.partition("/")[2] for name in packed.getnames()}
    pictures = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", (ROOT / "README.md").read_text("utf-8"))
    assert pictures
    assert {*pictures, "requirements.lock", "LICENSE", ".ci/run", "pyproject.toml"} <= names
    assert files_of("canvas_kms_tui") | files_of("tests") | files_of("screenshots") <= names


def test_the_demo_runs_from_the_wheel_alone(wheel, tmp_path):
    """The dependencies are those of this installation; that they install too is tried where a registry is at hand."""
    place = tmp_path / "venv"
    venv.create(place, symlinks=True)
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(place), "platbase": str(place)}))
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    install = ["--python", str(place / "bin/python"), "install", "-q", "--no-deps", "--no-index", str(wheel)]
    subprocess.run([sys.executable, "-m", "pip", *install], check=True)
    where = "import canvas_kms_tui as it; print(it.__file__)"
    told = subprocess.run([place / "bin/python", "-c", where], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert Path(told.stdout.strip()).is_relative_to(place)
    program = place / "bin/canvas-kms-tui"
    done = subprocess.run([program, "--batch", "--demo"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1, done.stderr
    assert "BROKEN" in done.stdout


def test_the_demo_asks_for_nothing_but_its_extra():
    declared = [Requirement(line) for line in metadata.requires("canvas-kms-tui") or ()]
    extra = {each.name for each in declared if each.marker and each.marker.evaluate({"extra": "demo"})}
    assert set(connect._DEMO_EXTRA) == extra

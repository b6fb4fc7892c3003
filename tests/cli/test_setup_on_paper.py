"""``--setup`` from a file of answers, as far as nothing is made: exports, and what cannot be meant."""

from __future__ import annotations

import json

import pytest
from program import run, the_line

ANSWERS = """version = 1
domain = "canvas"
datasets = ["s3://acme-sales-data-111122223333/2025/churn.csv"]
profiles = ["ana"]
"""


@pytest.fixture
def answers(tmp_path):
    file = tmp_path / "answers.toml"
    file.write_text(ANSWERS)
    return str(file)


def test_the_whole_set_up_is_written_as_code_under_names_that_the_tools_take(answers, tmp_path):
    place = tmp_path / "code"
    wanted = ("--export-fixes", "cli,cloudformation,terraform,console", "--output", str(place))
    done = run("--setup", "--demo", "empty-account", "--answers", answers, *wanted)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    stem = "111122223333_eu-west-1"
    assert {file.name for file in place.iterdir()} == {
        f"{stem}.sh",
        f"{stem}.template.json",
        f"{stem}.tf.json",
        f"{stem}.txt",
    }
    assert "AWS::SageMaker::Domain" in (place / f"{stem}.template.json").read_text()
    assert "aws_sagemaker_domain" in json.loads((place / f"{stem}.tf.json").read_text())["resource"]


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--setup", "--answers", "FILE", "--export-fixes", "powershell"), "powershell has no meaning with --setup"),
        (("--batch", "--export-fixes", "console"), "console has no meaning without --setup"),
        (("--setup", "--answers", "FILE", "--export-fixes", "cli", "--plan", "p.json"), "one at a time"),
        (("--setup",), "use --answers FILE"),
    ],
)
def test_flags_that_contradict_each_other_are_said_in_one_line(flags, said, answers):
    done = run("--demo", "empty-account", *(answers if flag == "FILE" else flag for flag in flags))
    assert done.returncode == 2
    assert said in the_line(done)


def test_the_template_of_the_answers_is_read_back_and_asks_for_what_it_leaves_open(tmp_path):
    printed = run("--setup", "--print-answers")
    assert (printed.returncode, printed.stderr) == (0, "")
    file = tmp_path / "answers.toml"
    file.write_text(printed.stdout)
    done = run("--setup", "--demo", "empty-account", "--answers", str(file), "--plan", str(tmp_path / "plan.json"))
    assert done.returncode == 2
    assert "profiles: at least one user profile" in the_line(done)
    assert not (tmp_path / "plan.json").exists()


def test_a_domain_that_lacks_only_its_s3_key_ends_healthy(tmp_path):
    file = tmp_path / "answers.toml"
    file.write_text('version = 1\ndomain = "analytics"\n')
    flags = ("--setup", "--demo", "data-key-missing", "--answers", str(file), "--expect-account", "111122223333")
    done = run(*flags)
    assert done.returncode == 0, done.stderr
    assert "✓ set CanvasAppSettings of the Domain" in done.stdout
    assert "HEALTHY" in done.stdout

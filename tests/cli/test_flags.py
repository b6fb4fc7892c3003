"""The flags: what they take, what they refuse, and how they say so."""

from __future__ import annotations

import pytest

from canvas_kms_tui import __version__
from canvas_kms_tui.cli import main
from canvas_kms_tui.cli.options import UsageError
from canvas_kms_tui.cli.parser import build_parser, parse
from canvas_kms_tui.fleet.exits import Exit
from canvas_kms_tui.target import Dataset


def refusal(*argv: str) -> str:
    with pytest.raises(UsageError) as wrong:
        parse(argv)
    return str(wrong.value)


def test_help_names_every_flag_and_every_exit_code(capsys):
    assert main(["--help"]) == 0
    text = capsys.readouterr().out
    for action in build_parser()._actions:
        for flag in action.option_strings:
            assert flag in text
    for code in Exit:
        assert f"\n  {code.value} " in text


def test_help_is_at_most_120_columns_wide(capsys):
    main(["--help"])
    assert max(len(line) for line in capsys.readouterr().out.splitlines()) <= 120


def test_version(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"canvas-kms-tui {__version__}\n"


def test_datasets_are_read_in_order():
    options = parse(["--dataset", "s3://a-bucket/x.csv", "--dataset", "s3://b-bucket/p/"])
    assert options.dataset == (Dataset("a-bucket", "x.csv"), Dataset("b-bucket", "p/"))


def test_demo_needs_no_name():
    assert parse(["--demo"]).demo == "role-denied-kms"
    assert parse(["--demo", "healthy", "--batch"]).demo == "healthy"
    assert parse([]).demo is None


def test_a_list_is_split_at_commas_and_each_word_kept_once():
    options = parse(["--batch", "--format", "json, text,json"])
    assert options.format == ("json", "text")


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["--demoo"], "unknown flag --demoo (did you mean --demo?)"),
        (["--frobnicate=1"], "unknown flag --frobnicate;"),
        (["s3://bucket/key"], "unexpected argument 's3://bucket/key'"),
        (["--domain", "d-1"], "unknown flag --domain (did you mean --domain-id?)"),
        (["--batch", "--format", "josn"], "'josn' is not known (did you mean json?); one of text, json"),
        (["--batch", "--format", ""], "must name at least one"),
        (["--batch", "--fail-on", "error"], "'error' is not known; one of warn, fail"),
        (["--dataset", "s3:/bad"], "'s3:/bad' is not an S3 URI; write s3://bucket/key"),
        (["--dataset", "s3://UPPER/x"], "'UPPER' is no bucket name"),
        (["--dataset"], "argument --dataset: expected one argument"),
        (["--domain-id", "D-1"], "'D-1' is not of the form d-abc123example"),
        (["--user-profile", " "], "must not be empty"),
        (["--use-case", "forecast"], "'forecast' is not known; one of regression"),
        (["--region", "moon"], "'moon' is not of the form us-east-1"),
        (["--endpoint-url", "localhost:5000"], "'localhost:5000' is not of the form https://host:port"),
        (["--role-arn", "Reader"], "'Reader' is not of the form arn:aws:iam::111122223333:role/NAME"),
        (["--expect-account", "12"], "'12' is not of the form 111122223333 (twelve digits)"),
        (["--external-id", "x"], "--external-id needs --role-arn"),
        (["--demo", "--region", "eu-west-1"], "--region has no meaning with --demo"),
        (["--only", "a", "--skip", "a"], "a: named in both --only and --skip"),
        (["--format", "json"], "--format is for --batch; add --batch"),
        (["--output", "x"], "--output is for --batch; add --batch"),
    ],
)
def test_a_value_that_cannot_be_meant_is_named_with_what_to_write(argv, says):
    assert says in refusal(*argv)


def test_a_usage_error_is_one_line_on_stderr_and_exit_code_2(capsys):
    assert main(["--dataset", "s3:/bad\nx"]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.count("\n") == 1


def test_two_questions_at_once_are_refused(capsys):
    assert main(["--list-causes", "--print-schema"]) == 2
    assert "--list-causes and --print-schema: one at a time" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("errand", "says"), [(["--doctor"], "--doctor and --web: one at a time"), (["--setup"], "--web has no meaning")]
)
def test_a_tab_does_no_errands(errand, says, capsys):
    assert main(["--web", *errand]) == 2
    assert says in capsys.readouterr().err

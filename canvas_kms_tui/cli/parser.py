"""The flags, grouped as a man page groups them, and their values checked before anything else happens."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from typing import NoReturn

from canvas_kms_tui import __version__
from canvas_kms_tui.cli import values
from canvas_kms_tui.cli.options import DEFAULT_DEMO, EXPORTS, FAIL_ON, FORMATS, PROGRAM, SHELLS, Options, UsageError
from canvas_kms_tui.target import USE_CASES

_DESCRIPTION = """\
Tells why an Amazon SageMaker Canvas dataset import failed, shows the statement that decided it, and offers the
smallest safe fix. Reads only, until a change is confirmed.

Without --batch it opens a full-screen terminal program. With --batch it writes a report and ends with an exit code.
"""

_EPILOG = """\
exit codes (the same for every format):
  0    everything checked, clean (or only warnings below --fail-on)
  1    a finding at or above --fail-on
  2    usage: a flag, a name or a file that cannot be meant
  3    no such finding, but something could not be checked
  4    no or expired credentials, or another account than --expect-account
  5    a change was refused, stale or not verified
  70   a defect of this program; it says where it has written down what happened
  130  cancelled

output:
  stdout carries the report and nothing else; progress and errors go to stderr, progress only on a terminal.

examples:
  canvas-kms-tui --demo
      The program on a made-up broken account: no AWS account, no network.
  canvas-kms-tui --domain-id d-abc123 --user-profile ana --dataset s3://sales-raw/2024/q1.csv
      Look into one failed import.
  canvas-kms-tui --batch --format json --dataset s3://sales-raw/2024/q1.csv > diagnosis.json
      The same for a pipeline; the Domain and the profile are found where there is only one.
  canvas-kms-tui --explain role-denied-kms
      What a cause means, how it is proven and how it is mended.
"""


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Each flag on its own line with its text below, as man pages do."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, indent_increment=2, max_help_position=6, width=100)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; see {PROGRAM} --help")


def parse(argv: Sequence[str] | None = None) -> Options:
    """Read the command line.

    Raises:
        UsageError: an unknown flag, a value that cannot be meant, or flags that contradict each other.
        SystemExit: ``--help`` and ``--version`` have been printed.
    """
    parser = build_parser()
    namespace, unknown = parser.parse_known_args(argv)
    if unknown:
        raise UsageError(_unknown_argument(unknown[0], _all_flags(parser)))
    options = Options(**{**vars(namespace), "dataset": tuple(namespace.dataset), "confirm": tuple(namespace.confirm)})
    _check_together(options)
    return options


def _all_flags(parser: argparse.ArgumentParser) -> list[str]:
    return [flag for action in parser._actions for flag in action.option_strings]


def _unknown_argument(text: str, flags: Iterable[str]) -> str:
    flag = text.partition("=")[0]
    hint = values.nearest(flag, flags)
    if text.startswith("-"):
        return f"unknown flag {flag}{hint}; see {PROGRAM} --help"
    return f"unexpected argument {text!r}: everything is given by flags; see {PROGRAM} --help"


_NOT_WITH_SETUP = ("batch", "case", "apply_plan", "undo", "compare", "suppress")
_ACCESS = ("profile", "region", "endpoint_url", "role_arn", "external_id", "write_role_arn")
_DIAGNOSING = ("batch", "plan", "export_fixes", "bundle")


def _check_together(options: Options) -> None:
    """Raises UsageError for flags that contradict each other."""
    for source, why in (("demo", "the stand-in is its own account"), ("case", "nothing is asked of AWS")):
        if getattr(options, source) is not None:
            for flag in _ACCESS:
                if getattr(options, flag) is not None:
                    raise UsageError(f"{_flag(flag)} has no meaning with {_flag(source)}: {why}")
    if options.case is not None and (other := next((f for f in ("demo", "record") if getattr(options, f)), None)):
        raise UsageError(f"--case and {_flag(other)}: one source of facts at a time")
    if options.external_id and not options.role_arn:
        raise UsageError("--external-id needs --role-arn, the role that is assumed with it")
    if options.redact and not options.record:
        raise UsageError("--redact is for --record: what is written to a case file")
    if options.web is not None and options.batch:
        raise UsageError("--web and --batch: one face at a time")
    if options.plan is None and (options.alternative is not None or options.check_public_access):
        raise UsageError("--alternative and --check-public-access are for --plan")
    if options.confirm and not (options.apply_plan or options.setup or options.undo):
        raise UsageError("--confirm is for --apply-plan, --setup and --undo")
    if options.answers and not options.setup:
        raise UsageError("--answers is for --setup")
    if options.setup and (other := next((flag for flag in _NOT_WITH_SETUP if getattr(options, flag)), None)):
        raise UsageError(f"{_flag(other)} has no meaning with --setup")
    both = set(options.only) & set(options.skip)
    if both:
        raise UsageError(f"{', '.join(sorted(both))}: named in both --only and --skip")
    if not any(getattr(options, flag) for flag in _DIAGNOSING):
        for flag, default in _DEFAULTS.items():
            if getattr(options, flag) != default and not (flag == "format" and options.journal):
                raise UsageError(f"{_flag(flag)} is for --batch; add --batch")


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"


_DEFAULTS = {"format": ("text",), "output": "-", "fail_on": ("fail",), "compare": None, "suppress": None, "since": None}


def build_parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog=PROGRAM,
        usage=f"{PROGRAM} [target] [AWS access] [--demo [NAME]] [--batch …]",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=_Formatter,
        allow_abbrev=False,
        add_help=False,
    )
    _target(
        parser.add_argument_group(
            "target",
            "What is looked into. What is left out is found where there is only one; else the terminal\n"
            "program asks for it, and --batch ends with an error that lists the choices.",
        )
    )
    _access(parser.add_argument_group("AWS access", "Credentials are found as the AWS CLI finds them."))
    _source(parser.add_argument_group("source of facts", "Live AWS, unless:"))
    _changes(
        parser.add_argument_group(
            "changes from the shell",
            "Nothing is written but what --apply-plan and --undo say; none of these needs a terminal.",
        )
    )
    _batch(parser.add_argument_group("batch"))
    _setup(
        parser.add_argument_group(
            "first set-up",
            "Domain, role, keys and bucket for Canvas; nothing is made before the review.",
        )
    )
    _look(parser.add_argument_group("look"))
    _about(parser.add_argument_group("about itself"))
    return parser


def _target(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--domain-id", metavar="D", type=values.domain_id, help="SageMaker Domain, d-…")
    group.add_argument(
        "--user-profile", metavar="NAME", type=values.text, help="user profile of the one whose import failed"
    )
    group.add_argument(
        "--dataset",
        metavar="S3-URI",
        type=values.dataset,
        action="append",
        default=[],
        help="what was imported, s3://bucket/key or s3://bucket/prefix/; repeatable. "
        "Without it the source is not checked",
    )
    group.add_argument(
        "--use-case", metavar="NAME", type=values.one_of(USE_CASES), help=f"one of {', '.join(USE_CASES)}"
    )
    group.add_argument("--local-upload", action="store_true", help="the dataset came from the browser, not from S3")
    group.add_argument("--error", metavar="TEXT", type=values.text, help="the message that the user saw")
    group.add_argument(
        "--since",
        metavar="24h",
        type=values.since,
        help="how far back to look in CloudTrail (30m, 24h, 7d; at most 90d); with it, what changed is told as well",
    )


def _access(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--profile", metavar="NAME", type=values.text, help="profile of the AWS configuration files")
    group.add_argument("--region", metavar="REGION", type=values.region, help="Region of the Domain")
    group.add_argument("--endpoint-url", metavar="URL", type=values.url, help="send every call there instead of to AWS")
    group.add_argument("--role-arn", metavar="ARN", type=values.role_arn, help="role to assume for reading")
    group.add_argument("--external-id", metavar="ID", type=values.text, help="external id for --role-arn")
    group.add_argument(
        "--write-role-arn",
        metavar="ARN",
        type=values.role_arn,
        help="role to assume when a change is applied, and only then",
    )
    group.add_argument("--read-only", action="store_true", help="never offer to apply a change")
    group.add_argument(
        "--expect-account",
        metavar="ID",
        type=values.account,
        help="stop with exit code 4 if the credentials are of another account",
    )


def _source(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--demo",
        metavar="NAME|FILE",
        nargs="?",
        const=DEFAULT_DEMO,
        help=f"a made-up account on this machine (default {DEFAULT_DEMO}; --list-demos shows all), "
        "or your own environment file",
    )
    group.add_argument(
        "--case", metavar="FILE", type=values.text, help="a recorded case or bundle; nothing is asked of AWS"
    )
    group.add_argument(
        "--record", metavar="FILE", type=values.text, help="also write what was read to a case file (gzipped for .gz)"
    )
    group.add_argument(
        "--redact",
        action="store_true",
        help="with --record: pseudonyms for every name, id and text; what they stand for goes to FILE.mapping.json",
    )


def _changes(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--export-fixes",
        metavar="F,…",
        type=values.some_of(EXPORTS),
        default=(),
        help=f"the fixes as code: one or several of {', '.join(EXPORTS)}",
    )
    group.add_argument(
        "--plan", metavar="FILE", type=values.text, help="write the smallest set of changes that mends the import"
    )
    group.add_argument(
        "--alternative",
        metavar="N",
        type=values.number,
        help="with --plan: another way that does the same, by its number in the change request",
    )
    group.add_argument(
        "--check-public-access",
        action="store_true",
        help="with --plan: let Access Analyzer check the new policies for public access. AWS may charge for it: "
        "on a terminal it asks first",
    )
    group.add_argument(
        "--apply-plan",
        metavar="FILE",
        type=values.text,
        help="apply exactly this plan, or refuse it; needs --expect-account",
    )
    group.add_argument(
        "--confirm",
        metavar="TEXT",
        type=values.text,
        action="append",
        default=[],
        help="with --apply-plan: the text that a dangerous change in it asks for; repeatable",
    )
    group.add_argument("--journal", action="store_true", help="what was changed from here (--format json for machines)")
    group.add_argument(
        "--undo",
        metavar="ENTRY",
        type=values.text,
        help="take a journal entry back, or setup/NAME all of a set-up; needs --expect-account",
    )


def _batch(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--batch", action="store_true", help="write a report instead of opening the terminal program")
    group.add_argument(
        "--format",
        metavar="F,…",
        type=values.some_of(FORMATS),
        default=_DEFAULTS["format"],
        help=f"one or several of {', '.join(FORMATS)} (default text)",
    )
    group.add_argument(
        "--output",
        metavar="FILE",
        type=values.text,
        default=_DEFAULTS["output"],
        help="where the report goes (default -, stdout); with several formats a directory",
    )
    group.add_argument(
        "--bundle",
        metavar="FILE.zip",
        type=values.text,
        help="write what a support engineer needs, redacted: the case, the diagnosis, what the credentials may do. "
        "What the pseudonyms stand for goes to FILE.zip.mapping.json; --case opens the bundle",
    )
    group.add_argument(
        "--fail-on",
        metavar="S,…",
        type=values.some_of(FAIL_ON),
        default=_DEFAULTS["fail_on"],
        help="statuses that give exit code 1: fail, or warn (which includes fail); default fail",
    )
    group.add_argument(
        "--compare",
        metavar="OLD.json",
        type=values.text,
        help="tell what is new and what is fixed since an earlier dump",
    )
    group.add_argument(
        "--suppress",
        metavar="FILE",
        type=values.text,
        help="TOML of findings that do not count, each with a reason and a last day; every report shows them",
    )
    group.add_argument("--only", metavar="ID,…", type=values.words, default=(), help="check these causes alone")
    group.add_argument("--skip", metavar="ID,…", type=values.words, default=(), help="leave these causes out")
    group.add_argument(
        "--accept-unknown",
        metavar="ID,…",
        type=values.words,
        default=(),
        help="causes that may stay unknown; every report says so",
    )
    group.add_argument(
        "--strict", action="store_true", help="an organization guardrail that may not be read counts as unknown"
    )


def _setup(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--setup", action="store_true", help="the guide on the screen; with --answers without a terminal"
    )
    group.add_argument(
        "--answers",
        metavar="FILE",
        type=values.text,
        help="TOML of answers; makes the set-up (needs --expect-account), or with --plan shows it",
    )
    group.add_argument("--print-answers", action="store_true", help="a template for --answers, every answer explained")


def _look(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--theme", metavar="NAME", type=values.text, help="colour theme of the terminal program")
    group.add_argument(
        "--web",
        metavar="PORT",
        nargs="?",
        type=values.port,
        const=0,
        help="show the program in a browser on this machine, read-only, at 127.0.0.1 (default: a free port)",
    )


def _about(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--list-causes", action="store_true", help="the catalogue of causes")
    group.add_argument(
        "--explain",
        metavar="ID",
        type=values.text,
        help="one cause: what it checks, why, how to mend it; faq: the guide's questions",
    )
    group.add_argument("--list-demos", action="store_true", help="the made-up accounts that --demo knows")
    group.add_argument("--print-schema", action="store_true", help="the JSON Schema of --format json")
    group.add_argument(
        "--evaluate",
        metavar="FILE",
        help="JSON lines of requests and policy documents in (- is stdin), the evaluator's decisions out",
    )
    group.add_argument(
        "--print-policy",
        metavar="P,…",
        type=values.policies,
        default=(),
        help="the IAM policy that is needed: read-only (to diagnose), fix (to apply whatever fix), "
        "fix:CAUSE (for what is proposed now), setup (for the first set-up)",
    )
    group.add_argument(
        "--print-completion",
        metavar="SHELL",
        type=values.one_of(SHELLS),
        help=f"a completion script for {', '.join(SHELLS)}",
    )
    group.add_argument(
        "--doctor", action="store_true", help="are this machine and these credentials able? Tries every read"
    )
    group.add_argument(
        "--log-file", metavar="FILE", type=values.text, help="append a log of the calls; holds no secrets"
    )
    group.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}", help="print the version")
    group.add_argument("-h", "--help", action="help", help="print this help")

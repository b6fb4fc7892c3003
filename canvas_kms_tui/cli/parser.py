"""The flags, grouped as a man page groups them, and their values checked before anything else happens."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from typing import NoReturn

from canvas_kms_tui.cli import flags, values
from canvas_kms_tui.cli.options import EXPORTS, PROGRAM, SETUP_EXPORTS, Options, UsageError

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
    _check_many(options)
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
    fitting = SETUP_EXPORTS if options.setup else EXPORTS
    if other := next((name for name in options.export_fixes if name not in fitting), None):
        face = "with" if options.setup else "without"
        raise UsageError(f"--export-fixes {other} has no meaning {face} --setup; one of {', '.join(fitting)}")
    if options.setup and options.plan and options.export_fixes:
        raise UsageError("--plan and --export-fixes: one at a time")
    if options.setup and (other := next((flag for flag in _NOT_WITH_SETUP if getattr(options, flag)), None)):
        raise UsageError(f"{_flag(other)} has no meaning with --setup")
    both = set(options.only) & set(options.skip)
    if both:
        raise UsageError(f"{', '.join(sorted(both))}: named in both --only and --skip")
    if not any(getattr(options, flag) for flag in _DIAGNOSING):
        for flag, default in flags.DEFAULTS.items():
            if getattr(options, flag) != default and not (flag == "format" and options.journal):
                raise UsageError(f"{_flag(flag)} is for --batch; add --batch")


_MANY = ("all_user_profiles", "all_domains", "regions", "accounts", "organization")
_ONLY_MANY = ("account_role", "workers", "scheduler", "resume")
_ONE_TARGET = {
    "case": "a case holds one target",
    "record": "a case file holds one target",
    "bundle": "a bundle holds one target",
    "probe_role": "it looks into one role",
    "plan": "a plan is for one target",
    "export_fixes": "fixes are exported for one target",
}


def _check_many(options: Options) -> None:
    """Raises UsageError for what does not go with many targets, or only with them."""
    first = next((name for name in _MANY if getattr(options, name)), None)
    if first is None:
        for name in _ONLY_MANY:
            if getattr(options, name) is not None:
                raise UsageError(f"{_flag(name)} is for many targets; add {', '.join(map(_flag, _MANY))}")
        return
    for name, why in _ONE_TARGET.items():
        if getattr(options, name):
            raise UsageError(f"{_flag(name)} has no meaning with {_flag(first)}: {why}")
    if not options.batch:
        raise UsageError(f"{_flag(first)} is for --batch; add --batch")
    if options.accounts and options.organization:
        raise UsageError("--accounts and --organization: one list of accounts at a time")
    entered = next((name for name in ("accounts", "organization") if getattr(options, name)), None)
    if entered and options.role_arn:
        raise UsageError(
            f"--role-arn has no meaning with {_flag(entered)}: give --account-role, or --profile for yourself"
        )
    if options.account_role and not entered:
        raise UsageError("--account-role is for --accounts and --organization")
    if options.domain_id and (wide := next((name for name in _MANY[1:] if getattr(options, name)), None)):
        raise UsageError(f"--domain-id and {_flag(wide)}: one Domain or all of them")
    if options.user_profile and options.all_user_profiles:
        raise UsageError("--user-profile and --all-user-profiles: one profile or all of them")
    if options.region and options.regions:
        raise UsageError("--region and --regions: give --regions alone")
    if options.scheduler and (here := next((f for f in ("demo", "workers") if getattr(options, f) is not None), None)):
        raise UsageError(f"{_flag(here)} has no meaning with --scheduler: the cluster's workers do the work")


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"


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
    flags.target(
        parser.add_argument_group(
            "target",
            "What is looked into. What is left out is found where there is only one; else the terminal\n"
            "program asks for it, and --batch ends with an error that lists the choices.",
        )
    )
    flags.access(parser.add_argument_group("AWS access", "Credentials are found as the AWS CLI finds them."))
    flags.source(parser.add_argument_group("source of facts", "Live AWS, unless:"))
    flags.changes(
        parser.add_argument_group(
            "changes from the shell",
            "Nothing is written but what --apply-plan and --undo say; none of these needs a terminal.",
        )
    )
    flags.batch(parser.add_argument_group("batch"))
    flags.many(
        parser.add_argument_group(
            "many targets",
            "With --batch. Work goes by account and Region; the report begins with a summary.",
        )
    )
    flags.setup(
        parser.add_argument_group(
            "first set-up",
            "Domain, role, keys and bucket for Canvas; nothing is made before the review.",
        )
    )
    flags.look(parser.add_argument_group("look"))
    flags.about(parser.add_argument_group("about itself"))
    return parser

"""The flags, in the groups of the help: their names, values and texts."""

from __future__ import annotations

import argparse

from canvas_kms_tui import __version__
from canvas_kms_tui.cli import values
from canvas_kms_tui.cli.options import (
    ACCOUNT_ROLE,
    DEFAULT_DEMO,
    EXPORTS,
    FAIL_ON,
    FORMATS,
    PROGRAM,
    SETUP_EXPORTS,
    SHELLS,
)
from canvas_kms_tui.target import USE_CASES

DEFAULTS = {"format": ("text",), "output": "-", "fail_on": ("fail",), "compare": None, "suppress": None, "since": None,
            "probe_role": False}  # fmt: skip


def target(group: argparse._ArgumentGroup) -> None:
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
    group.add_argument(
        "--probe-role",
        action="store_true",
        help="assume the execution role, if its trust policy lets you, and ask KMS for dry runs as that role. "
        "AWS bills the calls, and they stand in CloudTrail",
    )


def access(group: argparse._ArgumentGroup) -> None:
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


def source(group: argparse._ArgumentGroup) -> None:
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


def changes(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--export-fixes",
        metavar="F,…",
        type=values.some_of(tuple(dict.fromkeys((*EXPORTS, *SETUP_EXPORTS)))),
        default=(),
        help=f"the fixes as code: one or several of {', '.join(EXPORTS)}; with --setup --answers the whole set-up: "
        f"{', '.join(SETUP_EXPORTS)}",
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


def batch(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--batch", action="store_true", help="write a report instead of opening the terminal program")
    group.add_argument(
        "--format",
        metavar="F,…",
        type=values.some_of(FORMATS),
        default=DEFAULTS["format"],
        help=f"one or several of {', '.join(FORMATS)} (default text)",
    )
    group.add_argument(
        "--output",
        metavar="FILE",
        type=values.text,
        default=DEFAULTS["output"],
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
        default=DEFAULTS["fail_on"],
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


def many(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--all-user-profiles",
        action="store_true",
        help="every user profile of the Domain (of every one with --all-domains)",
    )
    group.add_argument(
        "--all-domains",
        action="store_true",
        help="every Domain of the Region, each user profile (or those of --user-profile)",
    )
    group.add_argument(
        "--regions", metavar="A,B", type=values.regions, default=(), help="every Domain of these Regions"
    )
    group.add_argument(
        "--accounts",
        metavar="FILE",
        type=values.text,
        help="every Domain of the accounts in a TOML, JSON or CSV: id, role_arn (or role, or profile), external_id, "
        "regions",
    )
    group.add_argument(
        "--organization", action="store_true", help="every Domain of every active account of the organization"
    )
    group.add_argument(
        "--account-role",
        metavar="NAME",
        type=values.role_name,
        help="role to assume in each account that names none of its own "
        f"(with --organization {ACCOUNT_ROLE} where it is left out)",
    )
    group.add_argument(
        "--workers", metavar="N", type=values.at_least_one, help="worker processes (default: one for each core)"
    )
    group.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        type=values.scheduler,
        help="work on this Dask cluster (tcp://host:8786); its workers use their own credentials",
    )
    group.add_argument(
        "--resume",
        metavar="FILE",
        type=values.text,
        help="keep what is done in this file; after a kill the same command goes on where it was",
    )


def setup(group: argparse._ArgumentGroup) -> None:
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


def look(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--theme", metavar="NAME", type=values.text, help="colour theme of the terminal program")
    group.add_argument(
        "--web",
        metavar="PORT",
        nargs="?",
        type=values.port,
        const=0,
        help="show the program in a browser on this machine, read-only, at 127.0.0.1 (default: a free port)",
    )


def about(group: argparse._ArgumentGroup) -> None:
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

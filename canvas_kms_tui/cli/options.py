"""What the command line asked for, typed: the one object that the rest of the program gets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from canvas_kms_tui.target import Dataset

PROGRAM = "canvas-kms-tui"

#: The role that AWS Organizations makes in the accounts that it creates.
ACCOUNT_ROLE = "OrganizationAccountAccessRole"

#: ``--demo`` without a name.
DEFAULT_DEMO = "role-denied-kms"

FORMATS = ("text", "json", "jsonl", "markdown", "html", "junit", "ocsf")
EXPORTS = ("cli", "powershell", "cloudformation", "terraform")
SETUP_EXPORTS = ("cli", "cloudformation", "terraform", "console")  #: console: a walk through AWS's console, as text
FAIL_ON = ("warn", "fail")
SHELLS = ("bash", "zsh", "fish", "powershell")


class Complaint(Exception):
    """What stands in the way: one line that names the value and the next step, and the exit code."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class UsageError(Complaint):
    """The command line cannot be meant."""

    def __init__(self, message: str) -> None:
        super().__init__(message, 2)


@dataclass(frozen=True, slots=True)
class Options:
    """One attribute per flag, under the flag's name."""

    domain_id: str | None
    user_profile: str | None
    dataset: tuple[Dataset, ...]
    use_case: str | None
    local_upload: bool
    error: str | None
    since: timedelta | None
    probe_role: bool
    profile: str | None
    region: str | None
    endpoint_url: str | None
    role_arn: str | None
    external_id: str | None
    write_role_arn: str | None
    read_only: bool
    expect_account: str | None
    demo: str | None
    case: str | None
    record: str | None
    redact: bool
    batch: bool
    format: tuple[str, ...]
    output: str
    bundle: str | None
    accept_unknown: tuple[str, ...]
    strict: bool
    fail_on: tuple[str, ...]
    compare: str | None
    suppress: str | None
    only: tuple[str, ...]
    skip: tuple[str, ...]
    all_user_profiles: bool
    all_domains: bool
    regions: tuple[str, ...]
    accounts: str | None
    organization: bool
    account_role: str | None
    workers: int | None
    scheduler: str | None
    resume: str | None
    export_fixes: tuple[str, ...]
    plan: str | None
    alternative: int | None
    check_public_access: bool
    apply_plan: str | None
    confirm: tuple[str, ...]
    journal: bool
    undo: str | None
    theme: str | None
    web: int | None
    list_causes: bool
    explain: str | None
    list_demos: bool
    print_schema: bool
    evaluate: str | None
    print_policy: tuple[str, ...]
    doctor: bool
    setup: bool
    answers: str | None
    print_answers: bool
    print_completion: str | None
    log_file: str | None

    @property
    def many_targets(self) -> bool:
        """Whether a run over many targets was asked for."""
        return any((self.all_user_profiles, self.all_domains, self.regions, self.accounts, self.organization))

"""The questions of a set-up as data: what is asked, why, what there is to choose from and what of it will not work.

The reasons are the guide's ("Encrypt Your SageMaker Canvas Data with AWS KMS").
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from canvas_kms_tui.facts import Unreadable
from canvas_kms_tui.setup.account import Account, listed
from canvas_kms_tui.setup.answers import AWS_MANAGED, NEW, PUBLIC, SAME, VPC_ONLY, Answers
from canvas_kms_tui.setup.documents import MANAGED
from canvas_kms_tui.setup.planned import DEFAULT_ROLE, bucket_name

Kind = Literal["one", "many", "yes"]


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to choose. ``why_not`` says why it will not work; empty where it will."""

    value: str
    label: str
    note: str = ""
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """One question. ``free`` lets the user type what is not in the list; ``answer`` is the name in :class:`Answers`."""

    answer: str
    question: str
    kind: Kind = "one"
    free: bool = False
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """``why`` is two sentences; ``id`` is what problems name."""

    id: str
    title: str
    why: str
    asks: tuple[Ask, ...]


_A_KEY = "or type an ARN, id or alias/…"

STEPS: tuple[Step, ...] = (
    Step(
        "domain",
        "Domain",
        "Canvas runs in a SageMaker Domain, whose settings say which role and keys it uses. "
        "DomainName and AuthMode can never be changed once the Domain exists.",
        (
            Ask("domain", "Which Domain shall Canvas run in?", free=True, hint="choose, or type the name of a new one"),
            Ask("auth_mode", "How do users sign in to the new Domain?"),
        ),
    ),
    Step(
        "role",
        "Role",
        "Canvas reads, writes and decrypts as the user's execution role, so the role needs the rights to data and "
        "keys. "
        "Rights that another role has do not count.",
        (
            Ask(
                "role",
                "Which execution role shall Canvas use?",
                free=True,
                hint="choose, or type the name of a new one",
            ),
            Ask(
                "managed_policies",
                "Which of AWS's own policies shall the new role have?",
                kind="many",
                hint="none of them lets the role use a key of yours",
            ),
        ),
    ),
    Step(
        "storage-key",
        "Storage key",
        "The first key encrypts the volumes and the file system that Canvas works on (the Domain's KmsKeyId). "
        "It can never be changed once the Domain exists.",
        (
            Ask(
                "storage_key",
                "Which key encrypts the Domain's volumes?",
                free=True,
                hint="or type an ARN, id or alias/…",
            ),
        ),
    ),
    Step(
        "data-key",
        "Data key",
        "The second key encrypts what Canvas keeps in S3: copies of datasets, models and outputs. "
        "It may be the same as the first.",
        (Ask("data_key", "Which key encrypts Canvas' data in S3?", free=True, hint=_A_KEY),),
    ),
    Step(
        "bucket",
        "Bucket",
        "Canvas stores its data under Canvas/ in the Region's default SageMaker bucket unless told otherwise. "
        "A bucket policy that demands another key than the configured one makes imports fail.",
        (
            Ask("bucket", "Where shall Canvas keep its data?", free=True, hint="or type the name of a bucket"),
            Ask("pin_key", "Shall the bucket refuse every other key under Canvas/?", kind="yes"),
            Ask("local_upload", "Shall users be able to upload files from the browser?", kind="yes"),
        ),
    ),
    Step(
        "datasets",
        "Datasets",
        "Source data may be encrypted with yet another key, which the role must be allowed to decrypt with. "
        "The import of what you name here is proven before anything is made.",
        (
            Ask(
                "datasets",
                "Which data will be imported?",
                kind="many",
                free=True,
                hint="type s3://bucket/key or s3://bucket/prefix/, enter adds it",
            ),
        ),
    ),
    Step(
        "network",
        "Network",
        "A Domain lives in a VPC; with VpcOnly its traffic stays there and needs endpoints for S3 and KMS. "
        "AWS advises two subnets in different Availability Zones.",
        (
            Ask("network", "May the Domain's apps reach the internet?"),
            Ask("vpc", "Which VPC?"),
            Ask("subnets", "Which subnets?", kind="many", hint="none marked means all of them"),
        ),
    ),
    Step(
        "profiles",
        "Users",
        "Each Canvas user has a user profile in the Domain, whose settings may override the Domain's. "
        "The import of the first one is diagnosed at the end.",
        (
            Ask(
                "profiles",
                "Which user profiles shall there be?",
                kind="many",
                free=True,
                hint="type a name, enter adds it",
            ),
        ),
    ),
)


def applies(ask: Ask, answers: Answers, account: Account) -> bool:
    """Whether the question is still open: what an existing Domain or role has settled is not asked."""
    there = account.domain(answers.domain) is not None
    if ask.answer in ("auth_mode", "storage_key", "network", "vpc", "subnets"):
        return not there and (ask.answer not in ("vpc", "subnets") or bool(listed(account.vpcs)))
    if ask.answer == "managed_policies":
        domain = account.domain(answers.domain)
        wanted = answers.role or str((domain.settings if domain else {}).get("ExecutionRole") or "") or DEFAULT_ROLE
        return account.role(wanted) is None
    return True


def options(ask: Ask, answers: Answers, account: Account) -> list[Option]:
    """What there is to choose; what will not work stands there too, and says why."""
    return list(_OPTIONS[ask.answer](answers, account))


def unread(ask: Ask, account: Account) -> str:
    """Why nothing is offered: what may not be listed, and the permission that is missing. Empty where all was read."""
    part = {
        "domain": account.domains,
        "role": account.roles,
        "storage_key": account.keys,
        "data_key": account.keys,
        "bucket": account.buckets,
        "vpc": account.vpcs,
        "subnets": account.vpcs,
    }.get(ask.answer)
    return f"They cannot be listed: {part.why.action} is missing." if isinstance(part, Unreadable) else ""


def _domains(answers: Answers, account: Account) -> Iterator[Option]:
    for domain in listed(account.domains):
        key = "own key" if domain.described.get("KmsKeyId") else "AWS's own key"
        yield Option(domain.id, domain.name or domain.id, f"{domain.id}, {domain.described.get('Status')}, {key}")
    new = answers.domain if not account.domain(answers.domain) and not answers.domain.startswith("d-") else "canvas"
    if account.domain(new) is None:
        yield Option(new, f"create {new}", "a new Domain")


def _sign_in(answers: Answers, account: Account) -> Iterator[Option]:
    yield Option("IAM", "IAM", "with AWS credentials")
    yield Option("SSO", "SSO", "with IAM Identity Center, which must be set up")


def _roles(answers: Answers, account: Account) -> Iterator[Option]:
    domain = account.domain(answers.domain)
    own = str((domain.settings if domain else {}).get("ExecutionRole") or "")
    if own:
        yield Option("", own.rsplit("/", 1)[-1], "the Domain's own")
    elif account.role(DEFAULT_ROLE) is None:
        yield Option("", f"create {DEFAULT_ROLE}", "trusts SageMaker, has just what is needed")
    roles = sorted(listed(account.roles), key=lambda role: not role.trusts_sagemaker)
    for role in roles:
        if role.arn != own:
            why_not = "" if role.trusts_sagemaker else "does not trust sagemaker.amazonaws.com"
            yield Option(role.arn, role.name, "trusts SageMaker" if not why_not else "", why_not)


def _policies(answers: Answers, account: Account) -> Iterator[Option]:
    for name, grants in MANAGED.items():
        yield Option(name, name, grants)


def _storage_keys(answers: Answers, account: Account) -> Iterator[Option]:
    yield Option(NEW, "create one", "the role may use it, and nobody else whom IAM does not allow")
    yield Option(AWS_MANAGED, "AWS's own key", "nobody can edit its policy")
    yield from _keys(account)


def _data_keys(answers: Answers, account: Account) -> Iterator[Option]:
    domain = account.domain(answers.domain)
    if domain is not None:
        standing = str(domain.workspace.get("S3KmsKeyId") or domain.described.get("KmsKeyId") or "")
        if standing:
            yield Option(SAME, standing.rsplit("/", 1)[-1], "as it is now, or the Domain's")
    elif answers.storage_key != AWS_MANAGED:
        yield Option(SAME, "the same", "one key for both")
    yield Option(NEW, "create one", "another key than the Domain's")
    yield from _keys(account)


def _keys(account: Account) -> Iterator[Option]:
    for key in sorted(listed(account.keys), key=lambda key: bool(key.why_not)):
        yield Option(key.arn, key.shown, key.arn.rsplit("/", 1)[-1] if key.aliases else "", key.why_not)


def _buckets(answers: Answers, account: Account) -> Iterator[Option]:
    default = account.default_bucket
    used = bucket_name(answers.with_(bucket=""), account)
    there = "exists" if used in listed(account.buckets) else "is created"
    yield Option("", used, f"{'the default' if used == default else 'the Domain uses it'}; {there}")
    for name in listed(account.buckets):
        if name != used:
            yield Option(name, name, "", "a dot in the name: Canvas takes none" if "." in name else "")


def _yes(yes: str, no: str) -> Callable[[Answers, Account], Iterator[Option]]:
    def give(answers: Answers, account: Account) -> Iterator[Option]:
        yield Option("yes", "yes", yes)
        yield Option("no", "no", no)

    return give


def _sources(answers: Answers, account: Account) -> Iterator[Option]:
    chosen = set(answers.datasets)
    for uri in answers.datasets:
        yield Option(uri, uri)
    for name in listed(account.buckets):
        if (uri := f"s3://{name}/") not in chosen and name != account.default_bucket:
            yield Option(uri, uri, "the whole bucket; type on for less")


def _network(answers: Answers, account: Account) -> Iterator[Option]:
    yield Option(PUBLIC, "yes", PUBLIC)
    yield Option(VPC_ONLY, "no", f"{VPC_ONLY}: endpoints for S3 and KMS must be there")


def _vpcs(answers: Answers, account: Account) -> Iterator[Option]:
    for vpc in listed(account.vpcs):
        zones = {zone for _, zone in vpc.subnets}
        why_not = "" if vpc.subnets else "it has no subnet"
        note = f"{len(vpc.subnets)} subnets in {len(zones)} zones" + ("" if len(zones) > 1 else "; AWS advises two")
        yield Option(vpc.id, vpc.id, note, why_not)


def _subnets(answers: Answers, account: Account) -> Iterator[Option]:
    vpcs = listed(account.vpcs)
    for vpc in vpcs:
        if vpc.id == answers.vpc or (not answers.vpc and len(vpcs) == 1):
            for subnet, zone in vpc.subnets:
                yield Option(subnet, subnet, zone)


def _profiles(answers: Answers, account: Account) -> Iterator[Option]:
    domain = account.domain(answers.domain)
    standing = domain.profiles if domain else ()
    for name in dict.fromkeys([*answers.profiles, *standing]):
        yield Option(name, name, "exists" if name in standing else "is created")


_OPTIONS: dict[str, Callable[[Answers, Account], Iterator[Option]]] = {
    "domain": _domains,
    "auth_mode": _sign_in,
    "role": _roles,
    "managed_policies": _policies,
    "storage_key": _storage_keys,
    "data_key": _data_keys,
    "bucket": _buckets,
    "pin_key": _yes("a Deny for other keys", "default encryption alone decides"),
    "local_upload": _yes("one CORS rule with POST", "only imports from S3"),
    "datasets": _sources,
    "network": _network,
    "vpc": _vpcs,
    "subnets": _subnets,
    "profiles": _profiles,
}

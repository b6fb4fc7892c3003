"""What is wrong with an answer, said at the step where it is given: an error stops there, a warning does not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from canvas_kms_tui.edits.creation import is_new_key
from canvas_kms_tui.facts import Unreadable
from canvas_kms_tui.setup.account import Account, Bucket, Key, Vpc, listed
from canvas_kms_tui.setup.answers import AWS_MANAGED, NEW, PUBLIC, SAME, VPC_ONLY, Answers
from canvas_kms_tui.setup.forever import disagreeing
from canvas_kms_tui.setup.planned import names
from canvas_kms_tui.setup.problem import Problem
from canvas_kms_tui.target import BadTarget, Dataset

#: API models: CreateDomain DomainName, CreateUserProfile UserProfileName; IAM role names; KMS aliases.
_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")
_ROLE_NAME = re.compile(r"[\w+=,.@-]{1,64}", re.ASCII)
_ROLE_ARN = re.compile(r"arn:[^:]+:iam::(?P<account>\d{12}):role/[^:]+")
_ALIAS = re.compile(r"[a-zA-Z0-9/_-]{1,200}")
_MANAGED = re.compile(r"AmazonSageMaker[A-Za-z]+")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


def problems(answers: Answers, account: Account, bucket: Bucket) -> list[Problem]:
    """Everything that is wrong, in the order of the steps."""
    made = _made(answers, account, bucket)
    return [
        *_domain(answers, account),
        *_role(answers, account),
        *_keys(answers, account),
        *_bucket(bucket),
        *_datasets(answers),
        *_network(answers, account),
        *_profiles(answers, account),
        *disagreeing(answers, account),
        *_permissions(made, account),
        *_quotas(made, account),
    ]


@dataclass(frozen=True, slots=True)
class _Made:
    """Something that would be created: of which answer, how many, with which actions, and what would do instead."""

    answer: str
    quota: str  #: its name in ``Account.limits``, or ""
    count: int
    there: int
    actions: tuple[str, ...]
    instead: str

    @property
    def step(self) -> str:
        return self.answer.replace("_", "-")


def _made(answers: Answers, account: Account, bucket: Bucket) -> list[_Made]:
    """What the answers come to, as the planner sees it."""
    named = names(answers.with_(datasets=()), account)
    domain = account.domain(answers.domain)
    new = {key: answer for answer, key in (("data_key", named.data_key), ("storage_key", named.storage_key)) if key}
    standing = {name.lower() for name in (domain.profiles if domain else ())}
    profiles = sum(name.lower() not in standing for name in answers.profiles)
    keys, roles, buckets = (len(listed(part)) for part in (account.keys, account.roles, account.buckets))
    domains = len(listed(account.domains))
    made = [
        _Made("domain", "domains", int(domain is None), domains, ("sagemaker:CreateDomain",), "a Domain that exists"),
        _Made("role", "roles", int(named.role_is_new), roles, _ROLE_ACTIONS, "a role that exists"),
        _Made("bucket", "buckets", int(not bucket.exists), buckets, ("s3:CreateBucket",), "a bucket that exists"),
        _Made("profiles", "", profiles, 0, ("sagemaker:CreateUserProfile",), "the profiles that exist"),
    ]
    keys_made = [answer for key, answer in new.items() if is_new_key(key)]
    made += [
        _Made(answer, "keys", 1, keys + number, ("kms:CreateKey", "kms:CreateAlias"), "a key that exists")
        for number, answer in enumerate(keys_made)
    ]
    return [each for each in made if each.count]


_ROLE_ACTIONS = ("iam:CreateRole", "iam:AttachRolePolicy")


def _quotas(made: Sequence[_Made], account: Account) -> Iterator[Problem]:
    """What AWS's quota leaves no room for."""
    for each in made:
        limit = account.limits.get(each.quota)
        if limit is not None and each.there + each.count > limit:
            text = f"AWS allows {limit} {each.quota} here and {each.there} stand: choose {each.instead}"
            yield Problem(each.step, each.answer, f"{text}, or have the quota raised")


def _permissions(made: Sequence[_Made], account: Account) -> Iterator[Problem]:
    """What IAM says that the caller may not make."""
    for each in made:
        if lacking := [action for action in each.actions if action in account.may_not]:
            text = f"you lack {' and '.join(lacking)}: choose {each.instead}, or ask for it (--print-policy setup)"
            yield Problem(each.step, each.answer, text)


def _domain(answers: Answers, account: Account) -> Iterator[Problem]:
    if isinstance(account.domains, Unreadable):
        yield Problem("domain", "domain", _unread(account.domains, "whether the Domain exists is not known"))
        return
    if account.domain(answers.domain):
        return
    if re.match(r"d-", answers.domain):
        known = ", ".join(domain.id for domain in account.domains) or "none"
        yield Problem("domain", "domain", f"no Domain {answers.domain} in {account.region}; there are: {known}")
    elif not _NAME.fullmatch(answers.domain):
        yield Problem("domain", "domain", f"{answers.domain!r} is no name: letters, digits and hyphens, at most 63")
    if answers.auth_mode not in ("IAM", "SSO"):
        yield Problem("domain", "auth_mode", f"{answers.auth_mode!r}: write IAM or SSO")


def _role(answers: Answers, account: Account) -> Iterator[Problem]:
    name, domain = answers.role, account.domain(answers.domain)
    if isinstance(account.roles, Unreadable):
        yield Problem("role", "role", _unread(account.roles, "whether the role exists is not known"))
        return
    if name.startswith("arn:"):
        arn = _ROLE_ARN.fullmatch(name)
        if arn is None:
            yield Problem("role", "role", f"{name} is no role's ARN: arn:{account.partition}:iam::ACCOUNT:role/NAME")
        elif arn["account"] != account.account:
            yield Problem("role", "role", f"{name} is of another account; Canvas needs a role of {account.account}")
        elif not account.role(name):
            yield Problem("role", "role", f"{name} does not exist; give a name alone to have it created")
    elif name and not _ROLE_NAME.fullmatch(name):
        yield Problem("role", "role", f"{name!r} is no role name: letters, digits and +=,.@-_, at most 64")
    wanted = name or str((domain.settings if domain else {}).get("ExecutionRole") or "")
    role = account.role(wanted)
    if role is not None and not role.trusts_sagemaker:
        text = f"{role.name} does not trust sagemaker.amazonaws.com (sts:AssumeRole): SageMaker cannot take it"
        yield Problem("role", "role", f"{text}; choose another, or let one be created")
    for policy in answers.managed_policies:
        if not _MANAGED.fullmatch(policy):
            yield Problem("role", "managed_policies", f"{policy!r} is none of SageMaker's own policies")


def _keys(answers: Answers, account: Account) -> Iterator[Problem]:
    domain = account.domain(answers.domain)
    if domain is None and answers.storage_key not in (NEW, AWS_MANAGED):
        yield from _key(answers.storage_key, "storage_key", account)
    if answers.data_key not in (NEW, SAME):
        yield from _key(answers.data_key, "data_key", account)
    if answers.data_key == SAME and domain is None and answers.storage_key == AWS_MANAGED:
        text = "the Domain's key is AWS's own, whose policy nobody can edit; write new, or a key of yours"
        yield Problem("data-key", "data_key", text)
    if not _ALIAS.fullmatch(answers.alias) or answers.alias.startswith("aws/"):
        yield Problem("data-key", "alias", f"{answers.alias!r} is no alias: letters, digits and /_-, not aws/…")


def _key(wanted: str, answer: str, account: Account) -> Iterator[Problem]:
    step = "storage-key" if answer == "storage_key" else "data-key"
    if isinstance(account.keys, Unreadable):
        yield Problem(step, answer, _unread(account.keys, "whether the key can be used is not known"))
        return
    parts = wanted.split(":")
    if wanted.startswith("arn:") and len(parts) >= 6 and parts[3] and parts[4]:
        if parts[3] != account.region:
            yield Problem(step, answer, f"the key is in {parts[3]}; Canvas' bucket and Domain are in {account.region}")
            return
        if parts[4] != account.account:
            text = f"the key is of account {parts[4]}, whose owner must share it; choose one of {account.account}"
            yield Problem(step, answer, text)
            return
    key: Key | None = account.key(wanted)
    if key is None:
        yield Problem(step, answer, f"no key {wanted!r} in {account.region}; write new, or an ARN, id or alias/…")
    elif key.why_not:
        yield Problem(step, answer, f"{key.shown} cannot be used: {key.why_not}")


def _bucket(bucket: Bucket) -> Iterator[Problem]:
    if not _BUCKET.fullmatch(bucket.name):
        yield Problem("bucket", "bucket", f"{bucket.name!r} is no bucket name: 3 to 63 of a-z 0-9 . -")
    elif bucket.why_not:
        yield Problem("bucket", "bucket", f"{bucket.name}: {bucket.why_not}")
    elif "." in bucket.name:
        yield Problem("bucket", "bucket", f"{bucket.name}: Canvas takes no bucket with a dot in its name")


def _datasets(answers: Answers) -> Iterator[Problem]:
    for uri in answers.datasets:
        try:
            Dataset.parse(uri)
        except BadTarget as bad:
            yield Problem("datasets", "datasets", str(bad))


def _network(answers: Answers, account: Account) -> Iterator[Problem]:
    if answers.network not in (PUBLIC, VPC_ONLY):
        yield Problem("network", "network", f"{answers.network!r}: write {PUBLIC} or {VPC_ONLY}")
    if account.domain(answers.domain) is not None:
        return
    if isinstance(account.vpcs, Unreadable):
        if not (answers.vpc and answers.subnets):
            text = _unread(account.vpcs, "the VPCs cannot be listed")
            yield Problem("network", "vpc", f"{text}; or give vpc and subnets")
        return
    vpc = next((each for each in account.vpcs if each.id == answers.vpc), None)
    if answers.vpc and vpc is None:
        known = ", ".join(each.id for each in account.vpcs) or "none"
        yield Problem("network", "vpc", f"no VPC {answers.vpc} in {account.region}; there are: {known}")
    elif not account.vpcs:
        yield Problem("network", "vpc", f"there is no VPC in {account.region}; a Domain needs one")
    elif vpc is None and len(account.vpcs) > 1:
        yield Problem("network", "vpc", f"choose one of {', '.join(each.id for each in account.vpcs)}")
    else:
        yield from _subnets(answers, vpc.subnets if vpc else account.vpcs[0].subnets)
    chosen = vpc or (account.vpcs[0] if len(account.vpcs) == 1 and not answers.vpc else None)
    if answers.network == VPC_ONLY and chosen is not None:
        yield from _groups(answers, chosen)


def _groups(answers: Answers, vpc: Vpc) -> Iterator[Problem]:
    """The security groups of a VpcOnly Domain; they must be of its VPC."""
    if not answers.security_groups and not vpc.default_group:
        yield Problem("network", "security_groups", "VpcOnly needs a security group, and no default one was found")
    for group in answers.security_groups:
        if vpc.groups is not None and group not in vpc.groups:
            known = ", ".join(vpc.groups) or "none"
            yield Problem("network", "security_groups", f"no security group {group} in {vpc.id}; there are: {known}")


def _subnets(answers: Answers, standing: tuple[tuple[str, str], ...]) -> Iterator[Problem]:
    known = dict(standing)
    for subnet in answers.subnets:
        if subnet not in known:
            yield Problem("network", "subnets", f"no subnet {subnet} there; there are: {', '.join(known) or 'none'}")
    chosen = answers.subnets or tuple(known)
    if not chosen:
        yield Problem("network", "subnets", "the VPC has no subnet; a Domain needs one")
    elif len({known.get(subnet, subnet) for subnet in chosen}) < 2:
        text = "only one Availability Zone: AWS advises at least two subnets in different ones"
        yield Problem("network", "subnets", text, stops=False)


def _profiles(answers: Answers, account: Account) -> Iterator[Problem]:
    for name in answers.profiles:
        if not _NAME.fullmatch(name):
            yield Problem("profiles", "profiles", f"{name!r} is no name: letters, digits and hyphens, at most 63")
    lowered = [name.lower() for name in answers.profiles]
    for name in dict.fromkeys(name for name in answers.profiles if lowered.count(name.lower()) > 1):
        yield Problem("profiles", "profiles", f"{name!r} is there twice: SageMaker tells no small from capital letters")
    domain = account.domain(answers.domain)
    if not answers.profiles and not (domain and domain.profiles):
        yield Problem("profiles", "profiles", "at least one user profile, whose import is then proven")


def _unread(part: Unreadable, what: str) -> str:
    return f"{what}: {part.why.action} is missing"

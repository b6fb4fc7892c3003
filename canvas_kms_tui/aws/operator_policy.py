"""Owns the smallest IAM policy for whoever diagnoses: the allow-list of reads, written as a policy."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from canvas_kms_tui.aws.operations import Operation, Params, Place, access_point, kms_key
from canvas_kms_tui.aws.reads import READS

#: AWS gives it to everybody; a policy cannot take part in it.
_NEEDS_NO_PERMISSION = frozenset({"sts:GetCallerIdentity"})
#: KMS answers these about the keys of other accounts too (KMS API reference, "Cross-account use"); the other account's
#: key policy has a say as well.
_ACROSS_ACCOUNTS = frozenset({"kms:DescribeKey", "kms:ListGrants"})


class _Any(dict[str, Any]):
    """Parameters that name everything."""

    def get(self, name: str, default: Any = None) -> Any:
        return "*"


_EVERYTHING: Params = _Any()


def read_policy(partition: str = "aws", *, account: str = "*", region: str = "*") -> dict[str, Any]:
    """A policy document that allows every read of the program and nothing else.

    ``account`` and ``region`` narrow the resources that have them in their ARN; keys and access points may stand
    elsewhere.
    """
    place = Place(partition, region, account)
    actions: dict[str, set[str]] = defaultdict(set)
    for operation in READS.values():
        for action in set(operation.actions) - _NEEDS_NO_PERMISSION:
            actions[_resource(operation, action, place)].add(action)
    statements = [_statement(resource, found) for resource, found in sorted(actions.items()) if found]
    return {"Version": "2012-10-17", "Statement": statements}


def _resource(operation: Operation, action: str, place: Place) -> str:
    if operation.resource is kms_key:
        account = "*" if action in _ACROSS_ACCOUNTS else place.account
        return f"arn:{place.partition}:kms:*:{account}:key/*"
    if operation.resource is access_point:
        return f"arn:{place.partition}:s3:*:*:accesspoint/*"
    return operation.resource(_EVERYTHING, place)


def _statement(resource: str, actions: set[str]) -> dict[str, Any]:
    return {"Sid": _sid(resource), "Effect": "Allow", "Action": sorted(actions), "Resource": resource}


def _sid(resource: str) -> str:
    """``ReadIamRole`` for ``arn:aws:iam::*:role/*``; letters and digits only, as IAM demands."""
    if resource == "*":
        return "ReadLists"
    _, _, service, _, account, rest = resource.split(":", 5)
    kind = rest.split("/")[0] if rest.split("/")[0] != "*" else ("object" if "/" in rest else "bucket")
    whose = "-of-anybody" if service == "kms" and account == "*" else ""
    return "Read" + "".join(word.title() for word in f"{service}-{kind}{whose}".split("-"))

"""Owns the smallest IAM policy for whoever diagnoses: the allow-list of reads, written as a policy."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from canvas_kms_tui.aws.operations import Params, Place, kms_key
from canvas_kms_tui.aws.reads import READS

#: AWS gives it to everybody; a policy cannot take part in it.
_NEEDS_NO_PERMISSION = frozenset({"sts:GetCallerIdentity"})


class _Any(dict[str, Any]):
    """Parameters that name everything."""

    def get(self, name: str, default: Any = None) -> Any:
        return "*"


_EVERYTHING: Params = _Any()


def read_policy(partition: str = "aws", *, account: str = "*", region: str = "*") -> dict[str, Any]:
    """A policy document that allows every read of the program and nothing else.

    ``account`` and ``region`` narrow the resources that have them in their ARN.
    """
    place = Place(partition, region, account)
    actions: dict[str, set[str]] = defaultdict(set)
    for operation in READS.values():
        resource = operation.resource(_EVERYTHING, place)
        if operation.resource is kms_key:
            resource = f"arn:{partition}:kms:{region}:{account}:key/*"
        actions[resource].update(set(operation.actions) - _NEEDS_NO_PERMISSION)
    statements = [_statement(resource, found) for resource, found in sorted(actions.items()) if found]
    return {"Version": "2012-10-17", "Statement": statements}


def _statement(resource: str, actions: set[str]) -> dict[str, Any]:
    return {"Sid": _sid(resource), "Effect": "Allow", "Action": sorted(actions), "Resource": resource}


def _sid(resource: str) -> str:
    """``ReadIamRole`` for ``arn:aws:iam::*:role/*``; letters and digits only, as IAM demands."""
    if resource == "*":
        return "ReadLists"
    _, _, service, _, _, rest = resource.split(":", 5)
    kind = rest.split("/")[0] if rest.split("/")[0] != "*" else ("object" if "/" in rest else "bucket")
    return "Read" + "".join(word.title() for word in f"{service}-{kind}".split("-"))

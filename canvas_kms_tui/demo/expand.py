"""Turning an environment file as it is written into one without references.

Owns ``extends`` (RFC 7396 merge patch), the ``{…}`` references and the derived names and ids.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any

#: ``{account}``, ``{key:artifacts}``; an IAM policy variable (``${aws:username}``) is left alone.
_REFERENCE = re.compile(r"(?<!\$)\{([a-z_]+)(?::([A-Za-z0-9_+=,.@/-]+))?\}")

_DEFAULT_BUCKET = "sagemaker-{region}-{account}"


class BadReference(ValueError):
    """A ``{…}`` reference to something that the file does not declare. ``pointer`` is its place."""

    def __init__(self, pointer: str, problem: str) -> None:
        super().__init__(problem)
        self.pointer = pointer


def partition_of(region: str) -> str:
    """The partition of a Region, by the names that AWS gives to Regions."""
    for prefix, partition in (
        ("cn-", "aws-cn"),
        ("us-gov-", "aws-us-gov"),
        ("us-isob-", "aws-iso-b"),
        ("us-iso", "aws-iso"),
    ):
        if region.startswith(prefix):
            return partition
    return "aws"


def _other_region(region: str) -> str:
    """Some other Region of the same partition, for what stands in the wrong one."""
    pairs = {"aws": ("us-west-2", "us-east-1"), "aws-cn": ("cn-northwest-1", "cn-north-1"),
             "aws-us-gov": ("us-gov-east-1", "us-gov-west-1")}  # fmt: skip
    first, second = pairs.get(partition_of(region), (f"{region}b", f"{region}c"))
    return second if region == first else first


def merge(base: Any, patch: Any) -> Any:
    """RFC 7396: objects are merged, null removes, everything else replaces."""
    if not isinstance(patch, Mapping):
        return patch
    merged = dict(base) if isinstance(base, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge(merged.get(name), value)
    return merged


class Names:
    """Real names and ids of everything that a file declares, from their names in the file.

    ``prefix`` is put before every name that the account's owner could choose freely.
    """

    def __init__(self, document: Mapping[str, Any], prefix: str) -> None:
        self._document = document
        self._prefix = prefix
        self.account: str = document["account"]
        self.region: str = document["region"]
        self.partition: str = document.get("partition") or partition_of(self.region)
        self._plain: dict[str, str] = {
            "account": self.account,
            "region": self.region,
            "partition": self.partition,
            "default_bucket": f"sagemaker-{self.region}-{self.account}",
            "other_region": _other_region(self.region),
            **{name: str(value) for name, value in document.get("variables", {}).items()},
        }
        self._lookups: dict[str, Callable[[str], str]] = {
            "role": lambda name: self._iam("role", "roles", name),
            "user": lambda name: self._iam("user", "users", name),
            "policy": lambda name: self._iam("policy", "policies", name),
            "role_name": lambda name: self.chosen("roles", name),
            "role_id": self.role_id,
            "key": self.key_arn,
            "key_id": self.key_id,
            "alias": lambda name: self.alias(self.entry("keys", name)["aliases"][0]),
            "bucket": self.bucket,
            "domain": self.domain_id,
            "profile": self.profile,
        }

    def entry(self, section: str, name: str) -> Mapping[str, Any]:
        found = self._document.get(section, {}).get(name)
        if found is None:
            raise KeyError(f"{section} declares no {name!r}")
        return found  # type: ignore[no-any-return]

    def chosen(self, section: str, name: str) -> str:
        return self._prefix + str(self.entry(section, name).get("name", name))

    def _iam(self, kind: str, section: str, name: str) -> str:
        entry = self.entry(section, name)
        path = entry.get("path", "/")
        return f"arn:{self.partition}:iam::{self.account_of(entry)}:{kind}{path}{self.chosen(section, name)}"

    def attached(self, policy: str) -> str:
        """A policy as an attachment names it: the ARN of one that the file declares, or as written."""
        return self._iam("policy", "policies", policy) if policy in self._document.get("policies", {}) else policy

    def account_of(self, entry: Mapping[str, Any]) -> str:
        return self.plain(str(entry.get("account", self.account)))

    def region_of(self, entry: Mapping[str, Any]) -> str:
        return self.plain(str(entry.get("region", self.region)))

    def role_id(self, name: str) -> str:
        given = self.entry("roles", name).get("id")
        return str(given) if given else "AROA" + self._letters("role", name, 17)

    def alias(self, written: str) -> str:
        """An alias as it is named here; those of AWS itself (``alias/aws/…``) have no other name."""
        own = written.removeprefix("alias/")
        return written if own.startswith("aws/") else f"alias/{self._prefix}{own}"

    def key_id(self, name: str) -> str:
        """The id of a key; a replica has that of its primary key (``replica_of``)."""
        entry = self.entry("keys", name)
        if "replica_of" in entry:
            return self.key_id(entry["replica_of"])
        if "id" in entry and not self._prefix:
            return str(entry["id"])
        derived = str(uuid.UUID(bytes=self._digest("key", name)[:16], version=4))
        return "mrk-" + derived.replace("-", "") if entry.get("multi_region") else derived

    def key_arn(self, name: str) -> str:
        entry = self.entry("keys", name)
        place = f"{self.region_of(entry)}:{self.account_of(entry)}"
        return f"arn:{self.partition}:kms:{place}:key/{self.key_id(name)}"

    def bucket(self, name: str) -> str:
        written = str(self.entry("buckets", name).get("name", name))
        prefix = "" if written in (_DEFAULT_BUCKET, "{default_bucket}") else self._prefix.lower()
        return prefix + self.plain(written)

    def domain_id(self, name: str) -> str:
        given = self.entry("domains", name).get("id")
        return str(given) if given and not self._prefix else "d-" + self._letters("domain", name, 12).lower()

    def profile(self, name: str) -> str:
        for domain in self._document.get("domains", {}).values():
            if name in domain.get("profiles", {}):
                return self._prefix + name
        raise KeyError(f"no domain declares a profile {name!r}")

    def plain(self, text: str) -> str:
        return _REFERENCE.sub(lambda found: self._plain.get(found[1], found[0]), text)

    def resolve(self, kind: str, name: str | None) -> str:
        """The text that a reference stands for. Raises KeyError with the problem as its argument."""
        if name is None:
            if kind not in self._plain:
                raise KeyError(f"unknown variable {{{kind}}}; known: {', '.join(sorted(self._plain))}")
            return self._plain[kind]
        if kind not in self._lookups:
            raise KeyError(f"unknown reference {{{kind}:…}}; known: {', '.join(sorted(self._lookups))}")
        return self._lookups[kind](name)

    def _digest(self, *parts: str) -> bytes:
        return hashlib.sha256("\0".join((self.account, self.region, self._prefix, *parts)).encode()).digest()

    def _letters(self, kind: str, name: str, length: int) -> str:
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
        return "".join(alphabet[byte % 32] for byte in self._digest(kind, name)[:length])


def expand(node: Any, names: Names, pointer: str = "") -> Any:
    """A copy of ``node`` with every reference replaced, in values and in the names of members.

    Raises:
        BadReference: a reference that means nothing.
    """
    if isinstance(node, str):
        return _replace(node, names, pointer)
    if isinstance(node, Mapping):
        return {
            _replace(name, names, f"{pointer}/{name}"): expand(value, names, f"{pointer}/{name}")
            for name, value in node.items()
        }
    if isinstance(node, list):
        return [expand(value, names, f"{pointer}/{index}") for index, value in enumerate(node)]
    return node


def _replace(text: str, names: Names, pointer: str) -> str:
    def value(found: re.Match[str]) -> str:
        try:
            return names.resolve(found[1], found[2])
        except KeyError as problem:
            raise BadReference(pointer, str(problem.args[0])) from None

    return _REFERENCE.sub(value, text)


def references(node: Any) -> Iterator[str]:
    """Every reference in ``node``, as written."""
    if isinstance(node, str):
        yield from (found[0] for found in _REFERENCE.finditer(node))
    elif isinstance(node, Mapping):
        for name, value in node.items():
            yield from references(name)
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)

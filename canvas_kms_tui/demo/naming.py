"""The real names and ids of what an environment file declares, from their names in the file."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Callable, Mapping
from typing import Any

#: ``{account}``, ``{key:artifacts}``; an IAM policy variable (``${aws:username}``) is left alone.
REFERENCE = re.compile(r"(?<!\$)\{([a-z_]+)(?::([A-Za-z0-9_+=,.@/-]+))?\}")

_DEFAULT_BUCKET = "sagemaker-{region}-{account}"


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
        return REFERENCE.sub(lambda found: self._plain.get(found[1], found[0]), text)

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


def with_ids(written: Mapping[str, Any], names: Names) -> dict[str, Any]:
    """Put every derived name and id into the document, so that the stand-in derives nothing."""
    document = dict(written)
    document["partition"] = names.partition
    for section in ("roles", "users", "policies"):
        document[section] = {
            names.chosen(section, name): {**entry, "account": names.account_of(entry)}
            for name, entry in written.get(section, {}).items()
        }
    for name in written.get("roles", {}):
        document["roles"][names.chosen("roles", name)]["id"] = names.role_id(name)
    for identity in (*document["roles"].values(), *document["users"].values()):
        identity["attached"] = [names.attached(policy) for policy in identity.get("attached", ())]
        if "boundary" in identity:
            identity["boundary"] = names.attached(identity["boundary"])
    document["keys"] = {
        names.key_arn(name): {
            **entry,
            "id": names.key_id(name),
            "aliases": [names.alias(alias) for alias in entry.get("aliases", ())],
        }
        for name, entry in written.get("keys", {}).items()
    }
    document["buckets"] = {
        names.bucket(name): {**entry, "account": names.account_of(entry), "region": names.region_of(entry)}
        for name, entry in written.get("buckets", {}).items()
    }
    document["domains"] = {
        names.domain_id(name): {
            **entry,
            "name": names.chosen("domains", name),
            "profiles": {names.profile(own): profile for own, profile in entry.get("profiles", {}).items()},
        }
        for name, entry in written.get("domains", {}).items()
    }
    return document

"""One stand-in with many accounts: each like a shipped environment, with more Domains and profiles.

What a right run says of every target is known beforehand (:meth:`World.expected`).
"""

from __future__ import annotations

import copy
import dataclasses
from dataclasses import dataclass, field
from typing import Any

from canvas_kms_tui.demo import environments
from canvas_kms_tui.demo.environments import Environment

HUB = "111122223333"
ROLE = "CanvasReader"
#: How the accounts are broken, in turn.
KINDS = ("healthy", "key-policy-omits-role", "healthy", "key-disabled", "role-denied-kms")

Target = tuple[str, str, str, str]


@dataclass
class World:
    """``environment`` is what a stand-in becomes; ``closed`` are accounts whose role may not be assumed."""

    environment: Environment
    accounts: list[str]
    closed: tuple[str, ...]
    regions: tuple[str, ...]
    verdicts: dict[Target, tuple[str, str | None]] = field(default_factory=dict)

    def expected(self) -> dict[Target, tuple[str, str | None]]:
        """(account, Region, Domain, profile) → (verdict, most likely cause)."""
        found = {key: said for key, said in self.verdicts.items() if key[0] not in self.closed}
        for account in self.closed:
            for region in self.regions:
                found[account, region, "*", "*"] = ("incomplete", None)
        return found

    def toml(self) -> str:
        return "".join(
            f'[[account]]\nid = "{account}"\nrole = "{ROLE}"\nexternal_id = "x-{account}"\n'
            for account in self.accounts
        )


def build(accounts: int, domains: int, profiles: int, *, closed: int = 0, regions: tuple[str, ...] = ("eu-west-1",),
          apps: bool = False) -> World:  # fmt: skip
    """The hub, whose operator may assume :data:`ROLE` in every account but the last ``closed``."""
    document: dict[str, Any] = copy.deepcopy(dict(environments.load("healthy").document))
    base = environments.load("healthy")
    numbers = [f"{200000000000 + index:012d}" for index in range(accounts)]
    world = World(base, numbers, tuple(numbers[len(numbers) - closed :]) if closed else (), regions)
    for index, account in enumerate(numbers):
        for place, region in enumerate(regions):
            prefix = f"a{index}r{place}-"
            kind = KINDS[index % len(KINDS)]
            own = environments.load(kind).moved(account=account, region=region, prefix=prefix).document
            _merge(document, own, account, region)
            _settle(world, document, own, account, region, kind, domains, profiles, apps)
    document["operator"] = {
        **document["operator"],
        "roles": [
            {"arn": f"arn:aws:iam::{account}:role/{ROLE}", "external_id": f"x-{account}"}
            for account in numbers
            if account not in world.closed
        ],
    }
    members = dict.fromkeys(numbers, "ACTIVE") | {"999999999999": "SUSPENDED"}
    document["organization"] = {"id": "o-exampleorgid1", "management_account": HUB, "path": ["r-root"],
                                "accounts": members}  # fmt: skip
    world.environment = dataclasses.replace(base, document=document)
    return world


def _merge(document: dict[str, Any], own: Any, account: str, region: str) -> None:
    for section in ("roles", "policies", "keys", "buckets"):
        for name, entry in own.get(section, {}).items():
            document.setdefault(section, {})[name] = {"account": account, "region": region, **entry}


def _settle(world: World, document: dict[str, Any], own: Any, account: str, region: str, kind: str, domains: int,
            profiles: int, apps: bool) -> None:  # fmt: skip
    """The account's Domains: copies of its one, each with so many profiles."""
    first, entry = next(iter(own["domains"].items()))
    said = ("healthy", None) if kind == "healthy" else ("broken", kind)
    for number in range(domains):
        domain = first if number == 0 else f"{first[:-3]}{number:03d}"
        names = [f"user-{number}-{each}" for each in range(profiles)]
        document["domains"][domain] = {
            **entry,
            "account": account,
            "region": region,
            "name": f"domain-{number}",
            "profiles": {name: {"UserSettings": {}} for name in names},
            "apps": [{"UserProfileName": name} for name in names] if apps else [],
        }
        for name in names:
            world.verdicts[account, region, domain, name] = said

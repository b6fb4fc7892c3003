"""The unit of work: one Region of one account, and how that account is entered. Plain data, no credentials in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

#: Stands for every Domain or profile of a place that could not be listed.
ALL = "*"


@dataclass(frozen=True, slots=True)
class Place:
    """``role_arn`` None is the caller's own account; ``profile`` is of the AWS configuration where the work is done.

    ``region`` None is the one that the configuration names.
    """

    account: str
    partition: str
    region: str | None
    role_arn: str | None = None
    external_id: str | None = None
    profile: str | None = None

    @property
    def key(self) -> str:
        return f"{self.account}/{self.region or ''}"

    def data(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Place:
        return cls(**data)


@dataclass(frozen=True, slots=True)
class Account:
    """One account of a file or an organization. ``why_not`` says why it is left out (suspended), or is empty."""

    id: str
    role_arn: str | None = None
    external_id: str | None = None
    profile: str | None = None
    regions: tuple[str, ...] = ()
    why_not: str = ""


def places_of(account: Account, regions: tuple[str, ...], partition: str) -> list[Place]:
    """The account's own Regions where it names some, else those of the whole run; none is the configuration's."""
    return [
        Place(account.id, partition, region, account.role_arn, account.external_id, account.profile)
        for region in account.regions or regions or (None,)
    ]

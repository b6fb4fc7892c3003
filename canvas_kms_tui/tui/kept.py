"""The last targets of this user: kept in the state directory, readable for the user alone, offered when one is chosen.

Only what was looked at in a real account is kept; a demo or somebody else's case file leaves no trace.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from canvas_kms_tui.target import Target
from canvas_kms_tui.tui.clipboard import state_directory, write_private

MOST = 30
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Kept:
    account: str
    region: str
    domain_id: str
    user_profile: str
    datasets: tuple[str, ...]

    @property
    def label(self) -> str:
        more = f" and {len(self.datasets) - 1} more" if len(self.datasets) > 1 else ""
        return f"{self.domain_id} / {self.user_profile} → {self.datasets[0] if self.datasets else 'no source'}{more}"


def path() -> Path:
    return state_directory() / "targets.json"


def load() -> list[Kept]:
    """The last one first; a file that is not there, not ours or not whole gives none: it is only a convenience."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        found = json.loads(path().read_text(encoding="utf-8"))
        if found["version"] == _VERSION:
            return [_read(entry) for entry in found["targets"]]
    return []


def _read(entry: dict[str, object]) -> Kept:
    account, region, domain, profile = (str(entry[name]) for name in ("account", "region", "domain_id", "user_profile"))
    datasets = entry["datasets"]
    if not isinstance(datasets, list):
        raise TypeError("datasets")
    return Kept(account, region, domain, profile, tuple(map(str, datasets)))


def remember(target: Target) -> None:
    """Put a target first; where the disk does not let us, nothing is lost but the convenience."""
    uris = tuple(dataset.uri for dataset in target.datasets)
    new = Kept(target.account, target.region, target.domain_id, target.user_profile, uris)
    targets = [new, *(old for old in load() if old != new)][:MOST]
    with suppress(OSError):
        text = json.dumps({"version": _VERSION, "targets": [asdict(kept) for kept in targets]}, indent=1)
        write_private(path(), text + "\n")


def targets_of(account: str, region: str) -> list[Kept]:
    return [kept for kept in load() if (kept.account, kept.region) == (account, region)]


def locations_of(account: str) -> Sequence[str]:
    """The S3 locations that were looked at in an account, the last one first."""
    return list(dict.fromkeys(uri for kept in load() if kept.account == account for uri in kept.datasets))

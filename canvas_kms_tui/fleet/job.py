"""What a worker is told, as JSON data: a place, what to check there, how to write it down. It holds no credentials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from canvas_kms_tui import __version__
from canvas_kms_tui.causes import catalogue
from canvas_kms_tui.fleet.places import Place
from canvas_kms_tui.fleet.run import Plan
from canvas_kms_tui.fleet.wanted import Wanted
from canvas_kms_tui.report import Report
from canvas_kms_tui.report.asides import Asides, Suppression
from canvas_kms_tui.target import Dataset


@dataclass(frozen=True, slots=True)
class Task:
    """The same for every place of a run."""

    wanted: Wanted
    plan: Plan
    formats: tuple[str, ...]
    own_files: bool
    fail_on: tuple[str, ...]
    source: str
    generated_at: datetime
    suppressions: Sequence[Suppression] = ()
    #: How the worker finds AWS: ``profile``, ``endpoint_url``, and of a demo its made-up ``isolated`` credentials.
    access: Mapping[str, Any] = field(default_factory=dict)

    def frame(self, asides: Asides | None = None) -> Report:
        return Report(self.source, (), self.generated_at, asides=asides or Asides(self.suppressions))

    def data(self) -> dict[str, Any]:
        wanted, plan = self.wanted, self.plan
        return {
            "version": __version__,
            "wanted": {
                "domain_id": wanted.domain_id,
                "user_profile": wanted.user_profile,
                "datasets": [dataset.uri for dataset in wanted.datasets],
                "use_case": wanted.use_case,
                "local_upload": wanted.local_upload,
                "error_text": wanted.error_text,
            },
            "plan": {
                "causes": None if plan.causes is None else [cause.id for cause in plan.causes],
                "accept_unknown": list(plan.accept_unknown),
                "strict": plan.strict,
                "since": None if plan.since is None else plan.since.total_seconds(),
            },
            "formats": list(self.formats),
            "own_files": self.own_files,
            "fail_on": list(self.fail_on),
            "source": self.source,
            "generated_at": self.generated_at.isoformat(),
            "suppressions": [[each.cause, each.resource, each.reason, each.until.isoformat()] for each in
                             self.suppressions],
            "access": dict(self.access),
        }  # fmt: skip

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Task:
        wanted, plan = dict(data["wanted"]), data["plan"]
        wanted["datasets"] = tuple(Dataset.parse(uri) for uri in wanted["datasets"])
        chosen = plan["causes"]
        return cls(
            wanted=Wanted(**wanted),
            plan=Plan(
                causes=None if chosen is None else [cause for cause in catalogue() if cause.id in chosen],
                accept_unknown=tuple(plan["accept_unknown"]),
                strict=plan["strict"],
                since=None if plan["since"] is None else timedelta(seconds=plan["since"]),
            ),
            formats=tuple(data["formats"]),
            own_files=data["own_files"],
            fail_on=tuple(data["fail_on"]),
            source=data["source"],
            generated_at=datetime.fromisoformat(data["generated_at"]),
            suppressions=[
                Suppression(cause, resource, reason, date.fromisoformat(until))
                for cause, resource, reason, until in data["suppressions"]
            ],
            access=data["access"],
        )


@dataclass(frozen=True, slots=True)
class Job:
    """One place of a task. ``skip`` names the targets that are done; ``before`` are the rows of an earlier dump."""

    place: Place
    task: Task
    skip: Sequence[tuple[str, str]] = ()
    before: Sequence[Any] | None = None

    def data(self) -> dict[str, Any]:
        return {
            "place": self.place.data(),
            "task": self.task.data(),
            "skip": [list(each) for each in self.skip],
            "before": None if self.before is None else list(self.before),
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Job:
        return cls(
            Place.from_data(data["place"]),
            Task.from_data(data["task"]),
            tuple((domain, profile) for domain, profile in data["skip"]),
            data["before"],
        )

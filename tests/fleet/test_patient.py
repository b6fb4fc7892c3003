"""A call that was throttled to its end is asked again; any other failure is not."""

from __future__ import annotations

import pytest

from canvas_kms_tui.fleet import patient
from canvas_kms_tui.fleet.patient import Patient, entered
from canvas_kms_tui.gateway import CallFailed, CannotConnect, FailureKind


class Failing:
    def __init__(self, kind: FailureKind, times: int) -> None:
        self.kind, self.left, self.asked = kind, times, 0

    async def call(self, service, operation, *, region=None, **params):
        self.asked += 1
        if self.left:
            self.left -= 1
            raise CallFailed(self.kind, service, operation)
        return {}


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch):
    monkeypatch.setattr(patient, "PAUSES", (0.0, 0.0, 0.0))


async def test_throttling_is_waited_out():
    gateway = Failing(FailureKind.THROTTLED, 3)
    assert await Patient(gateway).call("kms", "list_keys") == {}
    assert gateway.asked == 4


async def test_throttling_without_end_and_other_failures_are_told():
    for kind, times, asked in ((FailureKind.THROTTLED, 9, 4), (FailureKind.DENIED, 1, 1)):
        gateway = Failing(kind, times)
        with pytest.raises(CallFailed):
            await Patient(gateway).call("kms", "list_keys")
        assert gateway.asked == asked


async def test_an_account_is_entered_although_sts_throttles_at_first():
    refusals = [CannotConnect("cannot assume X (Throttling: Rate exceeded)")]

    async def connect() -> str:
        if refusals:
            raise refusals.pop()
        return "in"

    assert await entered(connect) == "in"

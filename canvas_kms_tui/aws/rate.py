"""Owns how fast we ask: a budget per service and Region, so that a diagnosis never starves the account's own work.

Rates are well under AWS's documented account quotas where there is one (CloudTrail LookupEvents: 2 a second; KMS
ListGrants, ListKeyPolicies: 100; GetKeyPolicy: 1,000) and modest where AWS names none (IAM, SageMaker, Organizations).
A burst lets an ordinary diagnosis pass without waiting.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Final


@dataclass(slots=True)
class Budget:
    """A token bucket: ``burst`` requests at once, then ``rate`` a second."""

    rate: float
    burst: float
    _tokens: float = field(init=False)
    _at: float = field(init=False)

    def __post_init__(self) -> None:
        self._tokens, self._at = self.burst, time.monotonic()

    def reserve(self, now: float | None = None) -> float:
        """Take one token; the seconds to wait before it may be used (0 while the burst lasts)."""
        now = time.monotonic() if now is None else now
        self._tokens = min(self.burst, self._tokens + max(0.0, now - self._at) * self.rate) - 1
        self._at = max(self._at, now)
        return max(0.0, -self._tokens / self.rate)


_LIMITS: Final[dict[str, tuple[float, float]]] = {
    "cloudtrail": (2, 2),
    "organizations": (5, 10),
    "iam": (20, 100),
    "sagemaker": (40, 120),
}
_OTHERS: Final = (50, 200)


class RateLimiter:
    """One budget per service and Region of one account; used from the event loop only."""

    def __init__(self) -> None:
        self._budgets: dict[tuple[str, str], Budget] = {}

    def wait(self, service: str, region: str) -> float:
        """Seconds to wait before the next request."""
        budget = self._budgets.get((service, region))
        if budget is None:
            rate, burst = _LIMITS.get(service, _OTHERS)
            budget = self._budgets[service, region] = Budget(rate, burst)
        return budget.reserve()

"""Quotas that an environment sets low enough to be reached, and Service Quotas' answers about them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from canvas_kms_tui.demo.call import AwsError, Call


def check(call: Call, name: str, used: int, code: str, words: str, status: int = 400) -> None:
    """Refuse one more where the environment's quota is reached.

    Raises:
        AwsError: with the service's own code for a limit.
    """
    limit = _declared(call).get(name)
    if limit is not None and used >= limit:
        raise AwsError(
            code, f"The account-level service limit '{words}' is {limit}, with current utilization of {used}.", status
        )


def _declared(call: Call) -> Mapping[str, Any]:
    found: Mapping[str, Any] = call.world.document.get("quotas", {})
    return found

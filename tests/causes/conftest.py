"""Looking at one environment: ``await look("name")`` or ``await look({"…": …})``, a patch on the healthy one."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import pytest
from diagnosing import Diagnosed, changed, diagnosed


@pytest.fixture
async def look(fresh_demo) -> AsyncIterator:
    async with contextlib.AsyncExitStack() as stack:

        async def at(wanted, *, base: str = "healthy", **moved) -> Diagnosed:
            environment = changed(wanted, base=base, **moved) if isinstance(wanted, dict) else wanted
            return await stack.enter_async_context(diagnosed(fresh_demo(environment)))

        yield at

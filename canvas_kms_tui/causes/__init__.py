"""Owns the catalogue: one module for each cause of a failed import. Adding a module adds a cause, and nothing else.

A module that does not start with ``_`` names a ``CAUSE``, has ``async check(facts, path)`` that gives findings, and,
where something can be mended, ``async fixes(facts, path, finding)``; where CloudTrail can add something, ``async
confirm(facts, path, finding, since)``. Its docstring is the help that users read.
"""

from __future__ import annotations

import dataclasses
import importlib
import importlib.util
import inspect
import pkgutil
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

from canvas_kms_tui.causes._cause import Cause, Group

__all__ = ["Cause", "Group", "catalogue"]


def catalogue(*folders: Path) -> tuple[Cause, ...]:
    """Every cause in the order of the catalogue, those in ``folders`` included."""
    extra = [_cause(module) for folder in folders for module in _modules_in(folder)]
    return tuple(sorted((*_shipped(), *extra), key=lambda cause: (cause.order, cause.id)))


@cache
def _shipped() -> tuple[Cause, ...]:
    names = sorted(name for _, name, _ in pkgutil.iter_modules(__path__) if not name.startswith("_"))
    return tuple(_cause(importlib.import_module(f"{__name__}.{name}")) for name in names)


def _modules_in(folder: Path) -> Iterator[ModuleType]:
    for file in sorted(folder.glob("[!_]*.py")):
        name = f"{__name__}.{file.stem}"
        spec = importlib.util.spec_from_file_location(name, file)
        if spec is None or spec.loader is None:
            continue
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
        yield module


def _cause(module: ModuleType) -> Cause:
    """The module's ``CAUSE`` with its help and its functions.

    Raises:
        TypeError: the module is no cause; the message says what is missing.
    """
    cause = getattr(module, "CAUSE", None)
    check = getattr(module, "check", None)
    if not isinstance(cause, Cause) or not inspect.iscoroutinefunction(check):
        raise TypeError(f"{module.__name__} is no cause: it needs CAUSE and async def check(facts, path)")
    fixes = getattr(module, "fixes", cause.fixes)
    confirm = getattr(module, "confirm", cause.confirm)
    return dataclasses.replace(cause, help=inspect.getdoc(module) or "", check=check, fixes=fixes, confirm=confirm)

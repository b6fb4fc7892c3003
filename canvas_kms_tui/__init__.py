"""Why did this SageMaker Canvas dataset import fail?

``from canvas_kms_tui import diagnose`` is the program as a library; it is imported when it is first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from canvas_kms_tui.library import as_dict, diagnose, diagnose_async

__version__ = "0.1.0"

__all__ = ["__version__", "as_dict", "diagnose", "diagnose_async"]


def __getattr__(name: str) -> object:
    if name in ("as_dict", "diagnose", "diagnose_async"):
        return getattr(import_module("canvas_kms_tui.library"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
